"""People, as the clients see them (api.md 2.1, 2.8)."""

from typing import ClassVar, Literal

from shared_code.rules import codes
from shared_code.rules.scope import Role
from shared_code.wire import Ask, View
from shared_code.wire.fields import CpId, Instant, KamId

AccountStatus = Literal["pending", "active", "deactivated"]


class User(View):
    """The person who is signed in."""

    id: str
    role: Role
    name: str | None
    phone: str | None
    email: str | None
    status: AccountStatus
    state: str | None
    kam_id: str | None = None
    organization_name: str | None = None


class CodeSent(View):
    """A code is on its way; the same answer for known and unknown phones. Seconds."""

    creates: ClassVar[bool] = False
    otp_sent: Literal[True] = True
    expires_in: int = int(codes.VALID_FOR.total_seconds())
    resend_after: int = int(codes.RESEND_AFTER.total_seconds())


class Registered(View):
    """A partner's registration, which waits for an Admin."""

    user_id: str
    status: Literal["pending"] = "pending"


class Session(View):
    """A sign-in: `token` is `accessToken` under an older name; times in seconds and UTC."""

    access_token: str
    token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 -- the name of the scheme
    expires_in: int
    expires_at: Instant
    refresh_token: str
    session_id: str
    role: Role
    user_id: str
    is_new_user: bool
    profile_complete: bool
    user: User


class LiveSession(View):
    """One sign-in of the caller; `current` is the one that asks."""

    session_id: str
    created_at: Instant
    last_seen_at: Instant
    current: bool


class PasswordSet(View):
    """The new password is good from now on."""

    password_changed: Literal[True] = True


class SecondFactorOff(View):
    """There is no second factor any more."""

    second_factor: Literal[False] = False


class Kyc(View):
    """Where one of a customer's papers stands."""

    doc_type: str
    review_status: Literal["none", "Pending Review", "Approved", "Rejected"]
    doc_id: str | None = None


class Customer(View):
    """A customer with the papers asked of it. Who was erased has no phone any more."""

    customer_id: str
    name: str | None
    phone: str | None
    email: str | None
    address: str | None
    city: str | None
    state: str | None
    pin_code: str | None
    lead_count: int
    executed_count: int
    kyc: list[Kyc]


class OnePartner(Ask):
    """A channel partner by its id."""

    cp_id: CpId


class ChannelPartner(View):
    """A channel partner with the counts of its leads. `needsKam`: nobody active looks after it."""

    cp_id: str
    name: str | None
    phone: str | None
    email: str | None
    address: str | None
    state: str | None
    pin_code: str | None
    organization_name: str | None
    gstin: str | None
    status: AccountStatus
    kam_id: str | None
    kam_name: str | None
    needs_kam: bool
    lead_count: int
    open_lead_count: int
    executed_count: int
    created_at: Instant


class OneKam(Ask):
    """A KAM by its id."""

    kam_id: KamId


class Kam(View):
    """A Key Account Manager with the number of its partners."""

    kam_id: str
    name: str | None
    email: str | None
    phone: str | None
    status: AccountStatus
    cp_count: int
    created_at: Instant

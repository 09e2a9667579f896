"""People, as the clients see them (api.md 2.1, 2.8)."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared_code.rules import codes
from shared_code.rules.scope import Role
from shared_code.wire import Ask, View
from shared_code.wire.fields import CpId, Instant, KamId

AccountStatus = Literal["pending", "active", "deactivated"]
ActiveOrNot = Annotated[Literal["active", "deactivated"], Field(description="whether it may sign in")]
Standing = Annotated[AccountStatus, Field(examples=["active"])]


class User(View):
    """The person who is signed in."""

    id: Annotated[str, Field(examples=["CP-1001"])]
    role: Annotated[Role, Field(examples=["CP"])]
    name: Annotated[str | None, Field(examples=["Pravin Patel"])]
    phone: Annotated[str | None, Field(examples=["9000000201"])]
    email: Annotated[str | None, Field(examples=["pravin@example.in"])]
    status: Standing
    state: str | None
    kam_id: Annotated[str | None, Field(description="of a partner: the KAM who looks after it")] = None
    organization_name: Annotated[str | None, Field(description="of a partner")] = None


class CodeSent(View):
    """A code is on its way; the same answer for known and unknown phones."""

    creates: ClassVar[bool] = False
    otp_sent: Literal[True] = True
    expires_in: Annotated[int, Field(description="for so many seconds the code is good")] = int(
        codes.VALID_FOR.total_seconds()
    )
    resend_after: Annotated[int, Field(description="so many seconds later another one can be sent")] = int(
        codes.RESEND_AFTER.total_seconds()
    )


class Registered(View):
    """A partner's registration, which waits for an Admin."""

    user_id: str
    status: Literal["pending"] = "pending"


class Session(View):
    """A sign-in: what its holder is allowed, and for how long."""

    access_token: Annotated[str, Field(description="to be sent as `Authorization: Bearer`")]
    token: Annotated[str, Field(description="an older name of accessToken")]
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 -- the name of the scheme
    expires_in: Annotated[int, Field(description="for so many seconds the accessToken is good", examples=[86_400])]
    expires_at: Annotated[Instant, Field(description="and until this instant, ISO 8601, UTC")]
    refresh_token: Annotated[str, Field(description="to be exchanged at POST /auth/refresh, once")]
    session_id: str
    role: Annotated[Role, Field(examples=["CP"])]
    user_id: str
    is_new_user: Annotated[bool, Field(description="this sign-in made the customer")]
    profile_complete: Annotated[bool, Field(description="name, address, state and pin code are known", examples=[True])]
    user: User


class LiveSession(View):
    """One sign-in of the caller; `current` for the one that asks."""

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
    """Where one of a customer's KYC documents stands; none: nothing was accepted for review yet."""

    doc_type: str
    review_status: Literal["none", "Pending Review", "Approved", "Rejected"]
    doc_id: Annotated[str | None, Field(description="null where there is none")] = None


class Customer(View):
    """A customer with its KYC documents. A customer that was erased on its wish has no phone any more."""

    customer_id: str
    name: str | None
    phone: str | None
    email: str | None
    address: str | None
    city: str | None
    state: str | None
    pin_code: str | None
    lead_count: Annotated[int, Field(description="of its leads those that the caller may see")]
    executed_count: Annotated[int, Field(description="of these those that are Executed")]
    kyc: list[Kyc]


class OnePartner(Ask):
    """A channel partner by its id."""

    cp_id: CpId


class ChannelPartner(View):
    """A channel partner with the counts of its leads."""

    cp_id: str
    name: Annotated[str | None, Field(examples=["Pravin Patel"])]
    phone: Annotated[str | None, Field(examples=["9000000201"])]
    email: Annotated[str | None, Field(examples=["pravin@example.in"])]
    address: str | None
    state: str | None
    pin_code: str | None
    organization_name: str | None
    gstin: str | None
    status: Standing
    kam_id: str | None
    kam_name: str | None
    needs_kam: Annotated[bool, Field(description="no active KAM looks after it")]
    lead_count: int
    open_lead_count: Annotated[int, Field(description="neither Executed nor lost")]
    executed_count: int
    created_at: Instant


class OneKam(Ask):
    """A KAM by its id."""

    kam_id: KamId


class Kam(View):
    """A Key Account Manager with the number of its partners."""

    kam_id: str
    name: Annotated[str | None, Field(examples=["Kiran Rao"])]
    email: Annotated[str | None, Field(examples=["kiran@example.in"])]
    phone: Annotated[str | None, Field(examples=["9000000303"])]
    status: Standing
    cp_count: int
    created_at: Instant

"""Accounts as they are changed: Admins, customers, the caller's own (api.md 2.8)."""

from typing import Annotated, Literal

from pydantic import Field

from shared_code.rules.scope import Role
from shared_code.wire import Ask, View
from shared_code.wire.fields import Address, AdminId, City, Email, Instant, Name, PinCode, State, left_out


class ContactEdit(Ask):
    """What is known of a person from now on. What is left out stays; null clears an e-mail address or a city."""

    name: Name = left_out()
    email: Email | None = None
    address: Address = left_out()
    city: City | None = None
    state: State = left_out()
    pin_code: PinCode = left_out()


class OneAdmin(Ask):
    """An Admin by its id."""

    admin_id: AdminId


class Admin(View):
    """An Admin."""

    admin_id: str
    name: Annotated[str | None, Field(examples=["Asha Mehta"])]
    email: Annotated[str | None, Field(examples=["asha@example.in"])]
    phone: Annotated[str | None, Field(examples=["9000000301"])]
    status: Literal["active", "deactivated"]
    created_at: Instant


class Blocked(View):
    """Whether a person is locked out."""

    user_id: str
    blocked: bool


class Profile(View):
    """What is known of the caller."""

    user_id: str
    role: Role
    name: str | None
    phone: str | None
    email: str | None
    address: str | None
    city: str | None
    state: str | None
    pin_code: str | None
    organization_name: Annotated[str | None, Field(description="of a partner alone")]
    gstin: Annotated[str | None, Field(description="of a partner alone")]
    profile_complete: Annotated[bool, Field(description="name, address, state and pin code are known", examples=[True])]

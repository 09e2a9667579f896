"""Make an Admin, who is mailed a link to set the password, and change one (api.md 2.8)."""

from typing import ClassVar

from shared_code.access import removal
from shared_code.context import Context
from shared_code.endpoints import ADMIN, endpoint
from shared_code.messaging import welcome
from shared_code.sql import accounts, people, registration
from shared_code.wire import Ask, Json
from shared_code.wire.accounts import Admin, OneAdmin
from shared_code.wire.fields import Email, Name, Phone, left_out
from shared_code.wire.people import ActiveOrNot


class NewAdmin(Ask):
    """Who becomes an Admin."""

    examples: ClassVar = {"an Admin": {"name": "Asha Mehta", "email": "asha@example.in", "phone": "9000000301"}}

    name: Name
    email: Email
    phone: Phone | None = None


class AdminEdit(OneAdmin):
    """What an Admin is from now on. What is left out stays; null clears the phone."""

    examples: ClassVar = {"another phone": {"phone": "9000000302"}}

    name: Name = left_out()
    phone: Phone | None = None
    status: ActiveOrNot = left_out()


@endpoint("POST", "admins", ADMIN, created=True, refusals=("DUPLICATE_EMAIL",))
def create_admin(ask: NewAdmin, ctx: Context) -> Json[Admin]:
    """Make an Admin, who is mailed a link to set a password.

    The e-mail address is what it signs in with; one that another account has is 409.
    """
    user_id = ctx.there(registration.create_admin(ctx.db, ask.name, ask.email, ask.phone).fetchone())
    with ctx.finish() as last:
        welcome.staff(ctx, last, user_id)
        created = people.admin(last, user_id)
    return Json(ctx.there(created.fetchone()))


@endpoint("PATCH", "admins/{adminId:regex(^ADM-[0-9]+$)}", ADMIN, idle=True, refusals=("LAST_ADMIN",))
def edit_admin(ask: AdminEdit, ctx: Context) -> Json[Admin]:
    """Change an Admin, or deactivate it, which ends its sessions.

    Nobody deactivates itself, or the last active Admin (409).
    """
    ends = ask.status == "deactivated"
    admin = removal.lock(ctx, ask.admin_id, takes_away=ends)
    contact = ask.model_dump(include={"name", "phone"}, exclude_unset=True)
    with ctx.finish() as last:
        if ends:
            removal.end(last, admin.user_id)
        if ask.status:
            accounts.set_status(last, admin.user_id, ask.status)
        if contact:
            accounts.change(last, admin.user_id, contact)
        edited = people.admin(last, admin.user_id)
    return Json(ctx.there(edited.fetchone()))

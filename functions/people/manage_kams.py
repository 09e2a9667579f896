"""Make a Key Account Manager, who is mailed a link to set the password, and change one (api.md 2.8)."""

from typing import Annotated, ClassVar

from pydantic import Field

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.errors import not_found
from shared_code.messaging import news, welcome
from shared_code.rules import kam_assignment
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import PERMISSIONS, Action, Role
from shared_code.sql import accounts, network, password_resets, people, registration, sessions
from shared_code.sql.people import Account
from shared_code.wire import Ask, Json
from shared_code.wire.fields import CpId, Email, KamId, Name, Phone, left_out
from shared_code.wire.people import ActiveOrNot, Kam


class NewKam(Ask):
    """A KAM, and the partners it looks after from the beginning."""

    examples: ClassVar = {"a KAM": {"name": "Kiran Rao", "email": "kiran@example.in", "phone": "9000000303"}}

    name: Name
    email: Email
    phone: Phone | None = None
    cp_ids: Annotated[
        list[CpId], Field(max_length=kam_assignment.MOST, default_factory=list, description="the partners it is given")
    ]


class KamEdit(Ask):
    """What a KAM is from now on. What is left out stays; null clears the phone."""

    examples: ClassVar = {"another address": {"email": "kiran@example.in"}}

    kam_id: KamId
    name: Name = left_out()
    email: Email = left_out()
    phone: Phone | None = None
    status: ActiveOrNot = left_out()


@endpoint(
    "POST", "kams", PERMISSIONS[Action.MASTER_WRITE], created=True, refusals=("DUPLICATE_EMAIL", "RULE_VIOLATION")
)
def create_kam(ask: NewKam, ctx: Context) -> Json[Kam]:
    """Make a Key Account Manager, who is mailed a link to set a password, and give it partners.

    The e-mail address is what it signs in with; one that another account has is 409. Unknown partners are 422.
    """
    known = people.by_email(ctx.db, ask.email)
    numbered = registration.next_kam_id(ctx.db)
    partners = network.lock_partners(ctx.db, ask.cp_ids)
    _check_free(known.fetchone())
    kam = kam_assignment.Kam(ctx.there(numbered.fetchone()), ask.name, is_active=True)
    given = kam_assignment.decide(kam, "add", ask.cp_ids, partners.fetchall()).given
    with ctx.finish() as last:
        registration.create_kam(last, kam.kam_id, ask.name, ask.email, ask.phone)
        network.assign(last, given, kam.kam_id)
        news.kam_assigned(last, kam.kam_id, kam.name, given)
        welcome.staff(ctx, last, kam.kam_id)
        created = people.kam(last, ctx.caller, kam.kam_id)
    return Json(ctx.there(created.fetchone()))


@endpoint("PATCH", "kams/{kamId:regex(^KAM-[0-9]+$)}", PERMISSIONS[Action.MASTER_WRITE], refusals=("DUPLICATE_EMAIL",))
def edit_kam(ask: KamEdit, ctx: Context) -> Json[Kam]:
    """Change a Key Account Manager, or deactivate it.

    Deactivated its sessions end, and its partners have `needsKam`. With another address, or deactivated, a mailed link
    to set its password becomes useless.
    """
    contact = ask.model_dump(exclude={"kam_id", "status"}, exclude_unset=True)
    password_resets.lock(ctx.db, ask.kam_id)
    locked = accounts.lock(ctx.db, ask.kam_id, Role.KAM)
    known = people.by_email(ctx.db, ask.email)
    kam = locked.fetchone()
    if kam is None:
        raise not_found("KAM")
    moves, ends = contact.get("email", kam.email) != kam.email, ask.status == "deactivated"
    if moves:
        _check_free(known.fetchone(), kam.user_id)
    with ctx.finish() as last:
        if contact:
            accounts.change(last, kam.user_id, contact)
        if ask.status:
            accounts.set_status(last, kam.user_id, ask.status)
        if ends:
            sessions.end_all(last, kam.user_id, "account")
        if moves or ends:
            password_resets.drop(last, kam.user_id)
        edited = people.kam(last, ctx.caller, kam.user_id)
    return Json(ctx.there(edited.fetchone()))


def _check_free(known: Account | None, kam_id: str | None = None) -> None:
    if known is not None and known.user_id != kam_id:
        raise Refusal("DUPLICATE_EMAIL", "This e-mail address belongs to another account.")

"""Make a channel partner without its registering, and change what is known of one (api.md 2.8)."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.errors import not_found
from shared_code.messaging import news, welcome
from shared_code.rules import phone_change
from shared_code.rules.kam_assignment import check_kam
from shared_code.rules.scope import PERMISSIONS, Action, Role
from shared_code.sql import accounts, network, people, places, registration, sessions
from shared_code.sql.accounts import CONTACT
from shared_code.sql.network import FIRM
from shared_code.sql.pool import Db
from shared_code.sql.registration import Firm, Profile
from shared_code.wire import Ask, Json
from shared_code.wire.fields import Address, CpId, Email, Gstin, KamId, Name, Phone, PinCode, State, left_out
from shared_code.wire.people import ChannelPartner


class NewPartner(Ask):
    """A partner as it would register, and who looks after it."""

    examples: ClassVar = {
        "a partner": {
            "name": "Pravin Patel",
            "phone": "9000000201",
            "address": "1 Station Road",
            "state": "GJ",
            "pinCode": "380001",
            "email": "pravin@example.in",
            "organizationName": "Patel Solar",
            "gstin": "24AAXCS7654A1Z1",
            "kamId": "KAM-1001",
        }
    }

    name: Name
    phone: Phone
    address: Address
    state: State
    pin_code: PinCode
    email: Email | None = None
    organization_name: Name | None = None
    gstin: Gstin | None = None
    kam_id: KamId | None = None


class PartnerEdit(Ask):
    """What is known of a partner from now on. What is left out stays; null clears what can be null."""

    examples: ClassVar = {
        "another firm": {"organizationName": "Patel Solar", "gstin": "24AAXCS7654A1Z1"},
        "another phone": {"phone": "9000000202", "override": True},
    }

    cp_id: CpId
    name: Name = left_out()
    phone: Phone = left_out()
    address: Address = left_out()
    state: State = left_out()
    pin_code: PinCode = left_out()
    email: Email | None = None
    organization_name: Name | None = None
    gstin: Gstin | None = None
    override: Annotated[bool, Field(description="needed with another phone")] = False


@endpoint(
    "POST",
    "channelPartners",
    PERMISSIONS[Action.MASTER_WRITE],
    created=True,
    refusals=("DUPLICATE_PHONE", "MASTER_DATA_MISSING", "RULE_VIOLATION"),
)
def create_channel_partner(ask: NewPartner, ctx: Context) -> Json[ChannelPartner]:
    """Make a channel partner without its registering; it is active at once.

    It is told in the app, by SMS, and by mail if it has an address. A phone that another account has is 409, a KAM that
    is unknown or not active 422.
    """
    locked = network.lock_kam(ctx.db, ask.kam_id)
    known = people.by_phone(ctx.db, ask.phone)
    named = places.state_name(ctx.db, ask.state, ctx.now)
    numbered = registration.next_partner_id(ctx.db)
    kam = locked.fetchone()
    phone_change.check_free(taken=known.fetchone() is not None)
    if ask.kam_id is not None:
        check_kam(kam, ask.kam_id)
    profile = Profile(ask.name, ask.email, ask.address, None, places.known(named.fetchone()), ask.pin_code)
    cp_id = ctx.there(numbered.fetchone())
    with ctx.finish() as last:
        firm = Firm(ask.organization_name, ask.gstin)
        registration.create_partner(last, cp_id, ask.phone, profile, firm, "active", ask.kam_id)
        welcome.partner(ctx, last, cp_id)
        if kam is not None:
            news.kam_assigned(last, kam.kam_id, kam.name, [cp_id])
        created = people.channel_partner(last, ctx.caller, cp_id)
    return Json(ctx.there(created.fetchone()))


@endpoint(
    "PATCH",
    "channelPartners/{cpId:regex(^CP-[0-9]+$)}",
    PERMISSIONS[Action.MASTER_WRITE],
    refusals=("DUPLICATE_PHONE", "MASTER_DATA_MISSING", "RULE_VIOLATION"),
)
def edit_channel_partner(ask: PartnerEdit, ctx: Context) -> Json[ChannelPartner]:
    """Change what is known of a channel partner.

    Another phone is 422 without `override`, for the partner signs in with it from then on: its sessions end. One that
    another account has is 409.
    """
    changes = ask.model_dump(exclude={"cp_id", "override"}, exclude_unset=True)
    locked = accounts.lock(ctx.db, ask.cp_id, Role.CP)
    known = people.by_phone(ctx.db, ask.phone)
    named = places.state_name(ctx.db, ask.state, ctx.now)
    partner = locked.fetchone()
    if partner is None:
        raise not_found("channel partner")
    taken = known.fetchone() is not None
    moves = phone_change.moves(partner.phone, changes.get("phone"), taken=taken, override=ask.override)
    if "state" in changes:
        changes["state"] = places.known(named.fetchone())
    with ctx.finish() as last:
        if changes:
            _write(last, ask.cp_id, changes)
        if moves:
            sessions.end_all(last, ask.cp_id, "admin")
        edited = people.channel_partner(last, ctx.caller, ask.cp_id)
    return Json(ctx.there(edited.fetchone()))


def _write(db: Db, cp_id: str, changes: dict[str, Any]) -> None:
    accounts.change(db, cp_id, {name: value for name, value in changes.items() if name in CONTACT})
    network.change_firm(db, cp_id, {name: value for name, value in changes.items() if name in FIRM})

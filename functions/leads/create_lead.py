"""Create a lead: one customer's request for one installation (api.md 2.2)."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from shared_code import customers, limits
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.messaging import news
from shared_code.rules import follow_up, text
from shared_code.rules.lead_owner import check_owner, first_owner
from shared_code.rules.refusal import Refusal, invalid
from shared_code.rules.scope import PERMISSIONS, Action, Role
from shared_code.sql import accounts, leads, network, people, places, registration
from shared_code.sql.edge import count_in_window
from shared_code.wire import Ask, Json
from shared_code.wire.fields import Address, City, CpId, Day, Email, LongText, Name, Phone, PinCode, Short, State
from shared_code.wire.leads import Lead

NEEDED = {
    "customer_name": "customerName",
    "phone": "phone",
    "address": "address",
    "state": "state",
    "pin_code": "pinCode",
}
OWN = {"customer_name": "customerName", "phone": "phone", "email": "email"}  # a customer's own, from the profile
MOST = 10  # leads of one customer in a minute


class NewLead(Ask):
    """Who asks for an installation, and where. A customer sends another site's address, or nothing of all this."""

    customer_name: Name | None = None
    phone: Phone | None = None
    email: Email | None = None
    address: Address | None = None
    city: City | None = None
    state: State | None = None
    pin_code: PinCode | None = None
    services: Annotated[list[Short], Field(max_length=text.MOST_SERVICES, default_factory=list)]
    requirements: LongText | None = None
    source: Short | None = None
    remarks: LongText | None = None
    follow_up_date: Day | None = None
    assigned_to: CpId | None = None


@endpoint(
    "POST",
    "leads",
    PERMISSIONS[Action.LEAD_CREATE],
    created=True,
    refusals=(
        "DUPLICATE_PHONE",
        "PROFILE_INCOMPLETE",
        "RULE_VIOLATION",
        "MASTER_DATA_MISSING",
        "OUT_OF_SCOPE",
        "RATE_LIMITED",
    ),
)
def create_lead(ask: NewLead, ctx: Context) -> Json[Lead]:
    """Create a lead and, where the phone is new, its customer. Its follow-up is tomorrow unless another day is sent."""
    follow_up.check(ask.follow_up_date, ctx.today)
    owner_id = first_owner(ctx.caller, ask.assigned_to)
    new = _of_customer(ask, ctx) if ctx.caller.role is Role.CUSTOMER else _of_phone(ask, owner_id, ctx)
    with ctx.finish() as last:
        created = leads.create(last, ctx.caller, new, ctx.settings.feature_customer_accepted)
        news.lead_entered(last, ctx.caller, new.lead_id, new.state, new.assigned_to)
    return Json(ctx.there(created.fetchone()))


def _of_phone(ask: NewLead, owner_id: str | None, ctx: Context) -> leads.NewLead:
    """A lead entered for somebody: the phone's customer is found or made, and what its profile lacks is filled in."""
    missing = {wire: "is missing" for name, wire in NEEDED.items() if getattr(ask, name) is None}
    if missing:
        raise invalid(missing)
    named = places.state_name(ctx.db, ask.state, ctx.now)
    partner = network.owner(ctx.db, owner_id)
    known = customers.known(ctx, str(ask.phone))
    lead_id = leads.next_id(ctx.db)
    if owner_id is not None:
        check_owner(ctx.caller, owner_id, partner.fetchone())
    account = customers.not_a_partner(known.fetchone())
    state = places.known(named.fetchone())
    contact = ask.model_dump(include={"email", "address", "city", "pin_code"}) | {"state": state}
    profile = registration.Profile(name=ask.customer_name, **contact)
    customer_id = customers.ensure(ctx, str(ask.phone), account, profile)
    contact |= {"customer_name": ask.customer_name, "phone": ask.phone}
    return _new_lead(ask, ctx, lead_id.fetchone(), customer_id, owner_id, contact)


def _of_customer(ask: NewLead, ctx: Context) -> leads.NewLead:
    """A lead a customer asks for: its profile, with another site's address where one is sent."""
    if theirs := {wire: "is taken from your profile" for name, wire in OWN.items() if getattr(ask, name) is not None}:
        raise invalid(theirs)
    accounts.hold(ctx.db, user_id=ctx.caller.user_id)
    profile = people.by_id(ctx.db, ctx.caller.user_id)
    named = places.state_name(ctx.db, ask.state, ctx.now)
    asked = count_in_window(ctx.db, f"leads:{ctx.caller.user_id}", limits.MINUTE)
    lead_id = leads.next_id(ctx.db)
    me, window = profile.fetchone(), asked.fetchone()
    if me is None or not me.profile_complete:
        raise Refusal("PROFILE_INCOMPLETE", "Complete your profile first: name, address, state and pin code.")
    limits.check(ctx, window, MOST)
    site = ask.model_dump(include={"address", "city", "pin_code"}, exclude_none=True)
    if ask.state:
        site["state"] = places.known(named.fetchone())
    home = {"address": me.address, "city": me.city, "state": me.state, "pin_code": me.pin_code}
    contact = {"customer_name": me.name, "phone": me.phone, "email": me.email} | home | site
    return _new_lead(ask, ctx, lead_id.fetchone(), me.user_id, None, contact)


def _new_lead(
    ask: NewLead, ctx: Context, lead_id: str | None, customer_id: str, owner_id: str | None, contact: Mapping[str, Any]
) -> leads.NewLead:
    return leads.NewLead(
        lead_id=lead_id or "",
        customer_id=customer_id,
        assigned_to=owner_id,
        origin=ctx.caller.role.value,
        follow_up_date=ask.follow_up_date or ctx.today + follow_up.NEXT_DAY,
        created_by=ctx.caller.user_id,
        **contact,
        **ask.model_dump(include={"source", "services", "requirements", "remarks"}),
    )

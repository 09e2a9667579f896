"""Create a lead: one customer's request for one installation (api.md 2.2)."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from shared_code import customers, limits
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.messaging import news
from shared_code.rules import follow_up, lead_owner
from shared_code.rules.refusal import Refusal, invalid
from shared_code.rules.scope import PERMISSIONS, Action, Role
from shared_code.sql import accounts, leads, network, people, places, registration
from shared_code.sql.edge import count_in_window
from shared_code.wire import Ask, Json
from shared_code.wire.fields import (
    Address,
    City,
    CpId,
    Day,
    Email,
    Name,
    Phone,
    PinCode,
    Remarks,
    Requirements,
    Services,
    Source,
    State,
)
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
    """Who asks for an installation, and where.

    customerName, phone, address, state and pinCode are needed from everybody but a customer. A customer's own name,
    phone and e-mail are its profile's and not taken from here; so is the place, unless it sends another site.
    """

    examples: ClassVar = {
        "a partner or staff": {
            "customerName": "Chitra Desai",
            "phone": "9000000101",
            "email": "chitra@example.in",
            "address": "12 Ashram Road, Navrangpura",
            "city": "Ahmedabad",
            "state": "GJ",
            "pinCode": "380009",
            "services": ["Rooftop, on grid"],
            "requirements": "Wants to run two air conditioners.",
            "source": "Referral",
            "remarks": "Spoke to her on the phone.",
            "assignedTo": "CP-1001",
        },
        "a customer, for its home": {"requirements": "Please ring in the evening."},
        "a customer, elsewhere": {"address": "4 Ring Road", "city": "Surat", "state": "GJ", "pinCode": "395002"},
    }

    customer_name: Name | None = None
    phone: Phone | None = None
    email: Email | None = None
    address: Address | None = None
    city: City | None = None
    state: State | None = None
    pin_code: PinCode | None = None
    services: Annotated[Services, Field(default_factory=list)]
    requirements: Requirements | None = None
    source: Source | None = None
    remarks: Remarks | None = None
    follow_up_date: Annotated[Day | None, Field(description="today to today + 30 days in India; else tomorrow")] = None
    assigned_to: Annotated[
        CpId | None,
        Field(description="by an Admin any active partner or none; by a KAM one of its own; of others it is ignored"),
    ] = None


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
    """Enter a lead. The phone tells its customer; where nobody has that phone, one is made.

    A partner gets the lead itself, a customer's waits for an Admin to assign it. A partner's phone is not taken for a
    customer (409). A customer needs a complete profile (422), and enters at most ten leads a minute (429). The partner,
    where another entered it, and its KAM are told; without a partner the Admins are.
    """
    if wrong := _faults(ask, ctx):
        raise invalid(wrong)
    owner_id = lead_owner.first_owner(ctx.caller, ask.assigned_to)
    new = _of_customer(ask, ctx) if ctx.caller.role is Role.CUSTOMER else _of_phone(ask, owner_id, ctx)
    with ctx.finish() as last:
        created = leads.create(last, ctx.caller, new, ctx.settings.feature_customer_accepted)
        news.lead_entered(last, ctx.caller, new.lead_id, new.state, new.assigned_to)
    return Json(ctx.there(created.fetchone()))


def _faults(ask: NewLead, ctx: Context) -> dict[str, object]:
    """What is missing, malformed by a rule, or not for the caller to say."""
    wrong = follow_up.faults(ask.follow_up_date, ctx.today) | lead_owner.faults(ctx.caller, ask.assigned_to)
    if ctx.caller.role is Role.CUSTOMER:
        return wrong | {
            wire: "is taken from your profile" for name, wire in OWN.items() if getattr(ask, name) is not None
        }
    return wrong | {wire: "is missing" for name, wire in NEEDED.items() if getattr(ask, name) is None}


def _of_phone(ask: NewLead, owner_id: str | None, ctx: Context) -> leads.NewLead:
    """A lead entered for somebody: the phone's customer is found or made, and what its profile lacks is filled in."""
    named = places.state_name(ctx.db, ask.state, ctx.now)
    partner = network.owner(ctx.db, owner_id)
    known = customers.known(ctx, str(ask.phone))
    lead_id = leads.next_id(ctx.db)
    owner = partner.fetchone()
    if owner_id is not None:
        lead_owner.check_in_reach(ctx.caller, owner_id, owner)
    account = customers.not_a_partner(known.fetchone())
    if owner_id is not None:
        lead_owner.check_active(owner_id, owner)
    state = places.known(named.fetchone())
    contact = ask.model_dump(include={"email", "address", "city", "pin_code"}) | {"state": state}
    profile = registration.Profile(name=ask.customer_name, **contact)
    customer_id = customers.ensure(ctx, str(ask.phone), account, profile)
    contact |= {"customer_name": ask.customer_name, "phone": ask.phone}
    return _new_lead(ask, ctx, lead_id.fetchone(), customer_id, owner_id, contact)


def _of_customer(ask: NewLead, ctx: Context) -> leads.NewLead:
    """A lead a customer asks for: its profile, with another site's address where one is sent."""
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

"""Edit a lead: what its customer asked for, and how and when the customer is reached (api.md 2.2)."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from shared_code import customers
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.rules import follow_up, text
from shared_code.rules.lead_status import Status
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.sql import lead_changes, leads, places
from shared_code.sql.lead_changes import Note
from shared_code.sql.people import Account
from shared_code.sql.pool import Rows
from shared_code.sql.registration import Profile
from shared_code.versions import check_version
from shared_code.wire import Ask, Json
from shared_code.wire.fields import (
    Address,
    City,
    Day,
    Email,
    LeadId,
    LongText,
    Name,
    Phone,
    PinCode,
    Short,
    State,
    left_out,
)
from shared_code.wire.leads import Lead


class LeadEdit(Ask):
    """What a lead is to say from now on. What is left out stays; null clears what a lead can be without."""

    lead_id: LeadId
    customer_name: Name = left_out()
    phone: Phone = left_out()
    email: Email | None = None
    address: Address = left_out()
    city: City | None = None
    state: State = left_out()
    pin_code: PinCode = left_out()
    services: Annotated[list[Short], Field(max_length=text.MOST_SERVICES)] | None = None
    requirements: LongText | None = None
    source: Short | None = None
    remarks: LongText | None = None
    follow_up_date: Day | None = None
    expected_version: Annotated[int, Field(ge=1)] | None = None

    def changes(self, lead: leads.Locked) -> dict[str, Any]:
        """The fields that were sent and are not so yet, by their names in a lead."""
        sent = self.model_dump(exclude={"lead_id", "expected_version"}, exclude_unset=True)
        if "services" in sent:
            sent["services"] = sent["services"] or []
        return {name: value for name, value in sent.items() if value != getattr(lead, name)}


@endpoint(
    "PATCH",
    "leads/{leadId:regex(^LEAD-[0-9]+$)}",
    PERMISSIONS[Action.LEAD_EDIT],
    refusals=("STALE_VERSION", "DUPLICATE_PHONE", "RULE_VIOLATION", "MASTER_DATA_MISSING"),
)
def edit_lead(ask: LeadEdit, ctx: Context) -> Json[Lead]:
    """Change a lead's own fields. Another phone moves it to that phone's customer; nothing new leaves no trace."""
    locked = leads.lock(ctx.db, ctx.caller, ask.lead_id)
    named = places.state_name(ctx.db, ask.state, ctx.now)
    known = customers.known(ctx, ask.phone, ask.lead_id)
    lead = ctx.found(locked.fetchone(), "lead", ask.lead_id)
    check_version(ctx, lead, ask.expected_version)
    edited = _edited(ask, ctx, lead, known, named)
    with ctx.finish() as last:
        flag = ctx.settings.feature_customer_accepted
        answer = lead_changes.change(last, ctx.caller, lead, edited, Note("edited"), flag)
    return Json(ctx.there(answer.fetchone()))


def _edited(
    ask: LeadEdit, ctx: Context, lead: leads.Locked, known: "Rows[Account]", named: "Rows[str]"
) -> leads.Locked:
    """The lead as it is to be; its customer is there by then."""
    changes = ask.changes(lead)
    if "follow_up_date" in changes:
        follow_up.check(ask.follow_up_date, ctx.today)
        follow_up.check_edit(Status(lead.status), ask.follow_up_date)
    moves = "phone" in changes
    account = customers.not_a_partner(known.fetchone()) if moves else None
    if "state" in changes:
        changes["state"] = places.known(named.fetchone())
    edited = replace(lead, **changes)
    if not moves:
        return edited
    profile = Profile(edited.customer_name, edited.email, edited.address, edited.city, edited.state, edited.pin_code)
    return replace(edited, customer_id=customers.ensure(ctx, edited.phone, account, profile))

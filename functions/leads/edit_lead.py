"""Edit a lead: what its customer asked for, and how and when the customer is reached (api.md 2.2)."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from shared_code import customers
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.rules import follow_up
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
    Name,
    Phone,
    PinCode,
    Remarks,
    Requirements,
    Services,
    Source,
    State,
    Version,
    left_out,
)
from shared_code.wire.leads import Lead


class LeadEdit(Ask):
    """What a lead says from now on. What is left out stays; null clears what can be null."""

    lead_id: LeadId
    customer_name: Name = left_out()
    phone: Phone = left_out()
    email: Email | None = None
    address: Address = left_out()
    city: City | None = None
    state: State = left_out()
    pin_code: PinCode = left_out()
    services: Services | None = None
    requirements: Requirements | None = None
    source: Source | None = None
    remarks: Remarks | None = None
    follow_up_date: Annotated[
        Day | None,
        Field(description="today to today + 30 days in India; a terminal lead has none, others need one"),
    ] = None
    expected_version: Version | None = None

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
    """Change a lead's own fields.

    Another phone moves the lead to the customer of that phone, who is made where there is none; a partner's phone is
    409. One timeline entry holds what changed, before and after; a request that changes nothing leaves none.
    """
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
        follow_up.check_edit(Status(lead.status), ask.follow_up_date, ctx.today)
    moves = "phone" in changes
    account = customers.not_a_partner(known.fetchone()) if moves else None
    follow_up.check_open(Status(lead.status), changes.get("follow_up_date"))
    if "state" in changes:
        changes["state"] = places.known(named.fetchone())
    edited = replace(lead, **changes)
    if not moves:
        return edited
    profile = Profile(edited.customer_name, edited.email, edited.address, edited.city, edited.state, edited.pin_code)
    return replace(edited, customer_id=customers.ensure(ctx, edited.phone, account, profile))

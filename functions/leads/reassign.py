"""Give a lead to another partner; from the very next request on it is that one's (rules.md 2.2, 2.3; api.md 2.2)."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.messaging import news
from shared_code.rules.lead_owner import check_may_cross, check_reassign
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.sql import lead_changes, leads, network
from shared_code.sql.lead_changes import Note
from shared_code.versions import check_version
from shared_code.wire import Ask, Json
from shared_code.wire.fields import CpId, LeadId, Reason, Version
from shared_code.wire.leads import Lead


class Reassignment(Ask):
    """The partner a lead goes to, and why."""

    lead_id: LeadId
    cp_id: CpId
    reason: Reason
    override: Annotated[bool, Field(description="though the partner works in another state; by an Admin alone")] = False
    expected_version: Version | None = None


@endpoint(
    "PATCH",
    "leads/{leadId:regex(^LEAD-[0-9]+$)}/reassign",
    PERMISSIONS[Action.REASSIGN],
    refusals=("STALE_VERSION", "RULE_VIOLATION"),
)
def reassign_lead(ask: Reassignment, ctx: Context) -> Json[Lead]:
    """Give a lead, open or terminal, to another active partner.

    A KAM gives leads to its own partners. A partner of another state than the lead's is 422, unless an Admin sends
    `override`. From the next request on the lead is that partner's. Both partners and their KAMs are told, and the
    timeline is written. The partner who has it already keeps it, and nothing is written.
    """
    check_may_cross(ctx.caller, ask.override)
    locked = leads.lock(ctx.db, ctx.caller, ask.lead_id)
    former_kam = leads.kam_of(ctx.db, ask.lead_id)
    wished = network.owner(ctx.db, ask.cp_id)
    lead = ctx.found(locked.fetchone(), "lead", ask.lead_id)
    check_version(ctx, lead, ask.expected_version)
    crosses = check_reassign(ctx.caller, ask.cp_id, wished.fetchone(), lead.state, ask.override)
    kam_id, note = former_kam.fetchone(), Note("reassigned", reason=ask.reason, override=crosses)
    with ctx.finish() as last:
        flag = ctx.settings.feature_customer_accepted
        answer = lead_changes.change(last, ctx.caller, lead, replace(lead, assigned_to=ask.cp_id), note, flag)
        if lead.assigned_to != ask.cp_id:
            news.lead_reassigned(last, ctx.caller, lead.lead_id, lead.assigned_to, kam_id, ask.cp_id)
    return Json(ctx.there(answer.fetchone()))

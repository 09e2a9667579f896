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
from shared_code.wire.fields import CpId, LeadId, Reason
from shared_code.wire.leads import Lead


class Reassignment(Ask):
    """The partner a lead goes to, and why. `override`: though that one works in another state; an Admin's to send."""

    lead_id: LeadId
    cp_id: CpId
    reason: Reason
    override: bool = False
    expected_version: Annotated[int, Field(ge=1)] | None = None


@endpoint(
    "PATCH",
    "leads/{leadId:regex(^LEAD-[0-9]+$)}/reassign",
    PERMISSIONS[Action.REASSIGN],
    refusals=("STALE_VERSION", "RULE_VIOLATION"),
)
def reassign_lead(ask: Reassignment, ctx: Context) -> Json[Lead]:
    """Reassign a lead, open or terminal. The partner who has it already keeps it, without a trace."""
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

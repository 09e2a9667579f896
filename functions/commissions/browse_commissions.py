"""Browse commissions in scope (api.md 2.5)."""

from typing import Literal

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.sql import commission_views
from shared_code.wire import Ask, Json, Nothing, Page
from shared_code.wire.commissions import Commission, CommissionDetail, CommissionStatus
from shared_code.wire.fields import CommissionId, CpId, LeadId, Many, PageAsk, Search
from shared_code.wire.leads import CommissionSummary


class CommissionFilters(PageAsk):
    """What a list of commissions can be narrowed by. `search`: customer's name, id, UTR."""

    sort_by: Literal["createdAt", "customerName", "status"] | None = None
    status: Many[CommissionStatus] = ()
    cp_id: CpId | None = None
    lead_id: LeadId | None = None
    search: Search | None = None


class OneCommission(Ask):
    """A commission by its id."""

    commission_id: CommissionId


@endpoint("GET", "commissions", PERMISSIONS[Action.COMMISSION_VIEW])
def list_commissions(ask: CommissionFilters, ctx: Context) -> Json[Page[Commission]]:
    """List the commissions in the caller's scope, newest first.

    `search` looks at the customer's name, the commission's id and the UTR.
    """
    with ctx.finish() as last:
        page = commission_views.page(last, ctx.caller, commission_views.Wanted(**ask.model_dump()))
    return Json(ctx.there(page.fetchone()))


@endpoint("GET", "commissions/{commissionId:regex(^COMM-[0-9]+$)}", PERMISSIONS[Action.COMMISSION_VIEW])
def get_commission(ask: OneCommission, ctx: Context) -> Json[CommissionDetail]:
    """Show one commission with its calculation and its steps, oldest first."""
    with ctx.finish() as last:
        found = commission_views.one(last, ctx.caller, ask.commission_id)
    return Json(ctx.found(found.fetchone(), "commission", ask.commission_id))


@endpoint("GET", "commissions/summary", PERMISSIONS[Action.COMMISSION_VIEW])
def get_commission_summary(ask: Nothing, ctx: Context) -> Json[CommissionSummary]:
    """Count and sum up the commissions in the caller's scope by status, and what was ever paid."""
    with ctx.finish() as last:
        summary = commission_views.summary(last, ctx.caller)
    return Json(ctx.there(summary.fetchone()))

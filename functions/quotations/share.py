"""Share a quotation with its customer (rules.md 3.8; api.md 2.3)."""

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.messaging import news
from shared_code.rules.quotation_life import check_share
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.sql import quotation_views, quotations, timeline
from shared_code.wire import Json
from shared_code.wire.quotations import OneQuotation, Quotation


@endpoint(
    "PATCH",
    "quotations/{quotationId:regex(^QUOT-[0-9]+$)}/share",
    PERMISSIONS[Action.QUOTATION_OFFER],
    refusals=("LEAD_CLOSED", "QUOTATION_ALREADY_ACCEPTED", "QUOTATION_NOT_SHARED", "QUOTATION_EXPIRED"),
)
def share_quotation(ask: OneQuotation, ctx: Context) -> Json[Quotation]:
    """Share a quotation with its customer, who is told, sees it, and can accept or reject it.

    Sharing it again changes nothing (200). 409 where it is accepted, rejected or expired, where the lead is Under
    Execution, Executed or lost, and for a partner where the lead has an accepted one.
    """
    reference = ask.quotation_id
    locked = quotations.lock_lead(ctx.db, ctx.caller, reference)
    offered = quotations.offer(ctx.db, reference)
    lead_id = ctx.found(locked.fetchone(), "quotation", reference)
    offer = ctx.there(offered.fetchone())
    changes = check_share(offer, ctx.caller.role, ctx.today)
    with ctx.finish() as last:
        if not changes:
            shared = quotation_views.one(last, ctx.caller, reference)
        else:
            shared = quotations.share(last, ctx.caller, reference)
            timeline.add(last, ctx.caller, lead_id, "quotationShared", {"quotationReference": reference})
            news.quotation_shared(last, lead_id, reference)
    return Json(ctx.there(shared.fetchone()))

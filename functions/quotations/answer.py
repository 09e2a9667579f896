"""Accept or reject a quotation: the customer, or staff for the customer with a reason (rules.md 3.8; api.md 2.3)."""

from typing import ClassVar

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.messaging import news
from shared_code.rules.lead_status import Standing, Status, after_acceptance
from shared_code.rules.quotation_life import Say, check_accept, check_reject, check_speaker
from shared_code.rules.refusal import invalid
from shared_code.rules.scope import PERMISSIONS, Action, Role
from shared_code.sql import lead_changes, leads, quotations, timeline
from shared_code.wire import Ask, Json
from shared_code.wire.fields import LongText, QuotationReference
from shared_code.wire.quotations import Quotation

REFUSALS = ("QUOTATION_NOT_SHARED", "QUOTATION_EXPIRED", "QUOTATION_ALREADY_ACCEPTED")


class Answer(Ask):
    """A customer sends nothing, or a reason to reject; Admin and KAM send `override` and a reason."""

    examples: ClassVar = {
        "a customer": {},
        "for the customer": {"override": True, "reason": "The customer asked for it by phone."},
    }

    quotation_id: QuotationReference
    override: bool = False
    reason: LongText | None = None

    def say(self, ctx: Context) -> Say:
        """Who speaks. Raises `VALIDATION_ERROR` for a customer that overrides, and for staff that does not."""
        if self.override and ctx.caller.role is Role.CUSTOMER:
            raise invalid({"override": "is not a customer's to send"})
        say = Say(ctx.caller.role, self.override, self.reason)
        check_speaker(say)
        return say


@endpoint(
    "PATCH",
    "quotations/{quotationId:regex(^QUOT-[0-9]+$)}/accept",
    PERMISSIONS[Action.QUOTATION_ANSWER],
    refusals=("LEAD_CLOSED", *REFUSALS),
)
def accept_quotation(ask: Answer, ctx: Context) -> Json[Quotation]:
    """Accept a quotation. Its siblings are rejected and its lead moves, all at once."""
    reference, say = ask.quotation_id, ask.say(ctx)
    locked = quotations.lock_lead(ctx.db, ctx.caller, reference)
    offered = quotations.offer(ctx.db, reference)
    standing = leads.of_quotation(ctx.db, reference)
    lead_id = ctx.found(locked.fetchone(), "quotation", reference)
    check_accept(ctx.there(offered.fetchone()), say, ctx.today)
    lead, flag = ctx.there(standing.fetchone()), ctx.settings.feature_customer_accepted
    move = after_acceptance(Standing(Status(lead.status), token_number=lead.token_number), reference, flag, ctx.today)
    with ctx.finish() as last:
        accepted = quotations.accept(last, ctx.caller, reference)
        timeline.add(
            last,
            ctx.caller,
            lead_id,
            "quotationAccepted",
            {"quotationReference": reference},
            reason=say.reason,
            override=say.override,
        )
        lead_changes.move(last, ctx.caller, lead, move, flag)
        news.quotation_answered(last, ctx.caller, lead_id, reference, "accepted")
        news.lead_moved(last, ctx.caller, lead_id, move)
    return Json(ctx.there(accepted.fetchone()))


@endpoint(
    "PATCH",
    "quotations/{quotationId:regex(^QUOT-[0-9]+$)}/reject",
    PERMISSIONS[Action.QUOTATION_ANSWER],
    refusals=REFUSALS,
)
def reject_quotation(ask: Answer, ctx: Context) -> Json[Quotation]:
    """Reject a quotation. Its lead stays where it is."""
    reference, say = ask.quotation_id, ask.say(ctx)
    locked = quotations.lock_lead(ctx.db, ctx.caller, reference)
    offered = quotations.offer(ctx.db, reference)
    lead_id = ctx.found(locked.fetchone(), "quotation", reference)
    check_reject(ctx.there(offered.fetchone()), say, ctx.today)
    with ctx.finish() as last:
        rejected = quotations.reject(last, ctx.caller, reference)
        timeline.add(
            last,
            ctx.caller,
            lead_id,
            "quotationRejected",
            {"quotationReference": reference},
            reason=say.reason,
            override=say.override,
        )
        news.quotation_answered(last, ctx.caller, lead_id, reference, "rejected")
    return Json(ctx.there(rejected.fetchone()))

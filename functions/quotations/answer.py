"""Accept or reject a quotation: the customer, or staff for the customer with a reason (rules.md 3.8; api.md 2.3)."""

from typing import Annotated, ClassVar

from pydantic import Field

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
    """A customer sends nothing, or why it rejects; Admin and KAM, for the customer, `override` and a reason."""

    examples: ClassVar = {
        "a customer": {},
        "for the customer": {"override": True, "reason": "The customer asked for it by phone."},
    }

    quotation_id: QuotationReference
    override: Annotated[bool, Field(description="true from Admin and KAM; not a customer's to send")] = False
    reason: Annotated[LongText | None, Field(description="why; needed from Admin and KAM")] = None

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
    """Accept a shared quotation; the lead's other ones are rejected and the lead moves, all at once.

    New Lead, In Discussion and Physical Meeting Assigned become Customer Accepted. The quotation is the lead's
    `quotationRef` then, and its follow-up is tomorrow. Where another one is accepted already, a customer is refused
    (409); Admin and KAM replace it. Partner, KAM and Admins are told, and the timeline is written.
    """
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
    """Reject a shared quotation; the lead stays where it is.

    Partner, KAM and Admins are told, and the timeline is written.
    """
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

"""Approve a partner's commission, then pay it, once (rules.md 4.2; api.md 2.5)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.errors import not_found
from shared_code.messaging import news
from shared_code.rules.commission import Commission as Standing
from shared_code.rules.commission import CommissionStatus, Method, Payment, Step, approve, next_step, pay, read_payment
from shared_code.rules.refusal import Refusal, invalid
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.sql import commissions, timeline
from shared_code.sql.pool import Db
from shared_code.wire import Ask, Json
from shared_code.wire.commissions import Commission
from shared_code.wire.fields import CommissionId, Day, LongText, Rupees, Short, Version
from shared_code.wire.kinds import told, way

TO_APPROVE, TO_PAY = {"amount"}, {"utr", "paid_on", "method"}
WIRE = {"amount": "amount", "utr": "utr", "paid_on": "paidOn", "method": "method"}


UTR = "to pay: the bank's reference, 12 to 22 letters and digits; each is good for one commission"
APPROVING = {"if": way("", action="approve"), "then": way("", "utr paidOn method")}
PAYING = {"if": way("", action="pay"), "then": way("utr paidOn method", "amount")}


class ApproveOrPay(Ask):
    """Approve a commission, or enter its payment. Without `action` it is the next step."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [way("", "amount"), way("amount", "utr paidOn method")],
            "allOf": [APPROVING, PAYING],
        }
    )
    examples: ClassVar = {
        "approve": {"action": "approve"},
        "approve another amount": {"action": "approve", "amount": 5000, "notes": "As agreed with the partner."},
        "pay": {"action": "pay", "utr": "HDFC0001234567", "paidOn": "2026-11-21", "method": "NEFT"},
    }

    commission_id: CommissionId
    action: Annotated[Step | None, Field(description="by default what comes next")] = None
    amount: Annotated[Rupees | None, Field(description="to approve another amount than the calculated one, INR")] = None
    utr: Annotated[Short, told(UTR, "HDFC0001234567", pattern="^[A-Za-z0-9]{12,22}$")] | None = None
    paid_on: Annotated[Day | None, Field(description="to pay: the day in India, YYYY-MM-DD, not a future one")] = None
    method: Annotated[
        Literal["NEFT", "RTGS", "IMPS", "UPI", "Cheque"] | None, Field(description="to pay: how it was paid")
    ] = None
    notes: Annotated[LongText | None, Field(description="needed with another amount")] = None
    expected_version: Version | None = None

    def check(self, step: Step, today: date) -> Payment | None:
        """Refuse what the step does not take, and what it lacks. Answers the payment, if it is one."""
        foreign = TO_PAY if step is Step.APPROVE else TO_APPROVE
        wrong = {WIRE[name]: f"is not part of {step}" for name in foreign if getattr(self, name) is not None}
        lacking = {WIRE[name]: "is missing" for name in TO_PAY if step is Step.PAY and getattr(self, name) is None}
        if wrong or lacking:
            raise invalid(wrong | lacking)
        if self.utr is None or self.paid_on is None or self.method is None:
            return None
        return read_payment(self.utr, self.paid_on, self.method, today)


@endpoint(
    "POST",
    "commissions/{commissionId:regex(^COMM-[0-9]+$)}/approveOrPay",
    PERMISSIONS[Action.COMMISSION_SETTLE],
    refusals=("COMMISSION_STATE", "DUPLICATE_UTR", "STALE_VERSION"),
)
def approve_or_pay(ask: ApproveOrPay, ctx: Context) -> Json[Commission]:
    """Take a commission a step further, from Pending to Approved or from Approved to Paid; the partner is told.

    It is paid once and in full. The same payment again is 200 and changes nothing; another UTR for it, or a step out of
    order, is 409.
    """
    if ask.action:
        ask.check(ask.action, ctx.today)
    commission = commissions.lock(ctx.db, ask.commission_id).fetchone()
    if commission is None:
        raise not_found("commission")
    standing = _standing(commission)
    payment = ask.check(ask.action or next_step(standing.status), ctx.today)
    if ask.expected_version not in (None, commission.version) and (payment is None or payment != standing.payment):
        details = {"currentVersion": commission.version}
        raise Refusal("STALE_VERSION", "The commission was changed in the meantime; look at it again.", details)
    if payment is None:
        return _approve(ask, ctx, commission, approve(standing, ask.amount, ask.notes))
    if pay(standing, payment):
        return _pay(ask, ctx, commission, payment)
    with ctx.finish() as last:
        unchanged = commissions.as_it_is(last, commission.commission_id)
    return Json(ctx.there(unchanged.fetchone()))


def _standing(row: commissions.Locked) -> Standing:
    paid = Payment(row.utr, row.paid_on, Method(row.method)) if row.utr and row.paid_on and row.method else None
    return Standing(CommissionStatus(row.status), row.amount, paid)


def _approve(ask: ApproveOrPay, ctx: Context, row: commissions.Locked, amount: Decimal) -> Json[Commission]:
    with ctx.finish() as last:
        approved = commissions.approve(last, ctx.caller, row.commission_id, amount, ask.notes)
        _record(last, ctx, row, CommissionStatus.APPROVED, ask.notes)
        news.commission_approved(last, row.cp_id, row.lead_id, row.commission_id, amount)
    return Json(ctx.there(approved.fetchone()))


def _pay(ask: ApproveOrPay, ctx: Context, row: commissions.Locked, payment: Payment) -> Json[Commission]:
    with ctx.finish() as last:
        paid = commissions.pay(last, ctx.caller, row.commission_id, payment, ask.notes)
        _record(last, ctx, row, CommissionStatus.PAID, ask.notes)
        news.commission_paid(last, row.cp_id, row.lead_id, row.commission_id, payment.utr)
    return Json(ctx.there(paid.fetchone()))


def _record(last: Db, ctx: Context, row: commissions.Locked, status: CommissionStatus, notes: str | None) -> None:
    before, after = {"commission": row.status}, {"commission": status.value}
    timeline.add(last, ctx.caller, row.lead_id, f"commission{status}", after, before, remarks=notes)

"""Approve a partner's commission, then pay it, once (rules.md 4.2; api.md 2.5)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.errors import not_found
from shared_code.rules.commission import Commission as Standing
from shared_code.rules.commission import CommissionStatus, Method, Payment, Step, approve, next_step, pay, read_payment
from shared_code.rules.refusal import Refusal, invalid
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.rules.text import rupees
from shared_code.sql import commissions, notifications, timeline
from shared_code.sql.notifications import News
from shared_code.wire import Ask, Json
from shared_code.wire.commissions import Commission
from shared_code.wire.fields import CommissionId, LongText, Rupees, Short

TO_APPROVE, TO_PAY = {"amount"}, {"utr", "paid_on", "method"}
WIRE = {"amount": "amount", "utr": "utr", "paid_on": "paidOn", "method": "method"}


class ApproveOrPay(Ask):
    """`approve` takes another amount in ₹, with notes; `pay` UTR, day and method. Without `action`: the next step."""

    commission_id: CommissionId
    action: Step | None = None
    amount: Rupees | None = None
    utr: Short | None = None
    paid_on: date | None = None
    method: Literal["NEFT", "RTGS", "IMPS", "UPI", "Cheque"] | None = None
    notes: LongText | None = None
    expected_version: Annotated[int, Field(ge=1)] | None = None

    def check_fields(self, step: Step) -> None:
        """Refuse what the step does not take, and what it lacks."""
        wrong = {
            WIRE[n]: f"is not part of {step}"
            for n in (TO_PAY if step is Step.APPROVE else TO_APPROVE)
            if getattr(self, n) is not None
        }
        lacking = {WIRE[n]: "is missing" for n in TO_PAY if step is Step.PAY and getattr(self, n) is None}
        if wrong or lacking:
            raise invalid(wrong | lacking)


@endpoint(
    "POST",
    "commissions/{commissionId:regex(^COMM-[0-9]+$)}/approveOrPay",
    PERMISSIONS[Action.COMMISSION_SETTLE],
    refusals=("COMMISSION_STATE", "DUPLICATE_UTR", "STALE_VERSION"),
)
def approve_or_pay(ask: ApproveOrPay, ctx: Context) -> Json[Commission]:
    """Take a commission a step further: Pending, Approved, Paid. The same payment again changes nothing."""
    commission = commissions.lock(ctx.db, ask.commission_id).fetchone()
    if commission is None:
        raise not_found("commission")
    if ask.expected_version not in (None, commission.version):
        details = {"currentVersion": commission.version}
        raise Refusal("STALE_VERSION", "The commission was changed in the meantime; look at it again.", details)
    standing = _standing(commission)
    step = ask.action or next_step(standing.status)
    ask.check_fields(step)
    if step is Step.APPROVE:
        return _approve(ask, ctx, commission, standing)
    return _pay(ask, ctx, commission, standing)


def _standing(row: commissions.Locked) -> Standing:
    paid = Payment(row.utr, row.paid_on, Method(row.method)) if row.utr and row.paid_on and row.method else None
    return Standing(CommissionStatus(row.status), row.amount, paid)


def _approve(ask: ApproveOrPay, ctx: Context, row: commissions.Locked, standing: Standing) -> Json[Commission]:
    amount = approve(standing, ask.amount, ask.notes)
    data = {"leadId": row.lead_id, "commissionId": row.commission_id}
    news = News(
        "commissionApproved",
        "Commission approved",
        f"{rupees(amount)} for {row.lead_id} will be paid.",
        "success",
        data,
    )
    with ctx.finish() as last:
        approved = commissions.approve(last, ctx.caller, row.commission_id, amount, ask.notes)
        timeline.add(
            last,
            ctx.caller,
            row.lead_id,
            "commissionApproved",
            {"commission": "Approved"},
            {"commission": row.status},
            remarks=ask.notes,
        )
        notifications.tell_users(last, news, [row.cp_id])
    return Json(ctx.there(approved.fetchone()))


def _pay(ask: ApproveOrPay, ctx: Context, row: commissions.Locked, standing: Standing) -> Json[Commission]:
    payment = read_payment(ask.utr or "", ask.paid_on or date.max, ask.method or "", ctx.today)
    if not pay(standing, payment):
        with ctx.finish() as last:
            unchanged = commissions.one(last, ctx.caller, row.commission_id)
        return Json(ctx.there(unchanged.fetchone()))
    data = {"leadId": row.lead_id, "commissionId": row.commission_id}
    news = News(
        "commissionPaid",
        "Commission paid",
        f"The commission for {row.lead_id} was paid, UTR {payment.utr}.",
        "success",
        data,
    )
    with ctx.finish() as last:
        paid = commissions.pay(last, ctx.caller, row.commission_id, payment, ask.notes)
        timeline.add(
            last,
            ctx.caller,
            row.lead_id,
            "commissionPaid",
            {"commission": "Paid"},
            {"commission": row.status},
            remarks=ask.notes,
        )
        notifications.tell_users(last, news, [row.cp_id])
    return Json(ctx.there(paid.fetchone()))

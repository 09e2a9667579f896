"""The partner's commission: opened when the system is executed, approved, paid (rules.md 4)."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared_code.rules.refusal import Refusal, invalid
from shared_code.rules.rounding import paise, plain


class CommissionStatus(StrEnum):
    """Where a commission stands, exactly as on the wire."""

    PENDING = "Pending"
    APPROVED = "Approved"
    PAID = "Paid"
    CANCELLED = "Cancelled"


class Method(StrEnum):
    """How a commission is paid."""

    NEFT = "NEFT"
    RTGS = "RTGS"
    IMPS = "IMPS"
    UPI = "UPI"
    CHEQUE = "Cheque"


class Step(StrEnum):
    """What an Admin does to a commission."""

    APPROVE = "approve"
    PAY = "pay"


class OnExecuted(StrEnum):
    """What becomes of a lead's commission when the lead is Executed."""

    OPEN = "a new one, Pending"
    REVIVE = "the cancelled one Pending again: amount, quotation and owner as of now"
    KEEP = "the approved or paid one stays"
    MISS = "none: an audit note, and the Admins are told"


class OnUndone(StrEnum):
    """What becomes of it when Executed is undone."""

    CANCEL = "the pending one is Cancelled"
    TELL = "the approved or paid one stays, and the Admins are told"
    NOTHING = "there is none, or it is cancelled already"


@dataclass(frozen=True)
class Payment:
    """One full payment in INR."""

    utr: str
    paid_on: date
    method: Method


@dataclass(frozen=True)
class Commission:
    """A commission as an Admin's step finds it. amount: as calculated, ₹; payment: once it is Paid."""

    status: CommissionStatus
    amount: Decimal
    payment: Payment | None = None


_UTR = re.compile(r"[A-Za-z0-9]{12,22}")


def on_executed(former: CommissionStatus | None, quotation_ref: str | None, cp_id: str | None) -> OnExecuted:
    """What to do with the commission of a lead that becomes Executed (rules.md 4.1, 4.3). Its amount is the add-on."""
    if former not in (None, CommissionStatus.CANCELLED):
        return OnExecuted.KEEP
    if not (quotation_ref and cp_id):
        return OnExecuted.MISS
    return OnExecuted.REVIVE if former else OnExecuted.OPEN


def on_undone(former: CommissionStatus | None) -> OnUndone:
    """What to do with the commission of a lead that leaves Executed (rules.md 4.3)."""
    if former is CommissionStatus.PENDING:
        return OnUndone.CANCEL
    if former in (CommissionStatus.APPROVED, CommissionStatus.PAID):
        return OnUndone.TELL
    return OnUndone.NOTHING


def next_step(status: CommissionStatus) -> Step:
    """The step meant by a request that names none. A paid one is "paid" again, so that a repeat finds its payment."""
    if status is CommissionStatus.CANCELLED:
        raise _wrong_order(status, "it can neither be approved nor paid")
    return Step.APPROVE if status is CommissionStatus.PENDING else Step.PAY


def approve(commission: Commission, amount: Decimal | None, notes: str | None) -> Decimal:
    """The approved amount in ₹; without `amount` the calculated one (rules.md 4.2).

    Raises `VALIDATION_ERROR` (malformed amount, another amount without notes), `COMMISSION_STATE`.
    """
    if amount is not None and (amount < 0 or amount != paise(amount)):
        raise invalid({"amount": "₹, not below 0 and with at most two decimals, is needed"})
    if commission.status is not CommissionStatus.PENDING:
        raise _wrong_order(commission.status, "only a Pending one is approved")
    approved = commission.amount if amount is None else amount
    if approved != commission.amount and not (notes or "").strip():
        raise invalid({"notes": f"needed, as the amount differs from the calculated {plain(commission.amount)}"})
    return approved


def read_payment(utr: str, paid_on: date, method: str, today: date) -> Payment:
    """A payment as it will be recorded, its UTR in capitals (rules.md 4.2). today: the day in India.

    Raises `VALIDATION_ERROR`, all fields at once.
    """
    utr, faults = utr.strip(), {}
    if not _UTR.fullmatch(utr):
        faults["utr"] = "12 to 22 letters and digits are needed"
    if paid_on > today:
        faults["paidOn"] = f"a day up to {today} is needed"
    if method not in tuple(Method):
        faults["method"] = f"one of {', '.join(Method)} is needed"
    if faults:
        raise invalid(faults)
    return Payment(utr.upper(), paid_on, Method(method))


def pay(commission: Commission, payment: Payment) -> bool:
    """Whether paying changes anything; False for the same payment again. Paid is final (rules.md 4.2).

    Raises `COMMISSION_STATE`.
    """
    if commission.status is CommissionStatus.PAID and commission.payment == payment:
        return False
    if commission.status is not CommissionStatus.APPROVED:
        raise _wrong_order(commission.status, "only an Approved one is paid")
    return True


def _wrong_order(status: CommissionStatus, rule: str) -> Refusal:
    return Refusal("COMMISSION_STATE", f"The commission is {status}: {rule}.")

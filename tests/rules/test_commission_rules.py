"""When a commission is opened, approved, paid and cancelled (rules.md 4)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_code.rules.commission import (
    Commission,
    CommissionStatus,
    Method,
    OnExecuted,
    OnUndone,
    Payment,
    Step,
    approve,
    next_step,
    on_executed,
    on_undone,
    pay,
    read_payment,
)
from tests.rules.samples import TODAY, refused

PENDING, APPROVED, PAID, CANCELLED = CommissionStatus
AMOUNT = Decimal("5832.00")
PAYMENT = Payment("AXIS12345678", TODAY, Method.NEFT)


@pytest.mark.parametrize(
    ("former", "quotation", "partner", "expected"),
    [
        (None, "QUOT-1", "CP-1", OnExecuted.OPEN),
        (None, None, "CP-1", OnExecuted.MISS),
        (None, "QUOT-1", None, OnExecuted.MISS),
        (CANCELLED, "QUOT-1", "CP-1", OnExecuted.REVIVE),
        (CANCELLED, None, "CP-1", OnExecuted.MISS),
        (PENDING, "QUOT-1", "CP-1", OnExecuted.KEEP),
        (APPROVED, None, None, OnExecuted.KEEP),
        (PAID, "QUOT-1", "CP-1", OnExecuted.KEEP),
    ],
)
def test_4_1_4_3_one_commission_per_lead_and_none_without_quotation_or_partner(
    former: CommissionStatus | None, quotation: str | None, partner: str | None, expected: OnExecuted
) -> None:
    assert on_executed(former, quotation, partner) is expected


def test_4_3_undone_only_a_pending_one_is_cancelled() -> None:
    outcomes = {former: on_undone(former) for former in (None, *CommissionStatus)}
    assert outcomes == {
        None: OnUndone.NOTHING,
        PENDING: OnUndone.CANCEL,
        APPROVED: OnUndone.TELL,
        PAID: OnUndone.TELL,
        CANCELLED: OnUndone.NOTHING,
    }


def test_2_5_the_next_step_follows_from_the_status() -> None:
    assert [next_step(status) for status in (PENDING, APPROVED, PAID)] == [Step.APPROVE, Step.PAY, Step.PAY]
    with refused("COMMISSION_STATE"):
        next_step(CANCELLED)


def test_4_2_approved_as_calculated_or_another_amount_with_notes() -> None:
    pending = Commission(PENDING, AMOUNT)
    assert approve(pending, None, None) == AMOUNT
    assert approve(pending, Decimal("5832"), None) == AMOUNT
    assert approve(pending, Decimal("5000.50"), "dealer agreed") == Decimal("5000.50")
    for notes in (None, "  "):
        with refused("VALIDATION_ERROR", "notes"):
            approve(pending, Decimal(5000), notes)


@pytest.mark.parametrize("amount", ["-1", "0.001"])
def test_4_2_a_malformed_amount_is_said_before_the_state(amount: str) -> None:
    for status in CommissionStatus:
        with refused("VALIDATION_ERROR", "amount"):
            approve(Commission(status, AMOUNT), Decimal(amount), "dealer agreed")


@pytest.mark.parametrize("status", [APPROVED, PAID, CANCELLED])
def test_4_2_only_a_pending_one_is_approved_and_only_once(status: CommissionStatus) -> None:
    with refused("COMMISSION_STATE"):
        approve(Commission(status, AMOUNT), Decimal(1), None)


@pytest.mark.parametrize("utr", ["ABC123456789", "abc123456789", " 123456789012 ", "A" * 22])
def test_4_2_a_utr_is_twelve_to_22_letters_and_digits_in_capitals(utr: str) -> None:
    assert read_payment(utr, TODAY, "UPI", TODAY).utr == utr.strip().upper()


@pytest.mark.parametrize(
    "utr", ["", "A" * 11, "A" * 23, "ABC-123456789", "ABC 123456789", "१२३४५६७८९०१२", "straße123456"]
)
def test_4_2_a_malformed_utr(utr: str) -> None:
    with refused("VALIDATION_ERROR", "utr"):
        read_payment(utr, TODAY, "UPI", TODAY)


def test_4_2_method_and_day_of_a_payment() -> None:
    for method in ("NEFT", "RTGS", "IMPS", "UPI", "Cheque"):
        assert read_payment(PAYMENT.utr, TODAY, method, TODAY) == Payment(PAYMENT.utr, TODAY, Method(method))
    with refused("VALIDATION_ERROR", "utr", "paidOn", "method"):
        read_payment("?", TODAY + timedelta(days=1), "Cash", TODAY)


def test_4_2_only_an_approved_one_is_paid() -> None:
    assert pay(Commission(APPROVED, AMOUNT), PAYMENT) is True
    for status in (PENDING, CANCELLED):
        with refused("COMMISSION_STATE"):
            pay(Commission(status, AMOUNT), PAYMENT)


PAYMENTS = st.builds(
    Payment,
    st.sampled_from(["AXIS12345678", "HDFC12345678"]),
    st.dates(date(2026, 11, 20), date(2026, 11, 21)),
    st.sampled_from(Method),
)


@given(PAYMENTS, PAYMENTS)
def test_4_2_paid_is_final_and_only_the_same_payment_may_come_again(first: Payment, second: Payment) -> None:
    paid = Commission(PAID, AMOUNT, first)
    if first == second:
        assert pay(paid, second) is False
    else:
        with refused("COMMISSION_STATE"):
            pay(paid, second)

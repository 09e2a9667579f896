"""A partner's commission is approved, then paid, once (rules.md 4.2, 4.4)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.commissions.browse_commissions import get_commission, get_commission_summary
from tests import rows
from tests.commissions import TODAY, actions, commission_of, new_utr, pay, settle
from tests.rules.samples import refused
from tests.world import ADMIN, CP_1, CP_3, KAM_1, KAM_2, World


def test_a_commission_goes_from_pending_to_approved_to_paid_and_the_partner_hears_of_it(world: World) -> None:
    lead_id, commission_id = rows.executed(world)
    approved = settle(world, commission_id)
    assert (
        approved.items() >= {"status": "Approved", "approvedAmount": 5832, "approvedBy": "ADM-1", "version": 2}.items()
    )
    utr = new_utr()
    paid = settle(world, commission_id, utr=utr.lower(), paid_on=TODAY, method="RTGS", notes="By Monday's run.")
    assert paid.items() >= {
        "status": "Paid", "utr": utr, "paidOn": str(TODAY), "method": "RTGS", "paidBy": "ADM-1", "version": 3,
        "notes": "By Monday's run.",
    }.items()  # fmt: skip
    history = world.data(get_commission, CP_1, commission_id=commission_id)["history"]
    assert [(e["from"], e["to"], e["amount"], e["actorName"], e["notes"]) for e in history[1:]] == [
        ("Pending", "Approved", 5832, "Asha Mehta", None), ("Approved", "Paid", 5832, "Asha Mehta", "By Monday's run."),
    ]  # fmt: skip
    assert world.told(lead_id) == {("commissionApproved", "CP-1"), ("commissionPaid", "CP-1")}
    assert actions(world, lead_id) == ["commissionApproved", "commissionPaid"]


def test_another_amount_is_approved_with_notes_alone(world: World) -> None:
    _, commission_id = rows.executed(world)
    with refused("VALIDATION_ERROR", "notes"):
        settle(world, commission_id, action="approve", amount=Decimal(5000))
    with refused("VALIDATION_ERROR", "notes"):
        settle(world, commission_id, action="approve", amount=Decimal(5000), notes="  ")
    approved = settle(world, commission_id, action="approve", amount=Decimal(5000), notes="Two panels came late.")
    assert approved.items() >= {"amount": 5832, "approvedAmount": 5000, "notes": "Two panels came late."}.items()
    assert pay(world, commission_id)["approvedAmount"] == 5000


def test_steps_out_of_order_are_refused(world: World) -> None:
    _, commission_id = rows.executed(world)
    with refused("COMMISSION_STATE"):
        pay(world, commission_id)
    settle(world, commission_id, action="approve")
    with refused("COMMISSION_STATE"):
        settle(world, commission_id, action="approve")
    pay(world, commission_id)
    for again in ({"action": "approve"}, {"action": "pay", "utr": new_utr(), "paid_on": TODAY, "method": "NEFT"}):
        with refused("COMMISSION_STATE"):
            settle(world, commission_id, **again)
    _, cancelled = rows.executed(world, status="Cancelled")
    for step in (None, "approve"):
        with refused("COMMISSION_STATE"):
            settle(world, cancelled, action=step)


def test_the_same_payment_again_changes_nothing_and_tells_nobody(world: World) -> None:
    lead_id, commission_id = rows.executed(world)
    settle(world, commission_id, action="approve")
    payment = {"utr": new_utr(), "paid_on": TODAY, "method": "UPI"}
    paid = pay(world, commission_id, **payment)
    assert pay(world, commission_id, **payment | {"notes": "Sent twice."}) == paid
    assert len(commission_of(world, lead_id)["history"]) == 3
    assert world.told(lead_id, "commissionPaid") == {("commissionPaid", "CP-1")}
    for other in ({"utr": new_utr()}, {"method": "NEFT"}, {"paid_on": TODAY - timedelta(days=1)}):
        with refused("COMMISSION_STATE"):
            pay(world, commission_id, **payment | other)


def test_a_utr_pays_one_commission_in_whatever_case(world: World) -> None:
    first, second = (rows.executed(world)[1] for _ in range(2))
    for commission_id in (first, second):
        settle(world, commission_id, action="approve")
    utr = new_utr()
    pay(world, first, utr=utr)
    with refused("DUPLICATE_UTR"):
        pay(world, second, utr=utr.lower())
    assert world.data(get_commission, ADMIN, commission_id=second)["status"] == "Approved"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"utr": "SHORT"}, {"utr"}),
        ({"utr": "HDFC-0000000001"}, {"utr"}),
        ({"utr": "A" * 23}, {"utr"}),
        ({"paid_on": TODAY + timedelta(days=1)}, {"paidOn"}),
        ({"method": None}, {"method"}),
        ({"utr": None, "paid_on": None}, {"utr", "paidOn"}),
        ({"amount": Decimal(5832)}, {"amount"}),
    ],
)
def test_a_malformed_payment_is_refused_naming_what_is_wrong(
    world: World, fields: dict[str, Any], wrong: set[str]
) -> None:
    _, commission_id = rows.executed(world)
    settle(world, commission_id, action="approve")
    with refused("VALIDATION_ERROR", *wrong):
        pay(world, commission_id, **fields)


def test_who_saw_an_older_version_of_a_commission_changes_nothing(world: World) -> None:
    _, commission_id = rows.executed(world)
    with refused("STALE_VERSION") as stale:
        settle(world, commission_id, action="approve", expected_version=2)
    assert stale.value.details == {"currentVersion": 1}
    assert settle(world, commission_id, action="approve", expected_version=1)["version"] == 2


def test_a_commission_is_seen_by_its_partner_for_ever_and_by_its_kam(world: World) -> None:
    lead_id, commission_id = rows.executed(world)
    world.owner.execute("UPDATE lead SET assigned_to = 'CP-3' WHERE lead_id = %s", [lead_id])
    for reader in (CP_1, KAM_1, ADMIN):
        assert world.data(get_commission, reader, commission_id=commission_id)["amount"] == 5832
    for stranger, code in ((CP_3, "NOT_FOUND"), (KAM_2, "OUT_OF_SCOPE")):
        with refused(code):
            world.call(get_commission, stranger, commission_id=commission_id)
    with refused("NOT_FOUND"):
        settle(world, "COMM-999999", action="approve")


def test_the_summary_adds_up_what_is_open_and_what_was_paid(world: World) -> None:
    before = world.data(get_commission_summary, CP_1)
    _, commission_id = rows.executed(world)
    settle(world, commission_id, action="approve", amount=Decimal("5000.50"), notes="Agreed.")
    pay(world, commission_id)
    rows.executed(world)
    rows.executed(world, "CP-3")
    after = world.data(get_commission_summary, CP_1)
    assert after["lifetimePaid"] == before["lifetimePaid"] + 5000.50
    for status, count, amount in (("Paid", 1, 5000.50), ("Pending", 1, 5832), ("Approved", 0, 0)):
        former, now = before["byStatus"][status], after["byStatus"][status]
        assert (now["count"] - former["count"], now["amount"] - former["amount"]) == (count, amount)

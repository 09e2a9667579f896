"""The list of commissions, their sums and histories tell one and the same story to whoever may see it (api.md 2.5)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.commissions.browse_commissions import get_commission, get_commission_summary, list_commissions
from shared_code.rules.scope import Caller
from tests import rows
from tests.commissions import TODAY, commission_of, lead_under_execution, move, new_utr, pay, settle
from tests.rules.samples import refused
from tests.world import ADMIN, CP_1, CP_3, KAM_1, KAM_2, World

STATUSES = ("Pending", "Approved", "Paid", "Cancelled")


def listed(world: World, reader: Caller = ADMIN, **filters: Any) -> list[Any]:
    """The items of the whole list."""
    page = world.data(list_commissions, reader, limit=100, **filters)
    assert page["total"] == len(page["items"])
    return list(page["items"])


def ids(items: list[Any]) -> list[str]:
    return [item["commissionId"] for item in items]


def added_up(items: list[Any]) -> dict[str, Any]:
    """What a summary of these items must say."""
    worth = {
        status: [
            i["amount"] if i["approvedAmount"] is None else i["approvedAmount"] for i in items if i["status"] == status
        ]
        for status in STATUSES
    }
    by_status = {status: {"count": len(amounts), "amount": sum(amounts)} for status, amounts in worth.items()}
    return {"byStatus": by_status, "lifetimePaid": by_status["Paid"]["amount"]}


def test_the_summary_is_what_the_list_adds_up_to_after_every_step_of_a_life(own_world: World) -> None:
    def told(status: str, count: int, amount: float) -> None:
        for reader in (ADMIN, KAM_1, KAM_2, CP_1, CP_3):
            assert own_world.data(get_commission_summary, reader) == added_up(listed(own_world, reader))
        summary = own_world.data(get_commission_summary, CP_1)
        assert summary["byStatus"][status] == {"count": count, "amount": amount}
        assert summary["lifetimePaid"] == (amount if status == "Paid" else 0)
        assert sum(each["count"] for each in summary["byStatus"].values()) == 1

    rows.executed(own_world, "CP-3")
    lead_id = lead_under_execution(own_world)
    move(own_world, lead_id, "Executed", CP_1)
    told("Pending", 1, 5832)
    move(own_world, lead_id, "Won")
    told("Cancelled", 1, 5832)
    better = rows.quotation(own_world, lead_id, "Shared", dealer_add_on_total=Decimal("6000.55"))
    own_world.owner.execute("UPDATE quotation SET status = 'Rejected' WHERE status = 'Accepted'")
    move(own_world, lead_id, "Executed", quotation_ref=better)
    told("Pending", 1, 6000.55)
    commission_id = commission_of(own_world, lead_id)["commissionId"]
    settle(own_world, commission_id, amount=Decimal("5999.45"), notes="As agreed.")
    told("Approved", 1, 5999.45)
    move(own_world, lead_id, "Won")
    told("Approved", 1, 5999.45)
    pay(own_world, commission_id)
    told("Paid", 1, 5999.45)
    assert [(step["from"], step["to"], step["amount"]) for step in commission_of(own_world, lead_id)["history"]] == [
        (None, "Pending", 5832), ("Pending", "Cancelled", 5832), ("Cancelled", "Pending", 6000.55),
        ("Pending", "Approved", 5999.45), ("Approved", "Paid", 5999.45),
    ]  # fmt: skip


def test_an_amount_of_nothing_counts_as_nothing_and_not_as_the_calculated_one(own_world: World) -> None:
    _, commission_id = rows.executed(own_world)
    settle(own_world, commission_id, action="approve", amount=Decimal(0), notes="Waived by the partner.")
    summary = own_world.data(get_commission_summary, CP_1)
    assert summary["byStatus"]["Approved"] == {"count": 1, "amount": 0}
    assert pay(own_world, commission_id)["approvedAmount"] == 0
    assert own_world.data(get_commission_summary, CP_1)["lifetimePaid"] == 0


def test_history_tells_every_step_in_order_with_who_when_how_much_and_why(world: World) -> None:
    lead_id = lead_under_execution(world)
    move(world, lead_id, "Executed", CP_1)
    move(world, lead_id, "Won", override_reason="Nothing was built there.")
    move(world, lead_id, "Executed")
    commission_id = commission_of(world, lead_id)["commissionId"]
    settle(world, commission_id, amount=Decimal(5000), notes="Two panels came late.")
    pay(world, commission_id, notes="By cheque after all.", method="Cheque")
    history = commission_of(world, lead_id)["history"]
    assert [(step["to"], step["actorId"], step["actorName"], step["notes"]) for step in history] == [
        ("Pending", "CP-1", "Pravin Patel", None),
        ("Cancelled", "ADM-1", "Asha Mehta", "Nothing was built there."),
        ("Pending", "ADM-1", "Asha Mehta", None),
        ("Approved", "ADM-1", "Asha Mehta", "Two panels came late."),
        ("Paid", "ADM-1", "Asha Mehta", "By cheque after all."),
    ]
    times = [step["at"] for step in history]
    assert times == sorted(times)
    assert commission_of(world, lead_id)["version"] == len(history)


def test_an_item_of_the_list_is_the_commission_as_it_stands_without_calculation_and_history(world: World) -> None:
    lead_id, commission_id = rows.executed(world)
    settle(world, commission_id, action="approve")
    answered = pay(world, commission_id, notes="By Monday's run.")
    [item] = listed(world, CP_1, lead_id=lead_id)
    assert item == answered
    whole = world.data(get_commission, KAM_1, commission_id=commission_id)
    assert {name: whole[name] for name in whole.keys() - {"calculation", "history"}} == item


def test_filters_narrow_together(own_world: World) -> None:
    pending, approved, paid, other = (rows.executed(own_world, cp)[1] for cp in ("CP-1", "CP-1", "CP-1", "CP-3"))
    utr = new_utr()
    for commission_id in (approved, paid):
        settle(own_world, commission_id, action="approve")
    pay(own_world, paid, utr=utr)
    for filters, found in (
        ({}, [other, paid, approved, pending]),
        ({"status": ("Pending", "Paid")}, [other, paid, pending]),
        ({"status": ("Pending", "Paid"), "cp_id": "CP-1"}, [paid, pending]),
        ({"status": STATUSES, "search": "chitra"}, [other, paid, approved, pending]),
        ({"search": utr[:-1]}, []),
        ({"search": utr.lower(), "cp_id": "CP-3"}, []),
        ({"search": f" {paid.lower()} "}, [paid]),
        ({"status": ("Cancelled",)}, []),
        ({"lead_id": "LEAD-404"}, []),
    ):
        assert ids(listed(own_world, **filters)) == found, filters


@pytest.mark.parametrize("reader", [CP_1, CP_3, KAM_1, KAM_2])
def test_a_filter_narrows_a_scope_and_never_widens_it(world: World, reader: Caller) -> None:
    own, foreign = ("CP-1", "CP-3") if reader in (CP_1, KAM_1) else ("CP-3", "CP-1")
    lead_id, commission_id = rows.executed(world, foreign)
    mine = rows.executed(world, own)[1]
    assert mine in ids(listed(world, reader))
    for filters in ({"cp_id": foreign}, {"lead_id": lead_id}, {"search": commission_id}):
        assert listed(world, reader, **filters) == []


def test_a_commission_belongs_to_the_day_in_india_on_which_it_was_opened(own_world: World) -> None:
    midnight = datetime(2026, 1, 14, 18, 30, tzinfo=UTC)
    last, first = (
        rows.executed(own_world, created_at=midnight + timedelta(microseconds=shift))[1] for shift in (-1, 0)
    )
    yesterday = TODAY - timedelta(days=1)
    assert ids(listed(own_world, created_from=TODAY)) == [first]
    assert ids(listed(own_world, created_to=yesterday)) == [last]
    assert ids(listed(own_world, created_from=yesterday, created_to=TODAY)) == [first, last]
    assert listed(own_world, created_from=TODAY, created_to=yesterday) == []


def test_a_payment_of_today_is_one_of_today_in_india(world: World) -> None:
    _, commission_id = rows.executed(world)
    settle(world, commission_id, action="approve")
    late = datetime(2026, 1, 15, 18, 29, 59, tzinfo=UTC)
    tomorrow: dict[str, Any] = {"utr": new_utr(), "paid_on": TODAY + timedelta(days=1), "method": "IMPS"}
    with refused("VALIDATION_ERROR", "paidOn"):
        settle(world, commission_id, now=late, **tomorrow)
    assert settle(world, commission_id, now=late + timedelta(seconds=1), **tomorrow)["paidOn"] == "2026-01-16"


def test_a_cancelled_commission_is_neither_approved_nor_paid(world: World) -> None:
    lead_id = lead_under_execution(world)
    move(world, lead_id, "Executed", CP_1)
    move(world, lead_id, "Won")
    before = commission_of(world, lead_id)
    payment = {"utr": new_utr(), "paid_on": TODAY, "method": "UPI"}
    for step in ({}, {"action": "approve"}, {"action": "pay", **payment}, payment):
        with refused("COMMISSION_STATE"):
            settle(world, before["commissionId"], **step)
    assert commission_of(world, lead_id) == before

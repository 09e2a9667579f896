"""A commission is opened with Executed, and cancelled and revived with it (rules.md 4.1, 4.3)."""

from decimal import Decimal

import pytest

from tests import rows
from tests.commissions import actions, commission_of, lead_under_execution, move, pay, settle
from tests.world import CP_1, CP_3, World


def test_executed_opens_a_pending_commission_of_the_dealer_add_on_for_the_partner_of_that_moment(world: World) -> None:
    lead_id = lead_under_execution(world, "CP-3", dealer_add_on_per_kw=Decimal(1500), dealer_add_on_total=Decimal(4860))
    move(world, lead_id, "Executed", CP_3)
    commission = commission_of(world, lead_id)
    assert commission.items() >= {
        "leadId": lead_id, "status": "Pending", "cpId": "CP-3", "amount": 4860, "approvedAmount": None,
        "systemKw": 3.24, "projectAmount": 154332, "tokenNumber": "TOK-1", "utr": None, "version": 1,
        "calculation": {"dealerAddOnPerKw": 1500, "systemKw": 3.24, "amount": 4860},
    }.items()  # fmt: skip
    [event] = commission["history"]
    assert event.items() >= {"from": None, "to": "Pending", "amount": 4860, "actorId": "CP-3"}.items()
    assert actions(world, lead_id) == ["commissionOpened"]
    assert world.told(lead_id, "commissionOpened", "commissionMissing") == {("commissionOpened", "CP-3")}


def test_a_pending_commission_is_cancelled_when_executed_is_undone_and_revived_recalculated(world: World) -> None:
    lead_id = lead_under_execution(world)
    move(world, lead_id, "Executed")
    first = commission_of(world, lead_id)
    move(world, lead_id, "Won")
    assert commission_of(world, lead_id)["status"] == "Cancelled"
    better = rows.quotation(world, lead_id, "Shared", dealer_add_on_total=Decimal(6000))
    world.owner.execute(
        "UPDATE quotation SET status = 'Rejected' WHERE lead_id = %s AND status = 'Accepted'", [lead_id]
    )
    world.owner.execute("UPDATE lead SET assigned_to = 'CP-2' WHERE lead_id = %s", [lead_id])
    move(world, lead_id, "Executed", quotation_ref=better)
    revived = commission_of(world, lead_id)
    assert revived.items() >= {
        "commissionId": first["commissionId"], "status": "Pending", "amount": 6000, "quotationRef": better,
        "cpId": "CP-2", "version": 3,
    }.items()  # fmt: skip
    assert [(e["from"], e["to"], e["amount"]) for e in revived["history"]] == [
        (None, "Pending", 5832), ("Pending", "Cancelled", 5832), ("Cancelled", "Pending", 6000),
    ]  # fmt: skip
    assert actions(world, lead_id) == ["commissionOpened", "commissionCancelled", "commissionOpened"]


@pytest.mark.parametrize("status", ["Approved", "Paid"])
def test_an_approved_or_paid_commission_stays_when_executed_is_undone_and_the_admins_are_told(
    world: World, status: str
) -> None:
    lead_id = lead_under_execution(world)
    move(world, lead_id, "Executed", CP_1)
    commission_id = commission_of(world, lead_id)["commissionId"]
    settle(world, commission_id, action="approve")
    if status == "Paid":
        pay(world, commission_id)
    before = commission_of(world, lead_id)
    move(world, lead_id, "Under Execution")
    assert world.told(lead_id, "commissionStays") == {("commissionStays", "ADM-1")}
    move(world, lead_id, "Executed")
    assert commission_of(world, lead_id) == before
    assert before["status"] == status


@pytest.mark.parametrize("lacking", ["quotation", "partner"])
def test_a_lead_executed_without_quotation_or_partner_earns_nothing_and_the_admins_and_the_audit_know(
    world: World, lacking: str
) -> None:
    lead_id = world.lead(status="Won") if lacking == "quotation" else lead_under_execution(world, None)
    move(world, lead_id, "Executed")
    assert commission_of(world, lead_id) is None
    assert actions(world, lead_id) == []
    assert world.told(lead_id, "commissionMissing", "commissionOpened") == {("commissionMissing", "ADM-1")}
    notes = world.rows(
        "SELECT actor_id, after ->> 'note' FROM audit_log WHERE entity_id = %s AND action = 'note'", lead_id
    )
    assert notes == [("ADM-1", "executed without commission: no quotation or no partner")]

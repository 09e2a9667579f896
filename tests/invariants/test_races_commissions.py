"""One commission per lead, one payment per commission, a UTR once (data.md I5; rules.md 4)."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.commissions.approve_or_pay import approve_or_pay
from functions.leads.update_status import update_status
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import Caller
from shared_code.sql import commissions, leads
from shared_code.sql.pool import Db, Rows, scalars
from tests import rows
from tests.racing import CALLERS, ROW_LOCK, rounds, rush, spoil
from tests.world import ADMIN, CP_1, KAM_1, REMARKS, World, codes

PEOPLE = (CP_1, KAM_1, ADMIN)
PAYMENTS = "LOCK TABLE commission IN SHARE MODE"  # nobody writes one


def under_execution(world: World) -> str:
    """A lead that one more step makes Executed."""
    lead_id = world.lead(status="Under Execution", token_number="TOK-1")
    reference = rows.quotation(world, lead_id, "Accepted")
    world.owner.execute("UPDATE lead SET quotation_ref = %s WHERE lead_id = %s", [reference, lead_id])
    return lead_id


def execute(world: World, caller: Caller, lead_id: str) -> Any:
    return world.call(update_status, caller, lead_id=lead_id, new_status="Executed", remarks=REMARKS)


def override(world: World, lead_id: str, status: str) -> Any:
    return world.call(update_status, ADMIN, lead_id=lead_id, new_status=status, remarks=REMARKS, override=True)


def pay(world: World, commission_id: str, utr: str) -> Any:
    today = datetime.now(UTC).date()
    return world.call(approve_or_pay, ADMIN, commission_id=commission_id, utr=utr, paid_on=today, method="NEFT")


def approved(world: World) -> tuple[str, str]:
    """A lead and its commission that may be paid."""
    return rows.executed(world, status="Approved", approved_amount=5832, approved_at=datetime.now(UTC))


def gate(lead_id: str) -> str:
    return f"SELECT FROM lead WHERE lead_id = '{lead_id}' FOR UPDATE"


def opened(world: World, lead_id: str) -> int:
    count: int = world.value("SELECT count(*) FROM commission WHERE lead_id = %s", lead_id)
    return count


def payments(world: World, commission_id: str) -> int:
    count: int = world.value(
        "SELECT count(*) FROM commission_event WHERE commission_id = %s AND to_status = 'Paid'", commission_id
    )
    return count


def paid_with(world: World, utr: str) -> int:
    count: int = world.value("SELECT count(*) FROM commission WHERE utr = %s", utr)
    return count


def told(world: World, lead_id: str, news: str) -> int:
    count: int = world.value(
        "SELECT count(*) FROM notification WHERE type = %s AND data ->> 'leadId' = %s", news, lead_id
    )
    return count


@rounds
def test_fifty_who_execute_a_lead_at_once_open_one_commission(world: World, turn: int) -> None:
    lead_id = under_execution(world)
    outcomes = codes(rush(world, gate(lead_id), lambda n: execute(world, PEOPLE[n % 3], lead_id)))
    assert Counter(outcomes) == {"ok": 1, "INVALID_STATUS_TRANSITION": CALLERS - 1}
    assert opened(world, lead_id) == told(world, lead_id, "commissionOpened") == 1


@rounds
def test_executed_undone_and_done_again_by_fifty_leaves_one_commission_that_fits(world: World, turn: int) -> None:
    lead_id = under_execution(world)
    statuses = ["Executed", "Won"]
    outcomes = codes(rush(world, gate(lead_id), lambda n: override(world, lead_id, statuses[n % 2])))
    assert set(outcomes) <= {"ok", "INVALID_STATUS_TRANSITION"}
    ((status, commission),) = world.rows(
        "SELECT l.status, m.status FROM lead l JOIN commission m USING (lead_id) WHERE lead_id = %s", lead_id
    )
    assert (status, commission) in {("Executed", "Pending"), ("Won", "Cancelled")}


def test_select_then_insert_opens_more_than_one_commission(own_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    own_world.owner.execute("ALTER TABLE commission DROP CONSTRAINT commission_one_per_lead")
    spoil(monkeypatch, leads, ROW_LOCK)  # update_status selects the commission, then decides to insert one
    spoil(monkeypatch, commissions, r"ON CONFLICT .* WHERE m.status = 'Cancelled'")
    lead_id = under_execution(own_world)
    rush(own_world, gate(lead_id), lambda _: execute(own_world, CP_1, lead_id))
    assert opened(own_world, lead_id) > 1


@rounds
def test_fifty_payments_of_one_commission_at_once_are_one(world: World, turn: int) -> None:
    lead_id, commission_id = approved(world)
    utrs = [f"FIFTYATONCE{turn:03}{number:04}" for number in range(CALLERS)]
    outcomes = codes(rush(world, gate(lead_id), lambda n: pay(world, commission_id, utrs[n])))
    assert Counter(outcomes) == {"ok": 1, "COMMISSION_STATE": CALLERS - 1}
    assert paid_with(world, utrs[outcomes.index("ok")]) == 1
    assert payments(world, commission_id) == told(world, lead_id, "commissionPaid") == 1


@rounds
def test_the_same_payment_from_fifty_at_once_changes_things_once(world: World, turn: int) -> None:
    lead_id, commission_id = approved(world)
    outcomes = codes(rush(world, gate(lead_id), lambda n: pay(world, commission_id, f"THESAMEPAYMENT{turn:03}")))
    assert Counter(outcomes) == {"ok": CALLERS}
    assert payments(world, commission_id) == told(world, lead_id, "commissionPaid") == 1


def test_paying_without_the_leads_lock_pays_more_than_once(own_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor with the database looking away, which says itself that Paid is final."""
    spoil(monkeypatch, commissions, ROW_LOCK)
    own_world.owner.execute("ALTER TABLE commission DISABLE TRIGGER guarded")
    lead_id, commission_id = approved(own_world)
    rush(own_world, gate(lead_id), lambda n: pay(own_world, commission_id, f"MORETHANONCE{n:04}"))
    assert payments(own_world, commission_id) > 1


@rounds
def test_a_utr_pays_one_of_fifty_commissions_at_once(world: World, turn: int) -> None:
    waiting, utr = [approved(world)[1] for _ in range(CALLERS)], f"ONEOFMANY{turn:03}"
    outcomes = codes(rush(world, PAYMENTS, lambda n: pay(world, waiting[n], utr)))
    assert Counter(outcomes) == {"ok": 1, "DUPLICATE_UTR": CALLERS - 1}
    assert paid_with(world, utr) == 1


def test_looking_for_the_utr_first_uses_it_more_than_once(own_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    own_world.owner.execute("ALTER TABLE commission DROP CONSTRAINT utr_taken")
    record = commissions.pay

    def look_then_record(db: Db, actor: Caller, commission_id: str, payment: Any, notes: str | None) -> "Rows[bytes]":
        if scalars(db, "SELECT 1 FROM commission WHERE utr = %(utr)s", utr=payment.utr).fetchone():
            raise Refusal("DUPLICATE_UTR", "This UTR is already recorded.")
        return record(db, actor, commission_id, payment, notes)

    monkeypatch.setattr(commissions, "pay", look_then_record)
    waiting = [approved(own_world)[1] for _ in range(CALLERS)]
    rush(own_world, PAYMENTS, lambda n: pay(own_world, waiting[n], "ONEOFMANY000"))
    assert paid_with(own_world, "ONEOFMANY000") > 1

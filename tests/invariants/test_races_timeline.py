"""The lead equals its last timeline entry (data.md I6; rules.md 1.5, 1.6)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from functions.leads.update_status import update_status
from shared_code.rules.lead_status import Status
from shared_code.rules.scope import Caller
from shared_code.sql import leads
from tests.racing import CALLERS, ROW_LOCK, rounds, rush, spoil
from tests.timelines import breaches
from tests.world import ADMIN, CP_1, KAM_1, World, codes

ANYWHERE: Final = list(Status)
ONWARD: Final = [Status.IN_DISCUSSION, Status.PHYSICAL_MEETING_ASSIGNED, Status.CUSTOMER_ACCEPTED]
REFUSED: Final = {"INVALID_STATUS_TRANSITION", "VALIDATION_ERROR"}  # no longer allowed, or in need of more by now


def move(world: World, caller: Caller, lead_id: str, status: Status, number: int) -> Any:
    """A move that its remarks and its day tell from all others."""
    told: dict[str, Any] = {
        "remarks": f"The remarks of caller {number}.",
        "follow_up_date": datetime.now(UTC).date() + timedelta(days=1 + number % 25),
        "override": caller is not CP_1,
    }
    return world.call(update_status, caller, lead_id=lead_id, new_status=status, **told)


def all_at_once(world: World, lead_id: str, caller: Caller, statuses: Sequence[Status]) -> list[str]:
    gate = f"SELECT FROM lead WHERE lead_id = '{lead_id}' FOR UPDATE"
    return codes(rush(world, gate, lambda n: move(world, caller, lead_id, statuses[n % len(statuses)], n)))


@rounds
@pytest.mark.parametrize(
    ("caller", "statuses"), [(ADMIN, ANYWHERE), (KAM_1, ANYWHERE), (CP_1, ONWARD)], ids=["admin", "kam", "partner"]
)
def test_fifty_moves_at_once_leave_a_timeline_that_leads_to_the_lead(
    world: World, caller: Caller, statuses: list[Status], turn: int
) -> None:
    lead_id = world.lead()
    outcomes = all_at_once(world, lead_id, caller, statuses)
    assert set(outcomes) <= {"ok"} | REFUSED
    assert not breaches(world.owner, lead_id)
    assert world.value("SELECT version FROM lead WHERE lead_id = %s", lead_id) == 1 + outcomes.count("ok")


@rounds
def test_none_of_fifty_moves_that_stay_legal_fails_for_coming_second(world: World, turn: int) -> None:
    lead_id = world.lead(status="In Discussion")
    assert all_at_once(world, lead_id, CP_1, [Status.IN_DISCUSSION]) == ["ok"] * CALLERS
    assert not breaches(world.owner, lead_id)


def test_moving_without_the_leads_lock_breaks_the_timeline(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, leads, ROW_LOCK)
    lead_id = world.lead()
    all_at_once(world, lead_id, ADMIN, ANYWHERE)
    assert breaches(world.owner, lead_id)


def test_ordering_by_now_breaks_the_timeline(own_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """`now()` is the transaction's start, and who starts first is not always first at the lock."""
    own_world.owner.execute("ALTER TABLE timeline_entry ALTER at SET DEFAULT now()")
    spoil(monkeypatch, leads, "FROM lead l WHERE", "FROM lead l, pg_sleep(random() / 10) WHERE")
    lead_id = own_world.lead()
    all_at_once(own_world, lead_id, ADMIN, ANYWHERE)
    assert not breaches(own_world.owner, lead_id)
    assert breaches(own_world.owner, lead_id, order="at")

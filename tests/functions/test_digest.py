"""Overdue follow-ups are told once a day, in one notification to each who has to make them (rules.md 7)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from functions.notifications import list_notifications
from functions.timers import tell_overdue_follow_ups
from shared_code.rules.lead_matrix import TERMINAL
from tests.world import CP_1, World, codes, race

NINE = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)  # 09:00 in India
TODAY, YESTERDAY = date(2026, 3, 10), date(2026, 3, 9)
TOLD = "SELECT user_id, message, data FROM notification WHERE type = 'followUpsOverdue' ORDER BY created_at, user_id"


@pytest.fixture(autouse=True)
def nothing_due(world: World) -> None:
    world.owner.execute("UPDATE lead SET follow_up_date = NULL, assigned_to = 'CP-1'")
    world.owner.execute("DELETE FROM notification")
    world.owner.execute("UPDATE user_account SET status = 'active', blocked = false WHERE role <> 'Customer'")


def told(world: World, *times: datetime) -> dict[str, int]:
    """How many follow-ups everybody hears of who does, when the clock strikes so."""
    for now in times or (NINE,):
        world.run(tell_overdue_follow_ups, now=now)
    found = world.rows(TOLD)
    people = {user_id: data["count"] for user_id, _, data in found}
    assert len(people) == len(found), "told twice"
    return people


def overdue(world: World, cp_id: str | None = "CP-1", status: str = "In Discussion", day: date = YESTERDAY) -> str:
    lead_id = world.lead(cp_id or "CP-1", status, follow_up_date=day)
    world.owner.execute("UPDATE lead SET assigned_to = %s WHERE lead_id = %s", [cp_id, lead_id])
    return lead_id


def test_a_partner_hears_of_its_own_and_a_kam_of_all_of_its_partners(world: World) -> None:
    oldest = overdue(world, day=date(2026, 1, 1))
    later = [overdue(world), overdue(world)]
    hers = overdue(world, "CP-2")
    overdue(world, "CP-3")
    assert told(world) == {"CP-1": 3, "CP-2": 1, "KAM-1": 4, "CP-3": 1, "KAM-2": 1}
    said = {user_id: (message, data["leadIds"]) for user_id, message, data in world.rows(TOLD)}
    assert said["CP-1"] == ("3 follow-ups are overdue.", [oldest, *later])
    assert said["CP-2"] == ("1 follow-up is overdue.", [hers])
    [shown] = world.data(list_notifications, CP_1)["items"]
    assert (shown["title"], shown["severity"], shown["read"]) == ("Follow-ups overdue", "warning", False)


def test_twenty_leads_are_named_and_all_are_counted(world: World) -> None:
    leads = [overdue(world) for _ in range(23)]
    assert told(world)["CP-1"] == 23
    assert world.rows(TOLD)[0][2]["leadIds"] == leads[:20]


@pytest.mark.parametrize(("day", "hears"), [(TODAY, {}), (YESTERDAY, {"CP-1": 1, "KAM-1": 1})])
def test_a_follow_up_is_overdue_the_day_after_it(world: World, day: date, hears: dict[str, int]) -> None:
    overdue(world, day=day)
    assert told(world) == hears


@pytest.mark.parametrize(
    ("now", "hears"),
    [
        (datetime(2026, 3, 10, 18, 29, 59, tzinfo=UTC), {}),
        (datetime(2026, 3, 10, 18, 30, tzinfo=UTC), {"CP-1": 1, "KAM-1": 1}),
    ],
)
def test_the_day_is_that_of_india(world: World, now: datetime, hears: dict[str, int]) -> None:
    overdue(world, day=TODAY)
    assert told(world, now) == hears


@pytest.mark.parametrize("status", TERMINAL)
def test_nobody_hears_of_a_lead_that_is_over(world: World, status: str) -> None:
    overdue(world, status=status)
    assert told(world) == {}


def test_nobody_hears_of_a_lead_without_a_partner_and_no_kam_of_a_partner_without_one(world: World) -> None:
    overdue(world, None)
    overdue(world, "CP-9")  # nobody looks after it
    assert told(world) == {"CP-9": 1}


@pytest.mark.parametrize("change", ["blocked = true", "status = 'deactivated'", "status = 'pending'"])
def test_who_cannot_sign_in_hears_nothing_and_those_who_can_do(world: World, change: str) -> None:
    overdue(world, "CP-1")
    overdue(world, "CP-3")
    world.owner.execute(f"UPDATE user_account SET {change} WHERE user_id IN ('CP-1', 'KAM-2')")
    assert told(world) == {"KAM-1": 1, "CP-3": 1}


def test_it_is_told_once_a_day_though_the_clock_strikes_twice_or_late(world: World) -> None:
    overdue(world)
    late = NINE + timedelta(hours=5)
    assert told(world, NINE, NINE, late) == {"CP-1": 1, "KAM-1": 1}
    overdue(world)
    assert told(world, late) == {"CP-1": 1, "KAM-1": 1}
    world.run(tell_overdue_follow_ups, now=NINE + timedelta(days=1))
    counts = [(user_id, data["count"]) for user_id, _, data in world.rows(TOLD)]
    assert counts == [("CP-1", 1), ("KAM-1", 1), ("CP-1", 2), ("KAM-1", 2)]


def test_who_was_not_there_in_the_morning_hears_of_it_when_the_clock_strikes_again(world: World) -> None:
    overdue(world, "CP-1")
    told(world)
    overdue(world, "CP-3")
    assert told(world) == {"CP-1": 1, "KAM-1": 1, "CP-3": 1, "KAM-2": 1}


def test_of_many_instances_at_once_one_tells_each(world: World) -> None:
    for cp_id in ("CP-1", "CP-2", "CP-3"):
        overdue(world, cp_id)
    outcomes: list[Any] = race(10, lambda _: world.run(tell_overdue_follow_ups, now=NINE))
    assert codes(outcomes) == ["ok"] * 10
    assert sorted(user_id for user_id, _, _ in world.rows(TOLD)) == ["CP-1", "CP-2", "CP-3", "KAM-1", "KAM-2"]

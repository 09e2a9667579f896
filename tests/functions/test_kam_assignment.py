"""Which KAM looks after which partners, also when two Admins say so at once (api.md 2.8; rules.md 2.3, 7)."""

from typing import Any

import pytest
from psycopg.errors import DeadlockDetected

from functions.leads.browse_leads import get_lead
from functions.people.assign_kam import assign_channel_partners, assign_kam
from functions.people.browse_people import get_kam
from functions.people.manage_kams import edit_kam
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import Caller, Role
from shared_code.sql import network
from tests.network import kam, kams, news, partner
from tests.racing import rounds, rush, spoil
from tests.rules.samples import refused
from tests.world import ADMIN, World, codes, race


def give(world: World, cp_id: str, kam_id: str) -> dict[str, Any]:
    given: dict[str, Any] = world.data(assign_kam, ADMIN, cp_id=cp_id, kam_id=kam_id)
    return given


def assign(world: World, kam_id: str, mode: str, *cp_ids: str) -> dict[str, Any]:
    assigned: dict[str, Any] = world.data(assign_channel_partners, ADMIN, kam_id=kam_id, mode=mode, cp_ids=list(cp_ids))
    return assigned


def as_kam(kam_id: str) -> Caller:
    return Caller(kam_id, Role.KAM, "session-of-nobody", "Meera Joshi")


def outcome(world: World, workflow: Any, caller: Caller, **fields: Any) -> str:
    try:
        world.call(workflow, caller, **fields)
    except Refusal as refusal:
        return refusal.code
    return "ok"


def test_a_partner_goes_to_another_kam_with_all_its_leads_and_both_are_told(world: World) -> None:
    former, kam_id = kam(world), kam(world)
    cp_id = partner(world, former)
    lead_id = world.lead(cp_id)
    given = give(world, cp_id, kam_id)
    assert (given["kamId"], given["kamName"], given["needsKam"]) == (kam_id, "Meera Joshi", False)
    seen = [outcome(world, get_lead, as_kam(each), lead_id=lead_id) for each in (former, kam_id)]
    assert seen == ["OUT_OF_SCOPE", "ok"]
    assert news(world, cp_id) == [("kamAssigned", "Meera Joshi looks after you from now on.")]
    assert news(world, kam_id) == [("partnersAssigned", f"You look after {cp_id} from now on.")]
    assert news(world, former) == []


def test_the_kam_that_it_has_is_no_news(world: World) -> None:
    kam_id, cp_id = kam(world), partner(world)
    assert [give(world, cp_id, kam_id)["kamId"] for _ in range(2)] == [kam_id] * 2
    assert (len(news(world, cp_id)), len(news(world, kam_id))) == (1, 1)
    changes = "SELECT count(*) FROM audit_log WHERE entity = 'channel_partner' AND entity_id = %s AND action = 'update'"
    assert world.value(changes, cp_id) == 1


@pytest.mark.parametrize("change", [{"status": "deactivated"}, {"blocked": True}])
def test_a_kam_that_may_not_work_gets_no_partner(world: World, change: dict[str, Any]) -> None:
    own = kam(world)
    cp_id = partner(world, own)
    for kam_id in (kam(world, **change), "KAM-999999"):
        with refused("RULE_VIOLATION", "kamId"):
            give(world, cp_id, kam_id)
    for mode in ("add", "replace"):
        with refused("RULE_VIOLATION", "kamId"):
            assign(world, kam(world, **change), mode, cp_id)
    assert kams(world, cp_id) == [own]


def test_there_must_be_such_a_partner_and_such_a_kam(world: World) -> None:
    with refused("NOT_FOUND"):
        give(world, "CP-999999", "KAM-999999")
    with refused("NOT_FOUND"):
        assign(world, "KAM-999999", "add", "CP-999999")


def test_partners_are_added_removed_and_replaced(world: World) -> None:
    kam_id, other = kam(world), kam(world)
    first, second, third = partner(world, kam_id), partner(world), partner(world, other)
    assert assign(world, kam_id, "add", third, second, second)["cpCount"] == 3
    assert assign(world, kam_id, "remove", first, first)["cpCount"] == 2
    assert assign(world, kam_id, "remove", first)["cpCount"] == 2
    assert assign(world, kam_id, "replace", third, first)["cpCount"] == 2
    assert kams(world, first, second, third) == [kam_id, None, kam_id]
    assert assign(world, kam_id, "replace")["cpCount"] == 0
    assert kams(world, first, second, third) == [None] * 3


def test_another_kams_partner_is_not_taken_away(world: World) -> None:
    kam_id, other = kam(world), kam(world)
    cp_id = partner(world, other)
    assign(world, kam_id, "remove", cp_id)
    assert kams(world, cp_id) == [other]


def test_partners_that_a_deactivated_kam_has_can_be_taken_away(world: World) -> None:
    kam_id = kam(world)
    cp_id = partner(world, kam_id)
    world.call(edit_kam, ADMIN, kam_id=kam_id, status="deactivated")
    assert assign(world, kam_id, "remove", cp_id)["cpCount"] == 0
    assert kams(world, cp_id) == [None]


def test_with_one_unknown_partner_none_is_given(world: World) -> None:
    kam_id, cp_id = kam(world), partner(world)
    with refused("RULE_VIOLATION", "cpIds") as refusal:
        assign(world, kam_id, "add", cp_id, "CP-999998", "CP-999999")
    assert "CP-999998, CP-999999" in str((refusal.value.details or {})["cpIds"])
    assert (kams(world, cp_id), news(world, cp_id)) == ([None], [])


def test_each_partner_with_a_new_kam_is_told_once_and_the_kam_once_of_all(world: World) -> None:
    kam_id = kam(world)
    own, taken, *new = partner(world, kam_id), partner(world, kam_id), partner(world), partner(world)
    for _ in range(2):
        assign(world, kam_id, "replace", own, *new)
    assert [len(news(world, cp_id)) for cp_id in (own, taken, *new)] == [0, 0, 1, 1]
    assert news(world, kam_id) == [("partnersAssigned", "You look after 2 channel partners from now on.")]


def crowd(world: World, count: int, kam_id: str | None = None) -> list[str]:
    return [partner(world, kam_id) for _ in range(count)]


def crosswise(world: World) -> list[Any]:
    """Two who give the same three partners to two KAMs, each in the other order, and meet at the one in the middle."""
    people, (first, middle, last) = [kam(world), kam(world)], crowd(world, 3)
    gate, named = f"SELECT FROM channel_partner WHERE cp_id = '{middle}' FOR UPDATE", [first, middle, last]
    outcomes = rush(world, gate, lambda n: assign(world, people[n], "add", *named[:: 1 - 2 * n]), 2)
    held = set(kams(world, *named))
    assert len(held) == 1
    assert held <= set(people)
    return outcomes


@rounds
def test_admins_who_give_the_same_partners_crosswise_both_get_through(world: World, turn: int) -> None:
    assert codes(crosswise(world)) == ["ok"] * 2


def test_locked_as_they_are_named_they_would_wait_for_each_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, network, r"ORDER BY cp_id FOR", "ORDER BY array_position(%(cp_ids)s, cp_id) FOR")
    assert [type(each) for each in crosswise(world) if isinstance(each, Exception)] == [DeadlockDetected]


@rounds
def test_many_admins_who_assign_at_once_all_get_through(world: World, turn: int) -> None:
    people, theirs = [kam(world), kam(world)], crowd(world, 30)

    def act(number: int) -> Any:
        kam_id = people[number % 2]
        return assign(world, kam_id, "add", *theirs) if number < 6 else give(world, theirs[number * 3], kam_id)

    for _ in range(4):
        assert codes(race(8, act)) == ["ok"] * 8
    assert set(kams(world, *theirs)) <= set(people)


@rounds
def test_of_two_who_replace_a_kams_partners_at_once_the_second_has_its_way(world: World, turn: int) -> None:
    kam_id, theirs = kam(world), crowd(world, 8)
    halves = [theirs[:4], theirs[4:]]
    gate = f"SELECT FROM user_account WHERE user_id = '{kam_id}' FOR UPDATE"
    assert codes(rush(world, gate, lambda n: assign(world, kam_id, "replace", *halves[n % 2]), 6)) == ["ok"] * 6
    assert world.data(get_kam, ADMIN, kam_id=kam_id)["cpCount"] == 4
    assert sorted([kams(world, *half) for half in halves], key=str) == sorted([[kam_id] * 4, [None] * 4], key=str)


def test_without_the_lock_of_the_kam_both_would(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, network, r" FOR NO KEY UPDATE")
    kam_id, theirs = kam(world), crowd(world, 8)
    gate = "LOCK TABLE notification IN SHARE MODE"
    rush(world, gate, lambda n: assign(world, kam_id, "replace", *(theirs[:4], theirs[4:])[n]), 2)
    assert world.data(get_kam, ADMIN, kam_id=kam_id)["cpCount"] == 8


def test_nobody_is_given_to_a_kam_that_is_deactivated_at_the_same_time(world: World) -> None:
    for _ in range(5):
        kam_id, cp_id = kam(world), partner(world)
        gate = f"SELECT FROM user_account WHERE user_id = '{kam_id}' FOR UPDATE"

        def act(number: int, kam_id: str = kam_id, cp_id: str = cp_id) -> Any:
            if number == 0:
                return world.call(edit_kam, ADMIN, kam_id=kam_id, status="deactivated")
            return give(world, cp_id, kam_id)

        outcomes = codes(rush(world, gate, act, 2))
        assert outcomes in (["ok", "ok"], ["ok", "RULE_VIOLATION"])
        assert kams(world, cp_id) == [kam_id if outcomes[1] == "ok" else None]

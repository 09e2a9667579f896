"""However many Admins take each other away at once, one is left who can let people in (api.md 2.8, LAST_ADMIN)."""

from collections import Counter
from collections.abc import Iterator

import pytest

from shared_code.rules.scope import Role
from shared_code.sql import accounts
from tests.edge import Edge, edge_of
from tests.racing import rush, spoil, ten_rounds
from tests.staff import Staff
from tests.world import World

ADMINS = 10
GATE = "SELECT FROM user_account WHERE role = 'Admin' FOR UPDATE"


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    with edge_of(world) as edge:
        yield edge


def take_away_each_other(world: World, edge: Edge) -> Counter[str]:
    """Ten Admins, and no others, of whom each takes away the next: it blocks or deactivates it, in turns."""
    world.owner.execute("UPDATE user_account SET status = 'deactivated' WHERE role = 'Admin'")
    admins = [Staff(world, Role.ADMIN) for _ in range(ADMINS)]
    for admin in admins:
        edge.token(admin.caller)
    world.owner.execute(
        "UPDATE session SET last_seen_at = now() - interval '2 minutes'"
    )  # whose activity is noted anew

    def act(number: int) -> str:
        me, next_one = admins[number].caller, admins[(number + 1) % ADMINS].user_id
        if number % 2:
            answer = edge(me, "PATCH", f"users/{next_one}/block", {"blocked": True})
        else:
            answer = edge(me, "PATCH", f"admins/{next_one}", {"status": "deactivated"})
        return answer.code or "ok"

    outcomes = rush(world, GATE, act, ADMINS)
    assert all(isinstance(outcome, str) for outcome in outcomes), outcomes
    return Counter(outcomes)


def left(world: World) -> int:
    """How many Admins may act."""
    count: int = world.value(
        "SELECT count(*) FROM user_account WHERE role = 'Admin' AND status = 'active' AND NOT blocked"
    )
    return count


@ten_rounds
def test_of_ten_admins_who_take_away_each_other_at_once_one_is_left(world: World, edge: Edge, turn: int) -> None:
    assert take_away_each_other(world, edge) == {"ok": ADMINS - 1, "LAST_ADMIN": 1}
    assert left(world) == 1


def test_looking_without_locking_leaves_nobody(world: World, edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, accounts, "FOR NO KEY UPDATE")
    assert take_away_each_other(world, edge) == {"ok": ADMINS}
    assert left(world) == 0

"""A mailed link, a code of an app and a recovery code are good once, whoever else tries (rules.md 5.3, 5.5)."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.auth.password_reset import complete_password_reset
from shared_code import resets
from shared_code.access import passwords
from shared_code.adapters.lane import Lane
from shared_code.sql import password_resets, second_factors
from tests.racing import CALLERS, rounds, rush, spoil, unlock_guards
from tests.staff import Staff
from tests.world import World, codes

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is turned away before the race: the lane would let fewer than fifty passwords be tried at once."""
    monkeypatch.setattr(passwords, "_LANE", Lane("passwords", 2, waiting=CALLERS, patience=30))


def link(world: World, person: Staff) -> str:
    with world.pool.connection() as db:
        return resets.create(db, person.user_id, NOW)


def set_by_many(world: World, person: Staff) -> list[Any]:
    """Fifty set fifty passwords with one link; what they answer or raise."""
    token, gate = link(world, person), f"SELECT FROM user_account WHERE user_id = '{person.user_id}' FOR UPDATE"
    return rush(
        world, gate, lambda n: world.call(complete_password_reset, None, token=token, new_password=f"Sesame-open-{n}")
    )


def changes(world: World, person: Staff) -> int:
    """How often the password was changed, by the audit."""
    count: int = world.value("SELECT count(*) - 1 FROM audit_log WHERE entity_id = %s", person.user_id)
    return count


def enter_all(world: World, person: Staff, totp: str) -> list[Any]:
    """Fifty sign in with the same code; what they answer or raise."""
    world.owner.execute("INSERT INTO password_guard (email) VALUES (%s) ON CONFLICT DO NOTHING", [person.email])
    gate = f"SELECT FROM second_factor WHERE user_id = '{person.user_id}' FOR UPDATE"
    return rush(world, gate, lambda _: person.enter(totp=totp))


def enrolled(world: World, used: str = "app") -> tuple[Staff, str]:
    """Somebody with a second factor, and a code of it: of the app, or a recovery code."""
    person = Staff(world)
    recovery_codes = person.enrol()
    person.world.owner.execute("UPDATE second_factor SET last_step = 0 WHERE user_id = %s", [person.user_id])
    return person, person.app.now() if used == "app" else recovery_codes[0]


@rounds
def test_a_link_sets_one_password_when_fifty_use_it_at_once(world: World, turn: int) -> None:
    person = Staff(world)
    assert Counter(codes(set_by_many(world, person))) == {"ok": 1, "INVALID_TOKEN": CALLERS - 1}
    assert changes(world, person) == 1


def test_look_up_then_use_sets_more_than_one_password(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    unlock_guards(monkeypatch)
    taken = r"UPDATE password_reset SET token_hash = NULL(.*)RETURNING user_id"
    spoil(monkeypatch, password_resets, taken, r"SELECT user_id FROM password_reset\1")
    person = Staff(world)
    set_by_many(world, person)
    assert changes(world, person) > 1


@rounds
@pytest.mark.parametrize("used", ["app", "recovery code"])
def test_a_code_opens_one_session_when_fifty_use_it_at_once(world: World, turn: int, used: str) -> None:
    person, code = enrolled(world, used)
    outcomes = Counter(codes(enter_all(world, person, code)))
    assert outcomes == {"ok": 1, "INVALID_OTP": 5, "LOGIN_LOCKED": CALLERS - 6}
    assert person.sessions() == 1


@rounds
@pytest.mark.parametrize("used", ["app", "recovery code"])
def test_it_is_good_once_even_where_nothing_else_holds_the_others_up(
    world: World, turn: int, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock_guards(monkeypatch)
    person, code = enrolled(world, used)
    assert Counter(codes(enter_all(world, person, code)))["ok"] == 1
    assert person.sessions() == 1


@pytest.mark.parametrize(
    ("used", "guarded"),
    [("app", r"AND last_step < %\(step\)s"), ("recovery code", r"AND %\(code_hash\)s = ANY \(\w+\)")],
)
def test_check_then_mark_opens_more_than_one_session(
    world: World, monkeypatch: pytest.MonkeyPatch, used: str, guarded: str
) -> None:
    unlock_guards(monkeypatch)
    spoil(monkeypatch, second_factors, guarded)
    person, code = enrolled(world, used)
    enter_all(world, person, code)
    assert person.sessions() > 1

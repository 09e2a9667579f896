"""A session has one live refresh token, and a dead one that comes back ends it (data.md I3; api.md 2.1)."""

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.auth.refresh_session import refresh_session
from shared_code import identity
from shared_code.rules.scope import Role
from shared_code.sql import sessions
from shared_code.sql.pool import Db, Rows, rows, scalars
from tests.racing import CALLERS, rush, ten_rounds
from tests.world import CP_1, World, codes, race


def sign_in(world: World) -> tuple[str, str]:
    """A new session and its first refresh token."""
    session_id, now = uuid.uuid4().hex, datetime.now(UTC)
    with world.pool.connection() as db:
        sessions.open_session(db, session_id, CP_1.user_id, None)
    tokens = identity.issue(world.settings, CP_1.user_id, Role.CP, session_id, 1, now, now + timedelta(days=30))
    return session_id, tokens.refresh


def refreshed(world: World, token: str) -> str:
    """The refresh token that comes of refreshing."""
    return str(world.call(refresh_session, None, refresh_token=token).refresh_token)


def all_at_once(world: World, session_id: str, *tokens: str) -> list[Any]:
    gate = f"SELECT FROM session WHERE session_id = '{session_id}' FOR UPDATE"
    return rush(world, gate, lambda n: refreshed(world, tokens[n % len(tokens)]))


def live(world: World, session_id: str, tokens: list[str]) -> list[str]:
    """Those of the tokens that are of the session's live generation."""
    now = datetime.now(UTC)
    generation = world.value("SELECT generation FROM session WHERE session_id = %s AND ended_at IS NULL", session_id)
    return [token for token in tokens if identity.read_refresh(world.settings, token, now).generation == generation]


def ended_by(world: World, session_id: str) -> str | None:
    by: str | None = world.value("SELECT ended_by FROM session WHERE session_id = %s", session_id)
    return by


@ten_rounds
def test_fifty_at_once_with_one_token_leave_one_live_token(world: World, turn: int) -> None:
    session_id, first = sign_in(world)
    answered = all_at_once(world, session_id, first)
    assert set(codes(answered)) == {"ok"}  # within the grace, and no successor was used
    (newest,) = live(world, session_id, answered)
    assert live(world, session_id, [refreshed(world, newest)])


def test_read_then_replace_leaves_more_than_one_live_token(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "rotate", _read_then_replace)
    session_id, first = sign_in(world)
    assert len(live(world, session_id, all_at_once(world, session_id, first))) > 1


@ten_rounds
def test_a_token_replaced_within_the_grace_is_dead_and_ends_the_session(world: World, turn: int) -> None:
    session_id, first = sign_in(world)
    answered = all_at_once(world, session_id, first)
    replaced = next(token for token in answered if not live(world, session_id, [token]))
    assert set(codes(all_at_once(world, session_id, replaced))) == {"SESSION_EXPIRED"}
    assert ended_by(world, session_id) == "reuse"


@ten_rounds
def test_a_dead_token_among_live_ones_ends_the_session_and_all_it_gave(world: World, turn: int) -> None:
    session_id, dead = sign_in(world)
    newest = refreshed(world, refreshed(world, dead))
    answered = all_at_once(world, session_id, dead, newest)
    outcomes = codes(answered)
    assert set(outcomes[::2]) == {"SESSION_EXPIRED"}
    assert ended_by(world, session_id) == "reuse"
    got = [token for token, outcome in zip(answered, outcomes, strict=True) if outcome == "ok"]
    kept = [newest, *got]
    assert set(codes(race(len(kept), lambda n: refreshed(world, kept[n])))) == {"SESSION_EXPIRED"}


@ten_rounds
def test_the_grace_is_over_after_ten_seconds(world: World, turn: int) -> None:
    session_id, first = sign_in(world)
    refreshed(world, first)
    world.owner.execute(
        "UPDATE session SET rotated_at = rotated_at - interval '10 s' WHERE session_id = %s", [session_id]
    )
    assert Counter(codes(all_at_once(world, session_id, first))) == {"SESSION_EXPIRED": CALLERS}
    assert ended_by(world, session_id) == "reuse"


def _read_then_replace(
    db: Db, session_id: str, generation: int, idle: timedelta, grace: timedelta
) -> "Rows[sessions.Rotation]":
    read = "SELECT generation FROM session WHERE session_id = %(session_id)s"
    replace = """UPDATE session SET generation = %(generation)s + 1 WHERE session_id = %(session_id)s AND %(is_live)s
                 RETURNING generation, created_at"""
    is_live = scalars(db, read, session_id=session_id).fetchone() == generation
    given = {"session_id": session_id, "generation": generation, "is_live": is_live}
    return rows(db, sessions.Rotation, replace, **given)

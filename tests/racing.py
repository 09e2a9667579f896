"""Races that nobody is late for, and the naive versions that lose them (data.md, Invariants)."""

import os
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import psycopg
import pytest

from shared_code.sql import sign_in
from tests.world import World, race

CALLERS = int(os.environ.get("CALLERS") or 50)  # 10 to 90: twice as many connections are what the server has
ROUNDS = os.environ.get("ROUNDS")
MEET_SECONDS = 15.0  # all must have come before the app's own lock_timeout
ROW_LOCK = r"FOR UPDATE( OF l)?"

rounds = pytest.mark.parametrize("turn", range(int(ROUNDS or 3)))
ten_rounds = pytest.mark.parametrize("turn", range(int(ROUNDS or 10)))  # of who may come in


def rush(
    world: World,
    gate: str,
    act: Callable[[int], Any],
    callers: int = CALLERS,
    meanwhile: Callable[[], object] = lambda: None,
) -> list[Any]:
    """`race`, with every caller held up until all wait in the database for each other; what they answer or raise.

    gate: a statement of the owner whose lock every caller needs on its way, be it that it locks or only that it writes.
    meanwhile: done when all wait, before they go on.
    """
    if callers > world.pool.max_size:
        world.pool.resize(1, callers)
    with ThreadPoolExecutor(1) as background, psycopg.connect(world.owner_url) as holder:
        holder.execute(gate)
        racing = background.submit(race, callers, act)
        until(lambda: racing.done() or waiting(world) >= callers)
        assert not racing.done(), racing.result()
        meanwhile()
    return racing.result()


def waiting(world: World) -> int:
    """How many of the database's connections wait for a lock."""
    count: int = world.value(
        "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE NOT granted AND datname = current_database()"
    )
    return count


def end_waiting(world: World, count: int) -> None:
    """End that many of the connections that wait, as a crash would."""
    with psycopg.connect(world.app_url) as app:  # who is signed in as the app may end what it has begun
        app.execute(
            "SELECT pg_terminate_backend(pid) FROM (SELECT DISTINCT pid FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database() LIMIT %s) waiting",
            [count],
        )


def until(there: Callable[[], object], seconds: float = MEET_SECONDS) -> None:
    """Wait for it, so long at most."""
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


def spoil(monkeypatch: pytest.MonkeyPatch, module: ModuleType, pattern: str, by: str = "") -> None:
    """Make the statements of a module of `shared_code.sql` naive: what matches `pattern` becomes `by`."""

    def naive(send: Callable[..., Any]) -> Callable[..., Any]:
        def sent(*given: Any, **params: object) -> Any:
            return send(
                *(re.sub(pattern, by, one, flags=re.S) if isinstance(one, str) else one for one in given), **params
            )

        return sent

    for name in ("rows", "scalars"):
        monkeypatch.setattr(module, name, naive(getattr(module, name)))


def unlock_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody who comes with a phone or an address wait for another who does."""
    spoil(monkeypatch, sign_in, r"\((phone|email)\) DO UPDATE SET \1 = excluded\.\1", "DO NOTHING")
    spoil(monkeypatch, sign_in, ROW_LOCK)

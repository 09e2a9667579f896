"""Every night what is over is removed, batch by batch, and nothing that is alive (rules.md 8)."""

import json
import logging
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from functions.timers import clean_up
from shared_code import keeping
from shared_code.identity import IDLE_LIFE
from shared_code.sql import sign_in
from shared_code.sql.edge import count_in_window
from shared_code.sql.keeping import PERISHABLES
from shared_code.sql.sign_in import lock_guard, lock_password_guard
from tests import rows
from tests.racing import until
from tests.world import World, codes, race

KEEPS, GOES = timedelta(minutes=5), -timedelta(minutes=5)  # before a bound, and past it
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# A kind, what makes a row of it, and how long its row stays, counted from the times that stand as `{at}`.
BOUNDS: list[tuple[str, str, timedelta]] = [
    ("idempotencyKeys", "(user_id, key, fingerprint, created_at) VALUES ('CP-1', {key}, '', {at})", DAY),
    ("rateWindows", "(key, started_at, count) VALUES ({key}, {at}, 1)", DAY),
    ("codes", "(phone, purpose, code_hash, issued_at) VALUES ({key}, 'signIn', '', {at})", DAY),
    ("codes", "(phone, purpose, code_hash, issued_at, used_at) VALUES ({key}, 'register', '', {at}, now())", DAY),
    ("codeGuards", "(phone, sent_at) VALUES ({key}, ARRAY[now() - interval '3 days', {at}])", DAY),
    ("codeGuards", "(phone, wrong_tries, first_wrong_at) VALUES ({key}, 1, {at})", DAY),
    ("codeGuards", "(phone, locked_until, first_wrong_at) VALUES ({key}, {at}, now() - interval '3 days')", DAY),
    ("passwordGuards", "(email, failures, last_failed_at) VALUES ({key}, 4, {at})", DAY),
    ("passwordGuards", "(email, locked_until) VALUES ({key}, {at})", DAY),
    ("passwordResets", "(user_id, expires_at, mailed_at) VALUES ('KAM-1', {at}, ARRAY[{at}])", HOUR),
    ("passwordResets", "(user_id, token_hash, expires_at) VALUES ('KAM-1', {key}::bytea, {at})", timedelta()),
    ("sessions", "(session_id, user_id, last_seen_at) VALUES ({key}, 'CP-1', {at})", 90 * DAY),
    ("sessions", "(session_id, user_id, last_seen_at, ended_at) VALUES ({key}, 'CP-1', '2020-01-01', {at})", 90 * DAY),
    (
        "messages",
        "(channel, template, recipient, state, created_at) VALUES ('sms', 'a', {key}, 'sent', {at})",
        30 * DAY,
    ),
]
ALIVE = [  # whatever their age
    ("messages", "(channel, template, recipient, state, created_at) VALUES ('sms', 'a', 'b', 'givenUp', '2020-01-01')"),
    ("messages", "(channel, template, recipient, created_at) VALUES ('sms', 'a', 'b', '2020-01-01')"),
    ("passwordResets", "(user_id, token_hash, expires_at) VALUES ('KAM-1', '', '2100-01-01')"),
    ("passwordResets", "(user_id, expires_at, mailed_at) VALUES ('KAM-1', '2020-01-01', ARRAY[now()])"),
    ("codeGuards", "(phone, locked_until, first_wrong_at) VALUES ('9', now() + interval '1 min', '2020-01-01')"),
]


@pytest.fixture(autouse=True)
def empty(world: World) -> None:
    for perishable in PERISHABLES.values():
        world.owner.execute(f"DELETE FROM {perishable.table}")


def insert(world: World, kind: str, values: str, age: timedelta = timedelta(), key: str = "'a'") -> None:
    at = f"(now() - interval '{age.total_seconds()} s')"
    world.owner.execute(f"INSERT INTO {PERISHABLES[kind].table} {values.format(at=at, key=key)}")


def left(world: World, kind: str) -> int:
    count: int = world.value(f"SELECT count(*) FROM {PERISHABLES[kind].table}")
    return count


def over(world: World, count: int) -> None:
    """So many sessions that ended long ago."""
    world.owner.execute(
        "INSERT INTO session (session_id, user_id, ended_at) SELECT 'old' || n, 'CP-1', '2020-01-01'"
        " FROM generate_series(1, %s) n",
        [count],
    )


@pytest.mark.parametrize(("kind", "values", "stays"), BOUNDS)
def test_a_row_goes_when_its_time_is_over_and_not_before(
    world: World, kind: str, values: str, stays: timedelta
) -> None:
    for margin, count in ((KEEPS, 1), (GOES, 0)):
        world.owner.execute(f"DELETE FROM {PERISHABLES[kind].table}")
        insert(world, kind, values, stays - margin)
        world.run(clean_up)
        assert left(world, kind) == count


def test_every_kind_has_its_bound() -> None:
    assert {kind for kind, _, _ in BOUNDS} == PERISHABLES.keys()


@pytest.mark.parametrize(("kind", "values"), ALIVE)
def test_what_is_alive_stays_however_old(world: World, kind: str, values: str) -> None:
    insert(world, kind, values)
    world.run(clean_up)
    assert left(world, kind) == 1


def test_no_session_goes_that_could_still_be_used() -> None:
    assert max(IDLE_LIFE.values()) < timedelta(days=90)


def test_what_people_were_told_stays(world: World) -> None:
    told = rows.notification(world, "CP-1", created_at=datetime(2020, 1, 1, tzinfo=UTC))
    world.run(clean_up)
    assert world.rows("SELECT id FROM notification WHERE id = %s", told) == [(told,)]


def test_more_than_a_batch_goes_in_one_run_which_says_how_many_of_each_kind(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    over(world, 2500)
    insert(world, "codes", BOUNDS[2][1], 2 * DAY)
    with caplog.at_level(logging.INFO, "solarium"):
        world.run(clean_up)
    [said] = [json.loads(one.message) for one in caplog.records if "cleaned_up" in one.message]
    assert {kind: count for kind, count in said["removed"].items() if count} == {"sessions": 2500, "codes": 1}
    assert said["removed"].keys() == PERISHABLES.keys()


@pytest.mark.parametrize("count", [999, 1000, 1001, 2000])
def test_no_row_is_left_at_the_edge_of_a_batch(world: World, count: int) -> None:
    over(world, count)
    world.run(clean_up)
    assert left(world, "sessions") == 0


def test_two_runs_at_once_share_the_work(world: World, caplog: pytest.LogCaptureFixture) -> None:
    over(world, 5000)
    with caplog.at_level(logging.INFO, "solarium"):
        assert codes(race(2, lambda _: world.run(clean_up))) == ["ok", "ok"]
    removed = [json.loads(one.message)["removed"]["sessions"] for one in caplog.records if "cleaned_up" in one.message]
    assert (sum(removed), left(world, "sessions")) == (5000, 0)


def test_a_row_that_somebody_holds_is_left_for_the_next_night_and_holds_up_nobody(world: World) -> None:
    over(world, 3)
    with psycopg.connect(world.owner_url) as holder:
        holder.execute("UPDATE session SET ended_at = NULL, last_seen_at = now() WHERE session_id = 'old2'")
        world.run(clean_up)
    assert world.rows("SELECT session_id FROM session") == [("old2",)]


def test_a_run_whose_time_is_over_leaves_the_rest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "RUN_SECONDS", 0)
    over(world, 1)
    world.run(clean_up)
    assert left(world, "sessions") == 1


def test_what_a_killed_run_has_removed_stays_removed_and_the_next_run_goes_on(world: World) -> None:
    over(world, 2500)
    world.owner.execute(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END';"
        "CREATE TRIGGER wait AFTER DELETE ON session EXECUTE FUNCTION wait()"
    )
    run = (
        "from shared_code.triggers import system_context; from functions.timers import clean_up;"
        " clean_up(system_context('clean_up'))"
    )
    settings = os.environ | {"DATABASE_URL": world.app_url}
    with subprocess.Popen([sys.executable, "-c", run], env=settings) as process:
        until(lambda: left(world, "sessions") < 2500)
        process.kill()
    world.owner.execute("DROP FUNCTION wait CASCADE")  # when the batch that had begun has ended
    assert left(world, "sessions") in (1500, 500)
    world.run(clean_up)
    assert left(world, "sessions") == 0


@pytest.mark.parametrize(
    ("lock", "table", "key"), [(lock_guard, "otp_guard", "phone"), (lock_password_guard, "password_guard", "email")]
)
def test_no_guard_is_removed_between_the_two_steps_of_taking_it(
    world: World, monkeypatch: pytest.MonkeyPatch, lock: Any, table: str, key: str
) -> None:
    """Whoever comes after years comes behind the lock of its phone or address all the same (data.md I1, I2)."""
    send = vars(sign_in)["rows"]

    def after_a_clean_up(*given: Any, **more: Any) -> Any:
        world.run(clean_up)
        return send(*given, **more)

    monkeypatch.setattr(sign_in, "rows", after_a_clean_up)
    world.owner.execute(f"INSERT INTO {table} ({key}) VALUES ('9')")
    with world.pool.connection() as db, db.transaction():
        assert lock(db, "9").fetchone() is not None


def test_a_count_goes_on_in_a_window_that_runs(world: World) -> None:
    with world.pool.connection() as db:
        counted = count_in_window(db, "sms:day", DAY).fetchone()
        world.run(clean_up)
        again = count_in_window(db, "sms:day", DAY).fetchone()
    assert counted
    assert again
    assert (counted.count, again.count) == (1, 2)

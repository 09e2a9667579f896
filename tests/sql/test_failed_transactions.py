"""After a failure a connection, or the one that takes its place, serves as before (architecture, decision 6)."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors
from psycopg_pool import ConnectionPool

from shared_code.sql.pool import Db, open_pool, scalars, scalars_anew
from shared_code.sql.transaction import Transaction
from tests.world import World

OFTEN = 8  # times: psycopg prepares a statement that it has seen some times


@pytest.fixture
def pool(world: World) -> Iterator["ConnectionPool[Db]"]:
    """A pool of one connection."""
    with open_pool(world.app_url, 1) as pool:
        yield pool


def follow(transaction: Transaction) -> object:
    return scalars(transaction.db, "SELECT 'what follows'").fetchone()


def followed(pool: "ConnectionPool[Db]", times: int = 1) -> list[object]:
    """What comes of so many transactions."""
    answers = []
    for _ in range(times):
        transaction = Transaction(pool)
        answers.append(follow(transaction))
        transaction.commit()
    return answers


def failed(pool: "ConnectionPool[Db]") -> Transaction:
    """A transaction, past its savepoint, in which something failed that kept the rest from running."""
    transaction = Transaction(pool)
    scalars(transaction.db, "SAVEPOINT work")
    scalars(transaction.db, "SELECT 1 / %(zero)s", zero=0)
    with pytest.raises(errors.DivisionByZero):
        follow(transaction)
    return transaction


@pytest.mark.parametrize("before", range(OFTEN))
def test_what_a_failure_kept_from_running_runs_in_the_next_transaction(pool: "ConnectionPool[Db]", before: int) -> None:
    followed(pool, before)
    failed(pool).rollback()
    assert followed(pool) == ["what follows"]


@pytest.mark.parametrize("before", range(OFTEN))
def test_what_a_failure_kept_from_running_runs_behind_the_savepoint(pool: "ConnectionPool[Db]", before: int) -> None:
    followed(pool, before)
    transaction = failed(pool)
    transaction.undo_to_savepoint(after_failure=True)
    assert follow(transaction) == "what follows"
    transaction.commit()
    assert followed(pool) == ["what follows"]


def test_a_rollback_behind_many_statements_makes_nothing_forget_what_is_prepared(pool: "ConnectionPool[Db]") -> None:
    for number in range(150):  # psycopg remembers a hundred unless it is told more
        transaction = Transaction(pool)
        scalars_anew(transaction.db, f"SELECT {number}").fetchone()
        transaction.commit()
    refused = Transaction(pool)
    follow(refused)
    refused.rollback()
    assert [alone(pool) for _ in range(3)] == ["what follows"] * 3


def alone(pool: "ConnectionPool[Db]") -> object:
    """As `Context.alone` asks: without a transaction."""
    with pool.connection() as db:
        with db.pipeline():
            asked = scalars(db, "SELECT 'what follows'")
        return asked.fetchone()


def test_a_connection_that_died_is_replaced(pool: "ConnectionPool[Db]", world: World) -> None:
    pool.wait()
    end_connections(world)
    with pytest.raises(psycopg.OperationalError):
        followed(pool)
    assert followed(pool) == ["what follows"]


def end_connections(world: World) -> None:
    """End the app's connections, as a restart of the server does, and wait until they are gone."""
    with psycopg.connect(world.app_url) as app:
        app.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
        )

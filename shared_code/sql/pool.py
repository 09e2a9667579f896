"""Connections to PostgreSQL: one pool per process, opened at first use."""

import json
from functools import lru_cache
from threading import Lock
from typing import Any, Final, LiteralString, TypeVar

import psycopg
from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb, set_json_loads
from psycopg_pool import ConnectionPool

from shared_code import settings as configuration
from shared_code.adapters import credential

Db = psycopg.Connection[Any]
Rows = psycopg.Cursor  # what a statement answers: its rows travel with the first fetch
Row = TypeVar("Row")
UNDO: Final = "ROLLBACK"
UNDO_WORK: Final = "ROLLBACK TO SAVEPOINT work"
# Psycopg remembers so many, also those it does not prepare. Beyond that it forgets the oldest, a rollback among them.
MOST_STATEMENTS: Final = 10_000


def rows(db: Db, row: type[Row], sql: LiteralString, **params: object) -> "Rows[Row]":
    """Send a statement whose rows become `row` (a dataclass with a field per column)."""
    return db.cursor(row_factory=class_row(row)).execute(sql, params)


def scalars(db: Db, sql: LiteralString, **params: object) -> "Rows[Any]":
    """Send a statement of one column; JSON comes as bytes, ready to pass on."""
    return db.cursor(row_factory=scalar_row).execute(sql, params)


def scalars_anew(db: Db, sql: LiteralString, **params: object) -> "Rows[Any]":
    """The same, planned for these very values each time: one filter finds everything, another one nothing."""
    return db.cursor(row_factory=scalar_row).execute(sql, params, prepare=False)


def json_of(value: object) -> Jsonb:
    """A value as a jsonb parameter; days and decimals become text."""
    return Jsonb(value, dumps=lambda v: json.dumps(v, default=str))


class EntraConnection(psycopg.Connection[Any]):
    """A connection whose password is a token of the app's identity, a live one for each connection."""

    @classmethod
    def connect(cls, conninfo: str = "", **kwargs: Any) -> "EntraConnection":
        identity = credential.of_app(configuration.current().identity_client_id)
        return super().connect(conninfo, password=identity.get_token(SCOPE).token, **kwargs)


SCOPE: Final = "https://ossrdbms-aad.database.windows.net/.default"


def _as_it_comes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def prepare(db: Db) -> None:
    """Pass JSON on as it comes: PostgreSQL builds what goes to clients (architecture, decision 3)."""
    set_json_loads(_as_it_comes, db)


def _configure(db: Db) -> None:
    prepare(db)
    db.prepared_max = MOST_STATEMENTS
    with db.pipeline():  # a rollback that psycopg has not met makes it forget all prepared statements: meet it early
        for statement in ("BEGIN", "SAVEPOINT work", UNDO_WORK, UNDO):
            db.execute(statement, prepare=False)


PATIENCE: Final = {"connect_timeout": 5, "keepalives_idle": 30, "tcp_user_timeout": 30_000}  # servers vanish


def open_pool(conninfo: str, size: int, connection: type[Db] = psycopg.Connection) -> "ConnectionPool[Db]":
    """A pool of at most `size` connections. They are in autocommit: BEGIN is ours to send."""
    limits = "-c statement_timeout=30s -c lock_timeout=20s -c idle_in_transaction_session_timeout=60s"
    # Prepared at first use: at a later one psycopg would take what a failed pipeline skipped as prepared.
    return ConnectionPool(
        conninfo,
        connection_class=connection,
        kwargs={"autocommit": True, "options": limits, "prepare_threshold": 0, **PATIENCE},
        configure=_configure,
        min_size=1,
        max_size=size,
        timeout=10,  # seconds for a free one: a caller should not hang when the database is gone
        open=True,
    )


def pool() -> "ConnectionPool[Db]":
    """The pool of this process, as large as its thread pool. Of many who ask first at once, one opens it."""
    with _opening:
        return _opened()


def close_pool() -> None:
    """Close the pool of this process; who asks next opens another."""
    pool().close()
    _opened.cache_clear()


_opening = Lock()


@lru_cache(maxsize=1)
def _opened() -> "ConnectionPool[Db]":
    settings = configuration.current()
    size = settings.python_threadpool_thread_count
    if settings.database_url:
        return open_pool(settings.database_url.get_secret_value(), size)
    place = psycopg.conninfo.make_conninfo(
        host=settings.database_host, dbname=settings.database_name, user=settings.database_user, sslmode="require"
    )
    return open_pool(place, size, EntraConnection)

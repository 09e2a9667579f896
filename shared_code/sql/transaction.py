"""One transaction on one connection, in pipeline mode: statements travel when the first of their rows is read."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import LiteralString, TypeVar

import psycopg
from psycopg.errors import AdminShutdown
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool, PoolTimeout

from shared_code.sql.pool import UNDO, UNDO_WORK, Db

T = TypeVar("T")
CLOSED = (None, AdminShutdown.sqlstate)  # the connection was lost, or the server is going down


def once_more(pool: "ConnectionPool[Db]", act: Callable[[], T]) -> T:
    """`act`, and once more where the pool held a connection that the server had closed: nothing was done by then."""
    try:
        return act()
    except psycopg.OperationalError as error:
        if isinstance(error, PoolTimeout) or error.sqlstate not in CLOSED:
            raise
    pool.check()
    return act()


class Transaction:
    """BEGIN waits for the first statement, COMMIT takes along what still waits: a trip each is saved (decision 6)."""

    def __init__(self, pool: "ConnectionPool[Db]") -> None:
        """Takes a connection; raises psycopg_pool.PoolTimeout when none is free, OperationalError for a dead one."""
        self._pool = pool
        self._pipeline: AbstractContextManager[psycopg.Pipeline] | None = None
        self.db = pool.getconn()
        try:
            self._enter_pipeline()
            self.db.execute("BEGIN", prepare=False)
        except psycopg.Error:  # the server closed it while it lay idle
            self.rollback()
            raise

    def commit(self) -> None:
        """Make everything durable and give the connection back. After a failure it is still to be rolled back."""
        self._end("COMMIT")

    def leave(self) -> None:
        """Undo everything, in the same trip as the reads that still wait, and give the connection back."""
        self._end(UNDO)

    def rollback(self) -> None:
        """Undo everything, whatever state things are in, and give the connection back."""
        with suppress(psycopg.Error):  # what failed is what we undo; a broken connection is dropped by the pool
            self.db.execute(UNDO, prepare=False)
        with suppress(psycopg.Error):
            self._leave_pipeline()
        if self.db.info.transaction_status is not TransactionStatus.IDLE:  # a failed pipeline skips what waits in it
            with suppress(psycopg.Error):
                self.db.execute(UNDO, prepare=False)
        self._pool.putconn(self.db)

    def undo_to_savepoint(self, after_failure: bool) -> None:
        """Undo what came after the savepoint and go on from there; after a failed statement in a new pipeline."""
        if after_failure:
            with suppress(psycopg.Error):
                self._leave_pipeline()
            self._enter_pipeline()
        self.db.execute(UNDO_WORK, prepare=False)

    def _end(self, how: LiteralString) -> None:
        self.db.execute(how, prepare=False)
        self._leave_pipeline()
        self._pool.putconn(self.db)

    def _enter_pipeline(self) -> None:
        pipeline = self.db.pipeline()
        pipeline.__enter__()
        self._pipeline = pipeline

    def _leave_pipeline(self) -> None:
        """Wait for everything sent. Raises the first error among it."""
        pipeline, self._pipeline = self._pipeline, None
        if pipeline is not None:
            pipeline.__exit__(None, None, None)

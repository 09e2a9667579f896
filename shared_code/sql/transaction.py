"""One transaction on one connection, in pipeline mode: statements travel when the first of their rows is read."""

from contextlib import AbstractContextManager, suppress

import psycopg
from psycopg_pool import ConnectionPool

from shared_code.sql.pool import Db


class Transaction:
    """BEGIN waits for the first statement, COMMIT takes along what still waits: a trip each is saved (decision 6)."""

    def __init__(self, pool: "ConnectionPool[Db]") -> None:
        """Takes a connection; raises psycopg_pool.PoolTimeout when none is free in time."""
        self._pool = pool
        self.db = pool.getconn()
        self._enter_pipeline()
        self.db.execute("BEGIN")

    def commit(self) -> None:
        """Make everything durable and give the connection back. After a failure it is still to be rolled back."""
        self._end("COMMIT")

    def leave(self) -> None:
        """Undo everything, in the same trip as the reads that still wait, and give the connection back."""
        self._end("ROLLBACK")

    def rollback(self) -> None:
        """Undo everything, whatever state things are in, and give the connection back."""
        with suppress(psycopg.Error):  # what failed is what we undo; a broken connection is dropped by the pool
            self._leave_pipeline()
        with suppress(psycopg.Error):
            self.db.execute("ROLLBACK")
        self._pool.putconn(self.db)

    def undo_to_savepoint(self) -> None:
        """Undo what came after the savepoint and go on from there, also after a failed statement."""
        with suppress(psycopg.Error):
            self._leave_pipeline()
        self._enter_pipeline()
        self.db.execute("ROLLBACK TO SAVEPOINT work")

    def _end(self, how: str) -> None:
        self.db.execute("COMMIT" if how == "COMMIT" else "ROLLBACK")
        self._leave_pipeline()
        self._pool.putconn(self.db)

    def _enter_pipeline(self) -> None:
        pipeline = self.db.pipeline()
        pipeline.__enter__()
        self._pipeline: AbstractContextManager[psycopg.Pipeline] | None = pipeline

    def _leave_pipeline(self) -> None:
        """Wait for everything sent. Raises the first error among it."""
        pipeline, self._pipeline = self._pipeline, None
        if pipeline is not None:
            pipeline.__exit__(None, None, None)

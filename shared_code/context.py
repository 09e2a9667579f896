"""What a workflow is handed: who calls, when, and one transaction (architecture, decisions 6, 7, 10)."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from psycopg_pool import ConnectionPool

from shared_code.errors import not_found
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import Caller, Role
from shared_code.settings import Settings
from shared_code.sql import scope
from shared_code.sql.pool import Db, Rows
from shared_code.sql.scope import Entity
from shared_code.sql.transaction import Transaction, once_more

T = TypeVar("T")
ETAG, MOST_ETAGS = re.compile(r'"([0-9a-f]{64})"'), 4
INDIA = ZoneInfo("Asia/Kolkata")


@dataclass
class Context:
    """One request, or one run of a trigger. `now` is UTC; `opening` says, in each transaction, who calls."""

    settings: Settings
    pool: "ConnectionPool[Db]"
    request_id: str
    now: datetime
    opening: "Callable[[Context], Callable[[], Caller | None]]"
    address: str = ""
    if_none_match: str = ""
    answer_is_kept: bool = False  # an Idempotency-Key: the edge stores the answer before COMMIT
    transaction: Transaction | None = None
    afterwards: list[Callable[[], object]] = field(default_factory=list)
    _caller: Caller | None = None

    @property
    def today(self) -> date:
        """The business day: the calendar day in India."""
        return self.now.astimezone(INDIA).date()

    @property
    def known_etags(self) -> list[str]:
        """The answers the caller has: SHA-256 in hex, from If-None-Match; a few at most."""
        return ETAG.findall(self.if_none_match)[:MOST_ETAGS]

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody is calling whom the token and the session have proven."""
        return self._caller is not None

    @property
    def caller(self) -> Caller:
        """Who is calling, by the token alone."""
        if self._caller is None:
            raise LookupError("this workflow is open to everybody: it has no caller")
        return self._caller

    @property
    def db(self) -> Db:
        """The connection, inside the transaction."""
        if self.transaction is None:
            raise LookupError("no transaction is open here")
        return self.transaction.db

    def begin(self) -> None:
        """Open a transaction; BEGIN travels with the opening statements."""
        self.begin_with(lambda db: None)

    def begin_with(self, ask: Callable[[Db], T]) -> T:
        """Open a transaction with first statements of the workflow: they travel with BEGIN and the opening ones."""

        def begin() -> T:
            self.rollback()
            self.answer_is_kept = False
            self.transaction = Transaction(self.pool)
            judge = self.opening(self)
            asked = ask(self.db)
            self._caller = judge()
            return asked

        return once_more(self.pool, begin)

    def alone(self, ask: "Callable[[Db], Rows[T]]") -> T | None:
        """The first row of a statement that is durable by itself, whatever becomes of the request."""

        def ask_alone() -> T | None:
            with self.pool.connection() as db:
                with db.pipeline():  # outside of one, preparing the statement is a trip of its own
                    asked = ask(db)
                return asked.fetchone()

        return once_more(self.pool, ask_alone)

    @contextmanager
    def finish(self) -> Iterator[Db]:
        """The workflow's last statements: they travel with COMMIT, and are durable when the block has ended."""
        yield self.db
        if not self.answer_is_kept:
            self.commit()

    @contextmanager
    def pause(self) -> Iterator[Db]:
        """The last reads before a workflow talks to the network; they travel with ROLLBACK. `begin_with` goes on."""
        yield self.db
        if self.transaction is not None:
            self.transaction.leave()
            self.transaction = None

    @contextmanager
    def last_look(self) -> Iterator[Db]:
        """Reads that only explain a refusal: they travel with ROLLBACK, unless an Idempotency-Key keeps the answer."""
        if self.transaction is None:
            with self.pool.connection() as db, db.pipeline():
                yield db
        elif self.answer_is_kept:
            yield self.db
        else:
            with self.pause() as db:
                yield db

    def commit(self) -> None:
        """End the open transaction, if there is one, keeping its writes."""
        if self.transaction is not None:
            self.transaction.commit()
            self.transaction = None

    def rollback(self) -> None:
        """End the open transaction, if there is one, undoing its writes."""
        if self.transaction is not None:
            self.transaction.rollback()
            self.transaction = None

    def found(self, row: T | None, entity: Entity, entity_id: str) -> T:
        """The row, or the refusal of one outside scope: `OUT_OF_SCOPE` for a KAM, `NOT_FOUND` for everybody else."""
        if row is not None:
            return row
        if self.caller.role is Role.KAM:
            with self.last_look() as db:
                outside = scope.exists(db, entity, entity_id)
            if outside.fetchone():
                raise Refusal("OUT_OF_SCOPE", f"This {entity} does not belong to one of your channel partners.")
        raise not_found(entity)

    def there(self, row: T | None) -> T:
        """A row that cannot be missing, because an earlier one was there."""
        if row is None:
            raise LookupError("a row that must be there is missing")
        return row

    def after_commit(self, act: Callable[[], object]) -> None:
        """Do this once everything is durable. Its failure is logged and changes no answer."""
        self.afterwards.append(act)

"""What a workflow is handed: who calls, when, and one transaction (architecture, decisions 6, 7, 10)."""

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
from shared_code.sql.pool import Db
from shared_code.sql.scope import Entity
from shared_code.sql.transaction import Transaction

T = TypeVar("T")
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
        with self.beginning():
            pass

    @contextmanager
    def beginning(self) -> Iterator[Db]:
        """Open a transaction with statements of the workflow: they travel with BEGIN and the opening statements."""
        self.transaction = Transaction(self.pool)
        judge = self.opening(self)
        yield self.db
        self._caller = judge()

    @contextmanager
    def finish(self) -> Iterator[Db]:
        """The workflow's last statements: they travel with COMMIT, and are durable when the block has ended."""
        yield self.db
        if not self.answer_is_kept:
            self.commit()

    @contextmanager
    def pause(self) -> Iterator[Db]:
        """The last reads before a workflow talks to the network; they travel with ROLLBACK. `beginning` goes on."""
        yield self.db
        if self.transaction is not None:
            self.transaction.leave()
            self.transaction = None

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
            if self.transaction is None:
                self.begin()
            if scope.exists(self.db, entity, entity_id).fetchone():
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

"""The bare cost of a workflow's SQL: what it sends is written down once, undone, and sent again by psycopg alone.

So the floor is the very statements with their parameters, in pipelines with the same round trips; what is missing is
HTTP, host, edge, parsing, rules and everything else in Python.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Self

import psycopg

from shared_code.sql.pool import UNDO, Db, prepare


@dataclass(frozen=True)
class Send:
    """A statement goes out: at once, or with the pipeline."""

    query: Any
    params: Any
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Fetch:
    """Somebody waits for the rows of the statement with that number in the script; so many there were."""

    statement: int
    rows: int


class Pipe(Enum):
    """A pipeline begins; or ends, which waits for all that was sent."""

    ENTER = "enter"
    LEAVE = "leave"


@dataclass
class Script:
    """Everything one run of a workflow says to PostgreSQL."""

    steps: list[Send | Fetch | Pipe] = field(default_factory=list)

    @property
    def statements(self) -> int:
        """How many are sent, BEGIN and COMMIT among them."""
        return sum(isinstance(step, Send) for step in self.steps)

    @property
    def trips(self) -> int:
        """How often somebody waits for what was sent since the last wait."""
        trips, in_pipeline, pending = 0, False, False
        for step in self.steps:
            if isinstance(step, Send):
                trips += not in_pipeline
                pending = in_pipeline
                continue
            in_pipeline = step is Pipe.ENTER or (in_pipeline and step is not Pipe.LEAVE)
            trips, pending = trips + pending, False
        return trips


class _Cursor(psycopg.Cursor[Any]):
    """Writes down what passes. Transactions are not ended here: that is the recorder's."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        script: Script = self.connection.script  # type: ignore[attr-defined]
        self._number = script.statements
        script.steps.append(Send(query, params, options))
        return self if query in ("BEGIN", "COMMIT", UNDO) else super().execute(query, params, **options)

    def fetchone(self) -> Any:
        row = super().fetchone()
        self._note_fetch()
        return row

    def fetchall(self) -> list[Any]:
        found = super().fetchall()
        self._note_fetch()
        return found

    def _note_fetch(self) -> None:
        self.connection.script.steps.append(Fetch(self._number, self.rowcount))  # type: ignore[attr-defined]


class _Connection(psycopg.Connection[Any]):
    script = Script()

    @contextmanager
    def pipeline(self) -> Iterator[psycopg.Pipeline]:
        self.script.steps.append(Pipe.ENTER)
        with super().pipeline() as pipeline:
            yield pipeline
            self.script.steps.append(Pipe.LEAVE)


class Recorder:
    """Stands in for the pool. All scripts are one transaction, which ends undone."""

    def __init__(self, owner_url: str) -> None:
        self._db = _Connection.connect(owner_url)
        self._db.cursor_factory = _Cursor
        prepare(self._db)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.rollback()
        self._db.close()

    def begin(self) -> Script:
        """A new script, written from here on."""
        self._db.script = Script()
        return self._db.script

    def getconn(self) -> Db:
        """As the pool's."""
        return self._db

    def putconn(self, db: Db) -> None:
        """As the pool's."""

    @contextmanager
    def connection(self) -> Iterator[Db]:
        """As the pool's."""
        yield self._db


class Player:
    """Plays scripts on a connection as the app's pool makes them."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def __call__(self, script: Script) -> None:
        """Say it all again. Raises RuntimeError when an answer has another number of rows than it had."""
        sent: list[psycopg.Cursor[Any]] = []
        with ExitStack() as pipelines:
            for step in script.steps:
                if isinstance(step, Send):
                    sent.append(self._db.cursor().execute(step.query, step.params, **step.options))
                elif isinstance(step, Fetch):
                    if len(found := sent[step.statement].fetchall()) != step.rows:
                        raise RuntimeError(f"statement {step.statement}: {len(found)} rows instead of {step.rows}")
                elif step is Pipe.ENTER:
                    pipelines.enter_context(self._db.pipeline())
                else:
                    pipelines.close()

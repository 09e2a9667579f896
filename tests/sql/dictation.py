"""Statements as the app would send them, written down instead of sent; and how PostgreSQL would carry them out."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self, cast

from psycopg.adapt import PyFormat, Transformer

from shared_code.sql.pool import Db

_PARAMETER = re.compile(r"%\((\w+)\)s|%%")
Node = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """A statement with its parameters; prepared, or planned for these each time."""

    query: str
    params: Mapping[str, Any]
    is_prepared: bool


def dictated(say: Callable[[Db], object]) -> Said:
    """The one statement that `say` sends over the connection it is given."""
    pen = _Pen()
    say(cast("Db", pen))
    (said,) = pen.written
    return said


class _Pen:
    """As much of a connection as `pool.rows` and `pool.scalars` use."""

    def __init__(self) -> None:
        self.written: list[Said] = []

    def cursor(self, **_: object) -> Self:
        return self

    def execute(self, query: str, params: Mapping[str, Any], prepare: bool = True) -> Self:
        self.written.append(Said(query, params, prepare))
        return self


def plan(db: Db, said: Said) -> Node:
    """How the statement is carried out with these values."""
    return _explained(db, said.query, said.params)


def plan_for_any(db: Db, said: Said) -> Node:
    """How it is carried out for whatever values, which PostgreSQL may decide to do once it is prepared."""
    names = list(dict.fromkeys(name for name in _PARAMETER.findall(said.query) if name))
    query = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}" if found[1] else "%", said.query)
    dump = Transformer(db)
    oids = [dump.get_dumper(said.params[name], PyFormat.AUTO).oid for name in names]
    types = _listed(str(db.adapters.types[oid].regtype) if oid else "unknown" for oid in oids)
    values = _listed("NULL" for _ in names)
    db.execute(f"PREPARE asked {types} AS {query}")
    db.execute("SET plan_cache_mode = force_generic_plan")
    try:
        return _explained(db, f"EXECUTE asked {values}", None)
    finally:
        db.execute("RESET plan_cache_mode")
        db.execute("DEALLOCATE asked")


def _listed(words: Iterable[str]) -> str:
    return f"({', '.join(found)})" if (found := list(words)) else ""


def _explained(db: Db, query: str, params: Mapping[str, Any] | None) -> Node:
    ((explained,),) = db.execute(f"EXPLAIN (FORMAT JSON) {query}", params, prepare=False).fetchall()
    root: Node = explained[0]["Plan"]
    return root


def nodes(root: Node) -> Iterator[Node]:
    """A plan's node and all below it."""
    yield root
    for below in root.get("Plans", ()):
        yield from nodes(below)

"""What all lists share: filters that are sent, order, one page and the total in one statement (api.md 1, Lists)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import LiteralString

from shared_code.sql.pool import Db, Rows, scalars


@dataclass(frozen=True)
class Wanted:
    """What every list is asked for; None is no filter. Days are days in India, both inclusive."""

    offset: int
    limit: int
    sort_by: str | None = None
    sort_order: str | None = None
    created_from: date | None = None
    created_to: date | None = None


def created_between(column: LiteralString) -> dict[str, LiteralString]:
    """The filters on the day of creation."""
    return {
        "created_from": f"{column} >= (%(created_from)s::date::timestamp AT TIME ZONE 'Asia/Kolkata')",
        "created_to": f"{column} < ((%(created_to)s::date + 1)::timestamp AT TIME ZONE 'Asia/Kolkata')",
    }


def chosen(filters: Mapping[str, LiteralString], wanted: Wanted) -> list[LiteralString]:
    """The predicates of the filters that were sent, so that each list gets a plan of its own."""
    return [sql for name, sql in filters.items() if getattr(wanted, name) not in (None, ())]


def ordered(
    keys: Mapping[str, LiteralString], wanted: Wanted, row_id: LiteralString, first: str = "createdAt"
) -> LiteralString:
    """The wanted order, or that by `first`; nulls last, ties by id, newest first. Times fall unless told to rise."""
    key = wanted.sort_by or first
    falls = wanted.sort_order == "desc" or (wanted.sort_order is None and key in ("createdAt", "updatedAt"))
    nulls: LiteralString = "" if key == "createdAt" else " NULLS LAST"  # never null, and its index is without the words
    return f"{keys[key]} {'DESC' if falls else 'ASC'}{nulls}, id_number({row_id}) DESC"


def page_json(
    item: LiteralString, matching: LiteralString, order: LiteralString, also: LiteralString = ""
) -> LiteralString:
    """A list's `data`: the items of one page of what matches, built for that page alone, and the total.

    matching: FROM and WHERE. also: more members. Takes the parameters `offset` and `limit`.
    """
    return f"""json_build_object(
        'items', (SELECT coalesce(json_agg(item), '[]') FROM (
            SELECT {item} AS item {matching} ORDER BY {order} OFFSET %(offset)s LIMIT %(limit)s) page),
        'total', (SELECT count(*) {matching}), 'offset', %(offset)s::int, 'limit', %(limit)s::int{also})"""


def list_page(
    db: Db,
    *,
    item: LiteralString,
    source: LiteralString,
    where: Sequence[LiteralString],
    order: LiteralString,
    wanted: Wanted,
    params: Mapping[str, object],
    also: LiteralString = "",
) -> "Rows[bytes]":
    """A list's `data` as JSON; `also` are more of its members. `item` is built for the rows of the page alone."""
    matching: LiteralString = f"FROM {source} WHERE {' AND '.join(where)}"
    return scalars(
        db,
        f"SELECT {page_json(item, matching, order, also)}",
        **asdict(wanted)
        | {name: list(value) for name, value in asdict(wanted).items() if isinstance(value, tuple)}
        | dict(params),
    )

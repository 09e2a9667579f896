"""What all lists share: filters that are sent, search, order; page and total in one statement (api.md 1, Lists)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final, LiteralString

from shared_code.sql.pool import Db, Rows, scalars_anew


@dataclass(frozen=True)
class Wanted:
    """What every list is asked for; None is no filter. Days are days in India, both inclusive."""

    offset: int
    limit: int
    sort_by: str | None = None
    sort_order: str | None = None
    created_from: date | None = None
    created_to: date | None = None
    search: str | None = None


@dataclass(frozen=True)
class Order:
    """Rows come by `key`, `way` up or down; those with the same key by `tie`, the highest first."""

    key: LiteralString
    way: LiteralString
    tie: LiteralString


def created_between(column: LiteralString) -> dict[str, LiteralString]:
    """The filters on the day of creation."""
    return {
        "created_from": f"{column} >= (%(created_from)s::date::timestamp AT TIME ZONE 'Asia/Kolkata')",
        "created_to": f"{column} < ((%(created_to)s::date + 1)::timestamp AT TIME ZONE 'Asia/Kolkata')",
    }


_SOUGHT: Final[LiteralString] = (
    "pieces(CASE WHEN length(%(search)s::text) < 3 THEN ' ' ELSE '' END || lower(%(search)s::text))"
)


def contains(*texts: LiteralString, or_is: Sequence[LiteralString] = ()) -> LiteralString:
    """The search: one of these texts, in small letters, has it in it; or one of these columns is it, in capitals.

    One or two letters are looked for where a word begins. `pieces` finds the rows by index and `strpos` looks at each,
    in predicates of their own: what an index has answered is not computed again (decision 0012).
    """
    same = [f"{column} = upper(%(search)s)" for column in or_is]
    indexed = [f"pieces((' ' || {text}) COLLATE \"C\") @> {_SOUGHT}" for text in texts]
    exact = [f"strpos({text}, lower(%(search)s)) > 0" for text in texts]
    return f"({' OR '.join([*indexed, *same])}) AND ({' OR '.join([*exact, *same])})"


def chosen(filters: Mapping[str, LiteralString], wanted: Wanted) -> list[LiteralString]:
    """The predicates of the filters that were sent, so that each list gets a plan of its own."""
    return [sql for name, sql in filters.items() if getattr(wanted, name) not in (None, (), "")]


def ordered(
    keys: Mapping[str, LiteralString], wanted: Wanted, row_id: LiteralString, first: str = "createdAt"
) -> Order:
    """The wanted order, or that by `first`; nulls last, ties by id, newest first. Times fall unless told to rise."""
    key = wanted.sort_by or first
    falls = wanted.sort_order == "desc" or (wanted.sort_order is None and key in ("createdAt", "updatedAt"))
    nulls: LiteralString = " NULLS LAST" if key == "followUpDate" else ""  # an index is not read backwards with them
    return Order(keys[key], f"DESC{nulls}" if falls else "ASC", f"id_number({row_id})")


def by_time(at: LiteralString, row_id: LiteralString, wanted: Wanted) -> Order:
    """The only order of some lists: the newest first, unless they are told to rise."""
    return Order(at, "ASC" if wanted.sort_order == "asc" else "DESC", row_id)


_PAGE: Final[LiteralString] = "OFFSET %(offset)s LIMIT %(limit)s"


def _data(items: LiteralString, total: LiteralString, also: LiteralString = "") -> LiteralString:
    return f"""json_build_object('items', ({items}), 'total', ({total}),
        'offset', %(offset)s::int, 'limit', %(limit)s::int{also})"""


def page_json(item: LiteralString, matching: LiteralString, order: LiteralString) -> LiteralString:
    """The `data` of a list that is never long: the items of one page of what matches (FROM and WHERE), and the total.

    Takes the parameters `offset` and `limit`.
    """
    page: LiteralString = f"SELECT {item} AS item {matching} ORDER BY {order} {_PAGE}"
    return _data(f"SELECT coalesce(json_agg(item), '[]') FROM ({page}) page", f"SELECT count(*) {matching}")


def list_page(  # noqa: PLR0913 -- the parts of its statement
    db: Db,
    *,
    item: LiteralString,
    row_id: LiteralString,
    source: LiteralString,
    where: Sequence[LiteralString],
    order: Order,
    wanted: Wanted,
    params: Mapping[str, object],
    table: LiteralString = "",
    counted: LiteralString = "",
    at_once: bool = False,
    also: LiteralString = "",
) -> "Rows[bytes]":
    """A list's `data` as JSON; `also` are more of its members.

    A page is chosen as ids, mostly from an index alone however far the reader has turned the leaves; items are built
    for these. source: the tables that filters and order speak of; table, counted: those of the item, of the filters.
    at_once: what matches is found once, for page and total, and sorted. Without it, for lists that hold nearly every
    row, the page is read from an index in the wanted order and the total is counted in another.
    """
    matching: LiteralString = f"FROM {source} WHERE {' AND '.join(where)}"
    found: LiteralString = ""
    ids: LiteralString = f"SELECT {row_id} {matching} ORDER BY {order.key} {order.way}, {order.tie} DESC {_PAGE}"
    total: LiteralString = f"SELECT count(*) FROM {counted or source} WHERE {' AND '.join(where)}"
    if at_once or wanted.search:
        found = f"""WITH found AS MATERIALIZED (
            SELECT {row_id} AS id, {order.key} AS key, {order.tie} AS tie {matching})"""
        ids = f"SELECT id FROM found ORDER BY key {order.way}, tie DESC {_PAGE}"
        total = "SELECT count(*) FROM found"
    items: LiteralString = f"""SELECT coalesce(json_agg({item} ORDER BY place), '[]')
        FROM {table or source} JOIN unnest(ARRAY({ids})) WITH ORDINALITY page (id, place) ON {row_id} = page.id"""
    return scalars_anew(
        db,
        f"{found} SELECT {_data(items, total, also)}",
        **asdict(wanted)
        | {name: list(value) for name, value in asdict(wanted).items() if isinstance(value, tuple)}
        | dict(params),
    )

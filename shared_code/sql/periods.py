"""The periods of master data: a change closes the running one and opens the next (rules.md 3.6; api.md 2.9)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from psycopg.rows import scalar_row
from psycopg.sql import SQL, Literal

from shared_code.sql.master_data import Kind
from shared_code.sql.pool import Db, Rows, json_of, scalars


def lock(db: Db) -> "Rows[datetime]":
    """Wait for whoever else is changing master data; answers when it was our turn."""
    return scalars(db, "SELECT clock_timestamp() FROM (SELECT pg_advisory_xact_lock(hashtext('master data'))) turn")


def new_id(db: Db, kind: Kind, given: str | None) -> "Rows[str]":
    """The id of a new row: the next number, or the one `given`; no row where that is taken. Sent behind the lock."""
    if given is None:
        return scalars(
            db,
            "SELECT %(prefix)s || to_char(nextval(%(sequence)s::regclass), 'FM999999000')",
            prefix=kind.prefix,
            sequence=kind.sequence,
        )
    free = SQL("SELECT %(given)s WHERE NOT EXISTS (SELECT FROM {table} WHERE {id} = %(given)s)")
    names = {"table": SQL(kind.table), "id": SQL(kind.id_column)}
    return db.cursor(row_factory=scalar_row).execute(free.format(**names), {"given": given})


def standing(db: Db, kind: Kind, row_id: str, at: datetime | None) -> "Rows[bytes]":
    """The period of a row that holds at `at`, by default now, else its last one, as it is on the wire."""
    query = SQL("""
        SELECT (SELECT to_json(r) FROM (SELECT {columns}) r) FROM {table} WHERE {id} = %(row_id)s
        ORDER BY tstzrange(valid_from, valid_to) @> coalesce(%(at)s, clock_timestamp()) DESC, valid_from DESC LIMIT 1
        """).format(columns=SQL(kind.columns), table=SQL(kind.table), id=SQL(kind.id_column))
    return db.cursor(row_factory=scalar_row).execute(query, {"row_id": row_id, "at": at})


def settings_from(db: Db, at: datetime | None) -> "Rows[bytes]":
    """The settings that hold at `at`, by default now, and at each later beginning of one: a row each, name to value."""
    return scalars(
        db,
        """
        WITH begins AS (SELECT coalesce(%(at)s, clock_timestamp()) AS at)
        SELECT (SELECT coalesce(json_object_agg(name, value ORDER BY name), '{}') FROM setting
                WHERE tstzrange(valid_from, valid_to) @> moment.at)
        FROM (SELECT at FROM begins UNION SELECT valid_from FROM setting, begins WHERE valid_from > at) moment
        ORDER BY moment.at
        """,
        at=at,
    )


def end_running(db: Db, kind: Kind, period: Mapping[str, object]) -> None:
    """End the running period of what this one succeeds: of a subsidy of its kind, of the tax."""
    if kind.succeeds is not None:
        db.execute(
            SQL("""
            UPDATE {table} SET valid_to = %(valid_from)s
            WHERE valid_to IS NULL AND is_active AND valid_from < %(valid_from)s AND {succeeded}
            """).format(table=SQL(kind.table), succeeded=SQL(kind.succeeds)),
            period,
        )


def open_periods(db: Db, kind: Kind, periods: Sequence[Mapping[str, object]]) -> "Rows[bytes]":
    """Open these periods and close the ones they follow; answers those that were opened, as they are on the wire.

    A period holds the columns of a row by name, its id too; one that says what holds at its beginning anyway is left
    out. Raises psycopg.IntegrityError where a period does not begin after the last one of its id, or breaks another
    constraint.
    """
    query = SQL("""
        WITH given AS (
            SELECT given.* FROM jsonb_array_elements(%(periods)s) period,
                jsonb_populate_record(NULL::{table}, period || jsonb_build_object('created_at', now())) given),
        changed AS (
            SELECT given.* FROM given WHERE NOT EXISTS (
                SELECT FROM {table} held
                WHERE held.{id} = given.{id} AND tstzrange(held.valid_from, held.valid_to) @> given.valid_from
                  AND to_jsonb(held) - %(times)s::text[] = to_jsonb(given) - %(times)s::text[])),
        closed AS (
            UPDATE {table} last SET valid_to = changed.valid_from FROM changed
            WHERE last.{id} = changed.{id} AND last.valid_to IS NULL),
        opened AS (INSERT INTO {table} SELECT * FROM changed RETURNING *)
        SELECT (SELECT to_json(r) FROM (SELECT {columns}) r) FROM opened
        """).format(table=SQL(kind.table), id=SQL(kind.id_column), columns=SQL(kind.columns))
    given = {"periods": json_of(list(periods)), "times": ["valid_from", "valid_to", "created_at"]}
    return db.cursor(row_factory=scalar_row).execute(query, given)


def continue_numbering(db: Db, kind: Kind) -> None:
    """Let the next id that we give come after those that were brought along. Needs the owner's role."""
    db.execute(
        SQL("""
        SELECT setval({name}, greatest(last_value, (SELECT max(substring({id} FROM '[0-9]+')::bigint) FROM {table})))
        FROM {sequence}
        """).format(
            name=Literal(kind.sequence), id=SQL(kind.id_column), table=SQL(kind.table), sequence=SQL(kind.sequence)
        )
    )

"""Master data on its way to clients, and from a catalogue into its periods (api.md 2.9, rules.md 3.6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import LiteralString

from psycopg.rows import class_row
from psycopg.sql import SQL, Composed, Literal
from psycopg.types.json import Jsonb

from shared_code.sql.pool import Db, Rows


@dataclass(frozen=True)
class Kind:
    """A kind of master data: its table, its id column, its columns as they are called on the wire (api.md 2.9)."""

    table: LiteralString
    id_column: LiteralString
    columns: LiteralString

    @property
    def sequence(self) -> LiteralString:
        """What numbers its ids."""
        return self.table + "_number"


KINDS = {
    "panels": Kind(
        "panel",
        "panel_id",
        'panel_id AS "panelId", make, variant, wattage, is_dcr AS "isDcr", unit_price AS "unitPrice",'
        ' is_recommended AS "isRecommended"',
    ),
    "inverters": Kind(
        "inverter",
        "inverter_id",
        'inverter_id AS "inverterId", make, model, capacity_kw AS "capacityKw", phase, unit_price AS "unitPrice",'
        ' is_recommended AS "isRecommended"',
    ),
    "bomItems": Kind(
        "bom_item",
        "item_id",
        'item_id AS "itemId", name, type, cable_type AS "cableType", unit, unit_price AS "unitPrice",'
        ' per_kw AS "perKw", included',
    ),
    "structures": Kind("structure", "structure_id", 'structure_id AS "structureId", height, price'),
    "states": Kind("state", "state_code", 'state_code AS "stateCode", name, subsidy_type AS "subsidyType"'),
    "discoms": Kind(
        "discom",
        "discom_id",
        'discom_id AS "discomId", name, state_code AS "stateCode", phases, smart_meter_options AS "smartMeterOptions",'
        ' subsidy_type AS "subsidyType"',
    ),
    "fees": Kind(
        "fee",
        "fee_id",
        'fee_id AS "feeId", state_code AS "stateCode", discom_id AS "discomId", phase, smart_meter AS "smartMeter",'
        ' discom_fee AS "discomFee", discom_misc AS "discomMisc", installation, meter, modem_box AS "modemBox"',
    ),
    "otherCharges": Kind("other_charge", "charge_id", 'charge_id AS "chargeId", name, basis, amount'),
    "subsidySchemes": Kind(
        "subsidy_scheme", "scheme_id", 'scheme_id AS "schemeId", kind, requires_dcr AS "requiresDcr", tiers'
    ),
    "gstRates": Kind(
        "gst_rate",
        "rate_id",
        'rate_id AS "rateId", goods_share AS "goodsShare", goods_rate AS "goodsRate", services_rate AS "servicesRate"',
    ),
}


@dataclass(frozen=True)
class Published:
    """`data` of GET masterdata as JSON, None for a caller who has it, and its strong ETag without the quotes."""

    etag: str
    data: bytes | None


def published(db: Db, now: datetime, known: Sequence[str] = ()) -> "Rows[Published]":
    """All rows in force at `now` and future ones, the settings in force. known: the ETags a caller has already.

    The ETag is a hash of the rows and of their shape, so that nothing is built for a caller who has it.
    """
    return db.cursor(row_factory=class_row(Published)).execute(_published(), {"now": now, "known": list(known)})


@cache
def _published() -> Composed:
    tables = [kind.table for kind in KINDS.values()] + ["setting"]
    comma = SQL(", ")
    return SQL("""
        WITH stamp AS MATERIALIZED (SELECT iso(greatest({newest})) AS updated_at),
        hashed AS MATERIALIZED (SELECT updated_at,
            encode(sha256(convert_to(concat_ws(',', {shape}, updated_at, {rows}), 'UTF8')), 'hex') AS etag FROM stamp)
        SELECT etag, CASE WHEN etag <> ALL (%(known)s::text[]) THEN json_build_object({arrays},
            'settings', (SELECT coalesce(json_object_agg(name, value ORDER BY name), '{{}}')
                         FROM setting WHERE tstzrange(valid_from, valid_to) @> %(now)s),
            'updatedAt', updated_at) END AS data FROM hashed
        """).format(
        newest=comma.join(SQL("(SELECT max(created_at) FROM {})").format(SQL(table)) for table in tables),
        shape=Literal("".join(kind.columns for kind in KINDS.values())),
        rows=comma.join(map(_rows, tables)),
        arrays=comma.join(_array(name, kind) for name, kind in KINDS.items()),
    )


def _rows(table: LiteralString) -> Composed:
    return SQL("""(SELECT sum(hash_record_extended(r, (valid_from <= %(now)s)::integer))
        FROM {table} r WHERE coalesce(valid_to, 'infinity') > %(now)s)""").format(table=SQL(table))


def _array(name: str, kind: Kind) -> Composed:
    return SQL("""{name}, (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT {columns}, is_active AS "isActive", iso(valid_from) AS "validFrom", iso(valid_to) AS "validTo"
        FROM {table} WHERE coalesce(valid_to, 'infinity') > %(now)s ORDER BY {id}, valid_from) r)
        """).format(name=Literal(name), columns=SQL(kind.columns), table=SQL(kind.table), id=SQL(kind.id_column))


def open_periods(db: Db, kind: str, periods: Sequence[Mapping[str, object]]) -> int:
    """Open these periods and close the ones they follow; answers how many were opened.

    kind: a key of KINDS. A period holds the columns of a row by name, its id too, decimals as strings; one that says
    what holds at its beginning anyway is left out. Needs the owner's role. Raises psycopg.IntegrityError where a period
    does not begin after the last one of its id, or breaks another constraint of its table.
    """
    names = {"table": SQL(KINDS[kind].table), "id": SQL(KINDS[kind].id_column)}
    opened = db.execute(
        SQL("""
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
            WHERE last.{id} = changed.{id} AND last.valid_to IS NULL)
        INSERT INTO {table} SELECT * FROM changed
        """).format(**names),
        {"periods": Jsonb(list(periods)), "times": ["valid_from", "valid_to", "created_at"]},
    )
    # The next id the server gives comes after those that were brought along.
    db.execute(
        SQL("""
        SELECT setval({name}, greatest(last_value, (SELECT max(substring({id} FROM '[0-9]+')::bigint) FROM {table})))
        FROM {sequence}
        """).format(**names, sequence=SQL(KINDS[kind].sequence), name=Literal(KINDS[kind].sequence))
    )
    return opened.rowcount

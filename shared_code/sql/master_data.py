"""Master data on its way to clients: its kinds, all rows in force and later ones (api.md 2.9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final, LiteralString

from psycopg.rows import class_row
from psycopg.sql import SQL, Composed, Literal

from shared_code.sql.pool import Db, Rows

_PERIOD: Final = ', is_active AS "isActive", iso(valid_from) AS "validFrom", iso(valid_to) AS "validTo"'


@dataclass(frozen=True)
class Kind:
    """A kind of master data: its table and id column, its columns as they are called on the wire, period included.

    prefix: what the ids begin with that we give. succeeds: of which other rows a new one ends the running period.
    """

    table: LiteralString
    id_column: LiteralString
    prefix: str | None
    columns: LiteralString
    succeeds: LiteralString | None = None

    @property
    def sequence(self) -> LiteralString:
        """What numbers its ids."""
        return self.table + "_number"


KINDS: Final = {
    "panels": Kind(
        "panel",
        "panel_id",
        "PNL",
        'panel_id AS "panelId", make, variant, wattage, is_dcr AS "isDcr", unit_price AS "unitPrice",'
        ' is_recommended AS "isRecommended"' + _PERIOD,
    ),
    "inverters": Kind(
        "inverter",
        "inverter_id",
        "INV",
        'inverter_id AS "inverterId", make, model, capacity_kw AS "capacityKw", phase, unit_price AS "unitPrice",'
        ' is_recommended AS "isRecommended"' + _PERIOD,
    ),
    "bomItems": Kind(
        "bom_item",
        "item_id",
        "BOM",
        'item_id AS "itemId", name, type, cable_type AS "cableType", unit, unit_price AS "unitPrice",'
        ' per_kw AS "perKw", included' + _PERIOD,
    ),
    "structures": Kind("structure", "structure_id", "STR", 'structure_id AS "structureId", height, price' + _PERIOD),
    "states": Kind(
        "state", "state_code", None, 'state_code AS "stateCode", name, subsidy_type AS "subsidyType"' + _PERIOD
    ),
    "discoms": Kind(
        "discom",
        "discom_id",
        "DIS",
        'discom_id AS "discomId", name, state_code AS "stateCode", phases, smart_meter_options AS "smartMeterOptions",'
        ' subsidy_type AS "subsidyType"' + _PERIOD,
    ),
    "fees": Kind(
        "fee",
        "fee_id",
        "FEE",
        'fee_id AS "feeId", state_code AS "stateCode", discom_id AS "discomId", phase, smart_meter AS "smartMeter",'
        ' discom_fee AS "discomFee", discom_misc AS "discomMisc", installation, meter, modem_box AS "modemBox"'
        + _PERIOD,
    ),
    "otherCharges": Kind("other_charge", "charge_id", "CHG", 'charge_id AS "chargeId", name, basis, amount' + _PERIOD),
    "subsidySchemes": Kind(
        "subsidy_scheme",
        "scheme_id",
        "SCH",
        'scheme_id AS "schemeId", kind, requires_dcr AS "requiresDcr", tiers' + _PERIOD,
        succeeds="kind = %(kind)s",
    ),
    "gstRates": Kind(
        "gst_rate",
        "rate_id",
        "GST",
        'rate_id AS "rateId", goods_share AS "goodsShare", goods_rate AS "goodsRate", services_rate AS "servicesRate"'
        + _PERIOD,
        succeeds="true",
    ),
}
SETTINGS: Final = Kind("setting", "name", None, "name, value")


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
    tables = [kind.table for kind in KINDS.values()] + [SETTINGS.table]
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
        SELECT {columns} FROM {table} WHERE coalesce(valid_to, 'infinity') > %(now)s ORDER BY {id}, valid_from) r)
        """).format(name=Literal(name), columns=SQL(kind.columns), table=SQL(kind.table), id=SQL(kind.id_column))

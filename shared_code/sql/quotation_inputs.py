"""What one quotation is priced and printed with, as master data has it in force at an instant (rules.md 3.6)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, LiteralString

from psycopg.rows import RowMaker
from pydantic import TypeAdapter

from shared_code.rules.pricing_inputs import (
    BomLine,
    Discom,
    Fees,
    GstRate,
    Inverter,
    OtherCharge,
    PanelLine,
    Settings,
    Structure,
    SubsidyScheme,
)
from shared_code.sql.pool import Db, Rows


@dataclass(frozen=True)
class Choice:
    """What a seller chose. state: code or name, discom: id or name, in any case. panels, bom: ids with quantities."""

    state: str
    discom: str
    phase: str
    smart_meter: bool
    panels: Sequence[tuple[str, int]]
    inverter_id: str
    bom: Sequence[tuple[str, Decimal]]
    extra_structure_height: Decimal  # m


@dataclass(frozen=True)
class State:
    """Where the system will stand. subsidy_type: S1, S2 or S3."""

    state_code: str
    name: str
    subsidy_type: str


@dataclass(frozen=True)
class Company:
    """Who offers."""

    name: str
    address: str
    gstin: str
    phone: str
    email: str


@dataclass(frozen=True)
class Terms:
    """What stands on every quotation. dealer_add_on_default in ₹ per kW, tariff in ₹."""

    dealer_add_on_default: Decimal
    quotation_validity_days: int
    yearly_kwh_per_kw: Decimal
    tariff_per_kwh: Decimal
    warranty_text: str
    payment_terms_text: str
    company: Company


@dataclass(frozen=True)
class MasterData:
    """What has an active row in force; what has none is None, or absent from its tuple.

    discom: one of another state where the chosen state has none by that id or name. panels: the chosen ones. bom: the
    included and the chosen ones. schemes: central and S1 to S3.
    """

    state: State | None
    discom: Discom | None
    fees: Fees | None
    panels: tuple[PanelLine, ...]
    inverter: Inverter | None
    bom: tuple[BomLine, ...]
    structure: Structure | None
    other_charges: tuple[OtherCharge, ...]
    schemes: tuple[SubsidyScheme, ...]
    gst: GstRate | None
    settings: Settings | None
    terms: Terms | None


def for_quotation(db: Db, at: datetime, choice: Choice) -> "Rows[MasterData]":
    """Everything one pricing needs, in one statement that always answers one row."""
    return db.cursor(row_factory=_read).execute(
        FOR_QUOTATION,
        {
            "at": at,
            "state": choice.state,
            "discom": choice.discom,
            "phase": choice.phase,
            "smart_meter": choice.smart_meter,
            "panel_ids": [panel_id for panel_id, _ in choice.panels],
            "panel_quantities": [quantity for _, quantity in choice.panels],
            "inverter_id": choice.inverter_id,
            "item_ids": [item_id for item_id, _ in choice.bom],
            "item_quantities": [quantity for _, quantity in choice.bom],
            "height": choice.extra_structure_height,
        },
    )


# Keys are the fields of the dataclasses; to_json of a row brings more than they take.
FOR_QUOTATION: LiteralString = r"""
WITH place AS (
    SELECT * FROM state
    WHERE lower(%(state)s) IN (lower(state_code), lower(name))
      AND is_active AND tstzrange(valid_from, valid_to) @> %(at)s),
distributor AS (
    SELECT * FROM discom
    WHERE lower(%(discom)s) IN (lower(discom_id), lower(name))
      AND is_active AND tstzrange(valid_from, valid_to) @> %(at)s
    ORDER BY state_code = (SELECT state_code FROM place) DESC NULLS LAST, discom_id LIMIT 1),
chosen_panel AS (
    SELECT panel.*, quantity, line FROM panel
    JOIN unnest(%(panel_ids)s::text[], %(panel_quantities)s::integer[])
        WITH ORDINALITY chosen (panel_id, quantity, line) USING (panel_id)
    WHERE is_active AND tstzrange(valid_from, valid_to) @> %(at)s),
bom_line AS (
    SELECT bom_item.*, quantity FROM bom_item
    LEFT JOIN unnest(%(item_ids)s::text[], %(item_quantities)s::numeric[]) chosen (item_id, quantity) USING (item_id)
    WHERE (included OR quantity IS NOT NULL) AND is_active AND tstzrange(valid_from, valid_to) @> %(at)s),
scheme AS (
    SELECT kind, requires_dcr, tier.* FROM subsidy_scheme, LATERAL (
        SELECT coalesce(json_agg(json_build_object(
            'from_kw', t -> 'fromKw', 'amount', t -> 'amount', 'per_kw', t -> 'perKw')), '[]') AS tiers
        FROM jsonb_array_elements(tiers) t) tier
    WHERE is_active AND tstzrange(valid_from, valid_to) @> %(at)s),
named AS (
    SELECT json_object_agg(lower(regexp_replace(name, '([A-Z])', '_\1', 'g')), value) AS settings FROM setting
    WHERE tstzrange(valid_from, valid_to) @> %(at)s)
SELECT json_build_object(
    'state', (SELECT to_json(s) FROM place s),
    'discom', (SELECT to_json(d) FROM distributor d),
    'fees', (SELECT to_json(f) FROM fee f JOIN distributor USING (state_code, discom_id)
        WHERE phase = %(phase)s AND smart_meter = %(smart_meter)s
          AND f.is_active AND tstzrange(f.valid_from, f.valid_to) @> %(at)s),
    'panels', (SELECT coalesce(json_agg(p ORDER BY line), '[]') FROM chosen_panel p),
    'inverter', (SELECT to_json(i) FROM inverter i
        WHERE inverter_id = %(inverter_id)s AND is_active AND tstzrange(valid_from, valid_to) @> %(at)s),
    'bom', (SELECT coalesce(json_agg(b ORDER BY item_id), '[]') FROM bom_line b),
    'structure', (SELECT to_json(s) FROM structure s
        WHERE height = %(height)s AND is_active AND tstzrange(valid_from, valid_to) @> %(at)s),
    'other_charges', (SELECT coalesce(json_agg(c ORDER BY charge_id), '[]') FROM other_charge c
        WHERE is_active AND tstzrange(valid_from, valid_to) @> %(at)s),
    'schemes', (SELECT coalesce(json_agg(s ORDER BY kind), '[]') FROM scheme s),
    'gst', (SELECT to_json(g) FROM gst_rate g WHERE is_active AND tstzrange(valid_from, valid_to) @> %(at)s),
    'settings', (SELECT settings FROM named),
    'terms', (SELECT settings FROM named)
)::text
"""


def _read(_: object) -> RowMaker[MasterData]:
    """Rows of one JSON text, read without a detour over float."""

    def master_data(values: Sequence[Any]) -> MasterData:
        return _adapter().validate_python(json.loads(values[0], parse_float=Decimal))

    return master_data


@cache
def _adapter() -> TypeAdapter[MasterData]:
    return TypeAdapter(MasterData)

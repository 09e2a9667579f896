"""Master data in a real database: its periods never overlap, clients are shown what is in force and what will be."""

import json
from datetime import datetime, timedelta
from typing import LiteralString

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from shared_code.sql.master_data import KINDS, Published, published
from shared_code.sql.pool import Db
from shared_code.sql.quotation_inputs import for_quotation
from tests.sql.price_list import CHOICE, LAST_OF_OLD_GST, NOW, change_panel, refused

DATED = {"isActive", "validFrom", "validTo"}
FIELDS = {
    "panels": "panelId make variant wattage isDcr unitPrice isRecommended",
    "inverters": "inverterId make model capacityKw phase unitPrice isRecommended",
    "bomItems": "itemId name type cableType unit unitPrice perKw included",
    "structures": "structureId height price",
    "states": "stateCode name subsidyType",
    "discoms": "discomId name stateCode phases smartMeterOptions subsidyType",
    "fees": "feeId stateCode discomId phase smartMeter discomFee discomMisc installation meter modemBox",
    "otherCharges": "chargeId name basis amount",
    "subsidySchemes": "schemeId kind requiresDcr tiers",
    "gstRates": "rateId goodsShare goodsRate servicesRate",
}
SETTINGS = (
    "inflationPercent dealerAddOnMin dealerAddOnMax dealerAddOnDefault quotationValidityDays yearlyKwhPerKw"
    " tariffPerKwh warrantyText paymentTermsText company"
)


def shown(db: Db, now: datetime = NOW, *known: str) -> Published:
    row = published(db, now, known).fetchone()
    assert row is not None
    return row


def test_every_kind_is_shown_with_its_fields(priced: Db) -> None:
    data = json.loads(shown(priced).data or b"")
    assert data.keys() == FIELDS.keys() | {"settings", "updatedAt"}
    for kind, fields in FIELDS.items():
        assert all(row.keys() == set(fields.split()) | DATED for row in data[kind]), kind
        assert data[kind], kind
    assert data["settings"].keys() == set(SETTINGS.split())
    assert data["settings"]["company"].keys() == {"name", "address", "gstin", "phone", "email"}
    assert data["panels"][0]["unitPrice"] == 15000
    assert data["panels"][0]["validFrom"] == "2024-12-31T18:30:00.000Z"
    assert data["panels"][0]["validTo"] is None


def test_rows_in_force_and_future_ones_are_shown_but_no_past_ones(priced: Db) -> None:
    rates = json.loads(shown(priced, LAST_OF_OLD_GST).data or b"")["gstRates"]
    assert [(rate["goodsRate"], rate["validTo"]) for rate in rates] == [(12, "2025-09-21T18:30:00.000Z"), (5, None)]
    assert [rate["goodsRate"] for rate in json.loads(shown(priced).data or b"")["gstRates"]] == [5]


def test_a_caller_who_has_it_gets_only_the_etag(priced: Db) -> None:
    first = shown(priced)
    assert shown(priced, NOW, "of something older", first.etag) == Published(first.etag, None)
    assert shown(priced, NOW, "of something older") == first


def test_the_etag_changes_with_a_row_and_with_time(priced: Db) -> None:
    first = shown(priced)
    change_panel(priced, NOW + timedelta(days=30))
    announced = shown(priced)
    assert announced.etag != first.etag
    priced.execute("UPDATE panel SET valid_to = %s WHERE panel_id = 'PNL002'", [NOW + timedelta(days=60)])
    assert shown(priced).etag != announced.etag
    assert shown(priced, NOW + timedelta(days=30)).etag != announced.etag
    assert shown(priced, LAST_OF_OLD_GST).etag != first.etag


def test_the_newest_row_says_when_it_was_updated(priced: Db) -> None:
    priced.execute(
        "INSERT INTO state (state_code, name, subsidy_type, valid_from, created_at)"
        " VALUES ('TN', 'Tamil Nadu', 'S1', '2040-01-01', '2039-12-01 00:00Z')"
    )
    assert json.loads(shown(priced).data or b"")["updatedAt"] == "2039-12-01T00:00:00.000Z"


def test_the_settings_shown_are_those_in_force(priced: Db) -> None:
    priced.execute("UPDATE setting SET valid_to = %s WHERE name = 'inflationPercent'", [NOW])
    priced.execute("INSERT INTO setting (name, value, valid_from) VALUES ('inflationPercent', '12.5', %s)", [NOW])
    for at, inflation in ((NOW - timedelta(seconds=1), 10), (NOW, 12.5)):
        data = shown(priced, at).data or b""
        assert json.loads(data)["settings"]["inflationPercent"] == inflation
        assert data.count(b'"inflationPercent"') == 1


# Periods ----------------------------------------------------------------------------------------------------------


IDS = [(kind.table, kind.id_column) for kind in KINDS.values()] + [("setting", "name")]
COPY: LiteralString = """
    INSERT INTO {table} SELECT (jsonb_populate_record(r, %s)).*
    FROM {table} r WHERE valid_to IS NULL ORDER BY {id} LIMIT 1
"""


def test_periods_of_one_id_never_overlap(priced: Db) -> None:
    for table, id_column in IDS:
        copy = SQL(COPY).format(table=Identifier(table), id=Identifier(id_column))
        with refused(priced, psycopg.errors.ExclusionViolation, f"{table}_.*overlap"):
            priced.execute(copy, [json.dumps({"valid_from": "2026-06-01"})])
        assert priced.execute(copy, [json.dumps({"valid_from": "2020-01-01", "valid_to": "2021-01-01"})]).rowcount == 1


TWINS = {
    "structure": {"structure_id": "STR900"},
    "state": {"state_code": "XX"},
    "discom": {"discom_id": "DIS900"},
    "fee": {"fee_id": "FEE900"},
    "subsidy_scheme": {"scheme_id": "SCH900"},
    "gst_rate": {"rate_id": "GST900"},
}


@pytest.mark.parametrize(("table", "another"), TWINS.items())
def test_what_is_looked_up_otherwise_is_there_once(priced: Db, table: str, another: dict[str, str]) -> None:
    """Of a height, name, combination, kind or day there is one active row; beside it there may be inactive ones."""
    twin = SQL(COPY).format(table=Identifier(table), id=Identifier(next(iter(another))))
    with refused(priced, psycopg.errors.ExclusionViolation, "overlap"):
        priced.execute(twin, [json.dumps(another)])
    assert priced.execute(twin, [json.dumps(another | {"is_active": False})]).rowcount == 1


def test_one_statement_closes_a_period_and_opens_the_next(priced: Db) -> None:
    change_panel(priced, NOW)
    prices = priced.execute(
        "SELECT unit_price, valid_to FROM panel WHERE panel_id = 'PNL001' ORDER BY valid_from"
    ).fetchall()
    assert prices == [(15000, NOW), (14000, None)]
    with refused(priced, psycopg.errors.CheckViolation, "period_not_empty"):
        change_panel(priced, NOW - timedelta(days=1))


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO discom (name, state_code, phases, smart_meter_options) VALUES ('X', 'XX', '{Single}', '{true}')",
        'INSERT INTO fee SELECT (jsonb_populate_record(f, \'{"fee_id": "FEE900", "state_code": "MH"}\')).*'
        " FROM fee f WHERE discom_id = 'DIS001' LIMIT 1",
    ],
    ids=["state", "DISCOM"],
)
def test_what_a_row_belongs_to_exists(priced: Db, sql: LiteralString) -> None:
    with refused(priced, psycopg.errors.ForeignKeyViolation, "there is no"):
        priced.execute(sql)


def test_impossible_values_are_refused(priced: Db) -> None:
    for broken in (
        "panel SET unit_price = -1",
        "panel SET wattage = 0",
        "inverter SET phase = 'Two'",
        "bom_item SET cable_type = NULL",
        "structure SET height = 2.5",
        "state SET subsidy_type = 'S4'",
        "discom SET phases = '{}'",
        "discom SET smart_meter_options = '{true, null}'",
        "fee SET meter = -0.01",
        "other_charge SET basis = 'perPanel'",
        "subsidy_scheme SET kind = 'S4'",
        "gst_rate SET goods_rate = 101",
        "setting SET name = 'somethingElse'",
    ):
        with refused(priced, psycopg.errors.CheckViolation):
            priced.execute(SQL("UPDATE {}").format(SQL(broken)))


def test_the_app_reads_opens_and_closes_and_nothing_else(priced: Db) -> None:
    priced.execute("GRANT solarium_app TO CURRENT_USER")
    priced.execute("SET ROLE solarium_app")
    change_panel(priced, NOW)
    assert json.loads(shown(priced).data or b"")["panels"][0]["unitPrice"] == 14000
    assert for_quotation(priced, NOW, CHOICE).fetchone()
    priced.execute("INSERT INTO other_charge (name, basis, amount) VALUES ('Insurance', 'fixed', 100)")
    for forbidden in ("UPDATE panel SET unit_price = 1", "DELETE FROM panel", "TRUNCATE panel"):
        with refused(priced, psycopg.errors.InsufficientPrivilege):
            priced.execute(forbidden)


def test_new_ids_come_after_those_of_the_catalogue(priced: Db) -> None:
    row = priced.execute(
        "INSERT INTO panel (make, variant, wattage, is_dcr, unit_price) VALUES ('Waaree', 'X', 540, true, 1)"
        " RETURNING panel_id"
    ).fetchone()
    assert row is not None
    assert row[0] > "PNL014"


def test_every_change_is_audited(priced: Db) -> None:
    change_panel(priced, NOW)
    entries = priced.execute(
        "SELECT action, before ->> 'valid_to', after ->> 'unit_price' FROM audit_log"
        " WHERE entity = 'panel' AND entity_id = 'PNL001' ORDER BY id"
    ).fetchall()
    assert [(action, price) for action, _, price in entries] == [
        ("insert", "15000.00"),
        ("update", None),
        ("insert", "14000.00"),
    ]


def test_the_migrations_bring_states_discoms_schemes_and_rates(priced: Db) -> None:
    data = json.loads(shown(priced, LAST_OF_OLD_GST).data or b"")
    names = {state["stateCode"]: state["name"] for state in data["states"]}
    assert len(names) >= 6
    assert (names["GJ"], names["MH"]) == ("Gujarat", "Maharashtra")
    assert {state["subsidyType"] for state in data["states"]} == {"S1", "S2", "S3"}
    of_state = [discom["stateCode"] for discom in data["discoms"]]
    assert all(of_state.count(code) >= 2 for code in names)
    assert {scheme["kind"] for scheme in data["subsidySchemes"]} == {"central", "S1", "S2", "S3"}
    assert all(scheme["requiresDcr"] for scheme in data["subsidySchemes"])

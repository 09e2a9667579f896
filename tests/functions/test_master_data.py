"""Admins change master data for the future; what was in force stays readable (api.md 2.9; rules.md 3.6)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.master_data import add_master_data, change_master_data, change_settings, get_master_data
from functions.quotations.browse_quotations import get_quotation
from functions.quotations.preview import preview_quotation
from shared_code.parsing import of_body
from shared_code.wire.master_data_rows import ChangedRow
from tests.quotations import SYSTEM, quoted
from tests.rules.samples import refused
from tests.world import ADMIN, CP_1, CUSTOMER, World, codes, race

PANEL = {"make": "Jinko", "variant": "Tiger Neo 600 W", "wattage": 600, "is_dcr": False, "unit_price": "9900.50"}
NEW: dict[str, dict[str, Any]] = {
    "panels": PANEL,
    "inverters": {"make": "Deye", "model": "SUN-8K", "capacity_kw": "8", "phase": "Three", "unit_price": 61000},
    "bomItems": {"name": "Walkway", "type": "Structure", "unit": "m", "unit_price": "310.25"},
    "structures": {"height": "2", "price": 9000},
    "states": {"state_code": "TN", "name": "Tamil Nadu", "subsidy_type": "S1"},
    "discoms": {"name": "GESCOM", "state_code": "KA", "phases": ["Three"], "smart_meter_options": [True]},
    "fees": {
        "state_code": "KA", "discom_id": "DIS019", "phase": "Three", "smart_meter": True,
        "discom_fee": 1, "discom_misc": 2, "installation": 3, "meter": 4, "modem_box": "5.05",
    },
    "otherCharges": {"name": "Insurance", "basis": "perKw", "amount": "120.75"},
    "subsidySchemes": {
        "kind": "S1", "requires_dcr": False,
        "tiers": [{"from_kw": 0, "amount": 0, "per_kw": 1000}, {"from_kw": "2.5", "amount": 2500, "per_kw": 0}],
    },
    "gstRates": {"goods_share": 70, "goods_rate": "4.5", "services_rate": 18},
}  # fmt: skip


def wire(fields: dict[str, Any]) -> dict[str, Any]:
    """What a row's fields look like when they come back: camelCase, numbers."""
    return {name.split("_")[0] + "".join(map(str.title, name.split("_")[1:])): number(v) for name, v in fields.items()}


def number(value: Any) -> Any:
    if isinstance(value, list):
        return [wire(part) if isinstance(part, dict) else part for part in value]
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def add(world: World, collection: str, caller: Any = ADMIN, **fields: Any) -> Any:
    return world.data(add_master_data, caller, collection=collection, **fields)


def change(world: World, collection: str, row_id: str, **fields: Any) -> Any:
    return world.data(change_master_data, ADMIN, collection=collection, row_id=row_id, **fields)


def shown(world: World, collection: str, at: datetime | str | None = None) -> Any:
    return world.data(get_master_data, CP_1, at=at)[collection]


def periods(world: World, panel_id: str) -> list[tuple[float, bool]]:
    """Price of each period of a panel, and whether it is the open one."""
    return [
        (float(price), end is None)
        for price, end in world.rows(
            "SELECT unit_price, valid_to FROM panel WHERE panel_id = %s ORDER BY valid_from", panel_id
        )
    ]


@pytest.mark.parametrize("collection", NEW)
def test_a_new_row_gets_an_id_and_is_shown_from_its_day_on(own_world: World, collection: str) -> None:
    if collection == "structures":  # of each height there is one; the former is no longer offered
        former = next(row for row in shown(own_world, collection) if row["height"] == 2)
        change(own_world, collection, former["structureId"], is_active=False)
    if collection == "fees":
        assert not [
            row for row in shown(own_world, collection) if (row["discomId"], row["smartMeter"]) == ("DIS019", True)
        ]
    row = add(own_world, collection, **NEW[collection])
    assert wire(NEW[collection]).items() <= row.items()
    assert row["isActive"] is True
    assert row["validTo"] is None
    assert row in shown(own_world, collection)
    assert row not in [one for one in shown(own_world, collection, "2026-01-01") if one["validTo"] is not None]


def test_a_day_begins_at_midnight_in_india(world: World) -> None:
    row = add(world, "panels", **PANEL, valid_from="2030-04-01")
    assert row["validFrom"] == "2030-03-31T18:30:00.000Z"


def test_a_change_closes_the_running_period_and_opens_the_next(world: World) -> None:
    panel = add(world, "panels", **PANEL)
    changed = change(world, "panels", panel["panelId"], unit_price=8000)
    assert changed == panel | {"unitPrice": 8000, "validFrom": changed["validFrom"]}
    assert changed["validFrom"] > panel["validFrom"]
    assert periods(world, panel["panelId"]) == [(9900.5, False), (8000, True)]


def test_a_change_that_says_nothing_new_changes_nothing(world: World) -> None:
    panel = add(world, "panels", **PANEL)
    assert change(world, "panels", panel["panelId"], unit_price="9900.5", is_active=True) == panel
    assert change(world, "panels", panel["panelId"]) == panel
    assert periods(world, panel["panelId"]) == [(9900.5, True)]


def test_a_row_that_is_not_active_is_no_longer_offered(world: World) -> None:
    panel = add(world, "panels", **PANEL | {"wattage": 540})
    lead_id = world.lead()
    system = SYSTEM | {"panels": [{"panel_id": panel["panelId"], "quantity": 6}]}
    assert world.data(preview_quotation, CP_1, lead_id=lead_id, **system)["breakdown"]["panels"] == 59403
    assert change(world, "panels", panel["panelId"], is_active=False)["isActive"] is False
    with refused("MASTER_DATA_MISSING", "panels"):
        world.data(preview_quotation, CP_1, lead_id=lead_id, **system)


def test_a_change_announced_for_later_prices_from_then_on(own_world: World) -> None:
    change(own_world, "panels", "PNL001", unit_price=14000, valid_from="2030-04-01")
    rows = [row for row in shown(own_world, "panels") if row["panelId"] == "PNL001"]
    assert [(row["unitPrice"], row["validTo"]) for row in rows] == [(15000, "2030-03-31T18:30:00.000Z"), (14000, None)]
    lead_id = own_world.lead()
    for at, price in (
        (datetime(2030, 3, 31, 18, 29, tzinfo=UTC), 90000),
        (datetime(2030, 3, 31, 18, 30, tzinfo=UTC), 84000),
    ):
        priced = own_world.data(preview_quotation, CP_1, at, lead_id=lead_id, **SYSTEM)
        assert priced["breakdown"]["panels"] == price


@pytest.mark.parametrize("valid_from", ["2030-04-01", "2026-11-01", None])
def test_nothing_comes_between_a_period_and_the_one_announced(own_world: World, valid_from: str | None) -> None:
    change(own_world, "panels", "PNL001", unit_price=14000, valid_from="2030-04-01")
    before = periods(own_world, "PNL001")
    with refused("PERIOD_OVERLAP"):
        change(own_world, "panels", "PNL001", unit_price=13000, valid_from=valid_from)
    assert periods(own_world, "PNL001") == before
    assert change(own_world, "panels", "PNL001", unit_price=13000, valid_from="2030-04-02")["unitPrice"] == 13000


@pytest.mark.parametrize(
    ("collection", "fields"),
    [
        ("states", {"state_code": "GJ", "name": "Gurjar", "subsidy_type": "S1"}),
        ("states", {"state_code": "XX", "name": "gujarat", "subsidy_type": "S1"}),
        ("discoms", {"name": "dgvcl", "state_code": "GJ", "phases": ["Single"], "smart_meter_options": [False]}),
        ("structures", {"height": 1, "price": 1}),
        ("fees", NEW["fees"] | {"discom_id": "DIS018", "phase": "Single"}),
        ("gstRates", NEW["gstRates"] | {"valid_from": "2025-09-22"}),
        ("gstRates", NEW["gstRates"] | {"valid_from": "2020-01-01"}),
        ("subsidySchemes", NEW["subsidySchemes"] | {"kind": "central", "valid_from": "2024-01-01"}),
    ],
)
def test_what_is_looked_up_by_something_else_is_there_once(
    world: World, collection: str, fields: dict[str, Any]
) -> None:
    before = shown(world, collection)
    with refused("PERIOD_OVERLAP"):
        add(world, collection, **fields)
    assert shown(world, collection) == before


@pytest.mark.parametrize(
    ("collection", "fields"),
    [
        ("discoms", {"name": "X", "state_code": "XX", "phases": ["Single"], "smart_meter_options": [False]}),
        ("fees", NEW["fees"] | {"discom_id": "DIS900"}),
        ("fees", NEW["fees"] | {"state_code": "GJ"}),
    ],
)
def test_what_a_row_belongs_to_exists(world: World, collection: str, fields: dict[str, Any]) -> None:
    with refused("MASTER_DATA_MISSING"):
        add(world, collection, **fields)


def test_a_later_rate_of_gst_ends_the_running_one_and_is_contained_from_then_on(own_world: World) -> None:
    add(own_world, "gstRates", goods_share=70, goods_rate=12, services_rate=18, valid_from="2030-04-01")
    rates = shown(own_world, "gstRates")
    assert [(rate["goodsRate"], rate["validTo"]) for rate in rates] == [(5, "2030-03-31T18:30:00.000Z"), (12, None)]
    lead_id, day = own_world.lead(), datetime(2030, 3, 31, 18, 30, tzinfo=UTC)
    for at, rate in ((day - timedelta(seconds=1), 5), (day, 12)):
        assert own_world.data(preview_quotation, CP_1, at, lead_id=lead_id, **SYSTEM)["gst"]["goodsRate"] == rate


def test_a_later_subsidy_ends_the_running_one_of_its_kind_alone(own_world: World) -> None:
    day = datetime(2030, 3, 31, 18, 30, tzinfo=UTC)
    add(own_world, "subsidySchemes", **NEW["subsidySchemes"], valid_from=day)
    ended = [row["kind"] for row in shown(own_world, "subsidySchemes") if row["validTo"] is not None]
    assert ended == ["S1"]
    lead_id = own_world.lead()
    for at, state in ((day - timedelta(seconds=1), 0), (day, 2500)):
        assert own_world.data(preview_quotation, CP_1, at, lead_id=lead_id, **SYSTEM)["stateSubsidy"] == state


def test_what_was_in_force_can_be_read_again(own_world: World) -> None:
    before = datetime.now(UTC)
    change(own_world, "panels", "PNL001", unit_price=14000)
    now = [row["unitPrice"] for row in shown(own_world, "panels") if row["panelId"] == "PNL001"]
    then = [row["unitPrice"] for row in shown(own_world, "panels", before) if row["panelId"] == "PNL001"]
    assert (now, then) == ([14000], [15000, 14000])
    assert [rate["goodsRate"] for rate in shown(own_world, "gstRates", "2025-09-21")] == [12, 5]


def test_a_quotation_keeps_what_it_was_priced_with(own_world: World) -> None:
    made = quoted(own_world, own_world.lead(), share_with_customer=True)
    change(own_world, "panels", "PNL001", unit_price=14000)
    own_world.data(change_settings, ADMIN, inflation_percent=25, dealer_add_on_default=500)
    kept = own_world.data(get_quotation, CP_1, quotation_id=made["quotationReference"])
    assert kept["systemPrice"] == made["systemPrice"]
    assert kept["inputs"]["panels"][0] == {
        "panelId": "PNL001", "make": "Waaree", "variant": "Mono PERC Bifacial 540 W", "wattage": 540, "isDcr": True,
        "unitPrice": 15000, "quantity": 6,
    }  # fmt: skip
    assert kept["inputs"]["settings"] == {"inflationPercent": 10, "dealerAddOnMin": 0, "dealerAddOnMax": 2000}
    assert kept["inputs"]["dealerAddOnPerKw"] == 1800
    seen = own_world.data(get_quotation, CUSTOMER, quotation_id=made["quotationReference"])
    assert (seen["inputs"], seen["breakdown"]) == (None, None)


def test_settings_change_by_name_from_a_time_on(own_world: World) -> None:
    then = own_world.data(change_settings, ADMIN, inflation_percent="12.5", valid_from="2030-04-01")
    assert (then["inflationPercent"], then["dealerAddOnMax"]) == (12.5, 2000)
    assert shown(own_world, "settings")["inflationPercent"] == 10
    assert shown(own_world, "settings", "2030-04-01") == then
    company = then["company"] | {"address": "New House, Ahmedabad"}
    assert own_world.data(change_settings, ADMIN, company=company)["company"] == company
    assert own_world.value("SELECT count(*) FROM setting WHERE name = 'warrantyText'") == 1
    with refused("PERIOD_OVERLAP"):
        own_world.data(change_settings, ADMIN, inflation_percent=11)


def test_the_saving_on_a_quotation_is_estimated_with_the_settings(own_world: World) -> None:
    settings = own_world.data(change_settings, ADMIN, yearly_kwh_per_kw=1500, tariff_per_kwh="8.25")
    assert (settings["yearlyKwhPerKw"], settings["tariffPerKwh"]) == (1500, 8.25)


@pytest.mark.parametrize(
    ("collection", "fields", "wrong"),
    [
        ("panels", {"wattage": 0}, "wattage"),
        ("panels", {"make": None}, "make"),
        ("panels", {"unitPrice": 1.005}, "unitPrice"),
        ("panels", {"height": 1}, "height"),
        ("panels", {"panelId": "PNL002"}, "panelId"),
        ("panels", {"validFrom": "2026-11-21T10:00:00"}, "validFrom"),
        ("panels", {"validFrom": "1999-12-31"}, "validFrom"),
        ("structures", {"height": 0.7}, "height"),
        ("states", {"subsidyType": "S4"}, "subsidyType"),
        ("states", {"name": " GJ "}, "name"),
        ("discoms", {"phases": ["Single", "Single"]}, "phases"),
        ("discoms", {"smartMeterOptions": []}, "smartMeterOptions"),
        ("subsidySchemes", {"tiers": []}, "tiers"),
        ("subsidySchemes", {"tiers": [{"fromKw": 1, "amount": -1, "perKw": 0}]}, "tiers.0.amount"),
        ("gstRates", {"goodsRate": 101}, "goodsRate"),
    ],
)
def test_a_malformed_change_is_refused_and_its_field_named(collection: str, fields: dict[str, Any], wrong: str) -> None:
    path = {"collection": collection, "rowId": "XX001"}
    with refused("VALIDATION_ERROR", wrong):
        of_body(ChangedRow, path, {}, json.dumps(fields).encode())


@pytest.mark.parametrize(
    ("collection", "row_id", "fields"),
    [
        ("bomItems", "BOM001", {"type": "Accessory"}),
        ("subsidySchemes", "SCH001", {"tiers": [{"from_kw": 1, "amount": 0, "per_kw": 0}] * 2}),
    ],
)
def test_a_change_that_makes_no_whole_is_refused(
    world: World, collection: str, row_id: str, fields: dict[str, Any]
) -> None:
    before = shown(world, collection)
    with refused("VALIDATION_ERROR", "body"):
        change(world, collection, row_id, **fields)
    assert shown(world, collection) == before


def test_the_add_on_by_default_lies_within_its_bounds(world: World) -> None:
    with refused("VALIDATION_ERROR", "body"):
        world.data(change_settings, ADMIN, dealer_add_on_max=1000)


def test_a_change_of_settings_fits_those_announced_for_later(own_world: World) -> None:
    own_world.data(change_settings, ADMIN, dealer_add_on_default=1900, valid_from="2030-04-01")
    for valid_from in (None, "2029-04-01"):
        with refused("VALIDATION_ERROR", "body"):
            own_world.data(change_settings, ADMIN, dealer_add_on_max=1899, valid_from=valid_from)
    assert own_world.data(change_settings, ADMIN, dealer_add_on_max=1900)["dealerAddOnDefault"] == 1800
    then = datetime(2030, 4, 1, tzinfo=UTC)
    priced = own_world.data(preview_quotation, CP_1, then, lead_id=own_world.lead(), **SYSTEM)
    assert priced["breakdown"]["dealerAddOnPerKw"] == 1900


def test_a_row_that_is_not_there_is_not_changed(world: World) -> None:
    for collection, row_id in (("panels", "PNL999"), ("panels", "INV001"), ("states", "ZZ")):
        with refused("NOT_FOUND"):
            change(world, collection, row_id, is_active=False)


def test_an_optional_field_is_cleared_by_null(own_world: World) -> None:
    assert change(own_world, "discoms", "DIS001", subsidy_type="S3")["subsidyType"] == "S3"
    assert change(own_world, "discoms", "DIS001", subsidy_type=None)["subsidyType"] is None


def test_a_change_is_audited_before_and_after(own_world: World) -> None:
    change(own_world, "panels", "PNL001", unit_price=14000)
    entries = own_world.rows(
        "SELECT action, actor_id, before::text, after ->> 'unit_price', after ->> 'valid_to' IS NULL"
        " FROM audit_log WHERE entity = 'panel' AND entity_id = 'PNL001' AND actor_id = 'ADM-1' ORDER BY id"
    )
    assert sorted(entries, key=str) == [
        ("insert", "ADM-1", None, "14000.00", True),
        ("update", "ADM-1", '{"valid_to": null}', None, False),
    ]


@pytest.mark.parametrize("at_once", [10])
def test_of_many_changes_at_once_each_follows_the_one_before(own_world: World, at_once: int) -> None:
    outcomes = race(at_once, lambda n: change(own_world, "panels", "PNL001", unit_price=1000 + n))
    assert codes(outcomes) == ["ok"] * at_once
    prices = periods(own_world, "PNL001")
    assert len(prices) == at_once + 1
    assert [is_open for _, is_open in prices] == [False] * at_once + [True]


def test_of_many_rates_from_one_day_one_is_taken(own_world: World) -> None:
    outcomes = race(10, lambda n: add(own_world, "gstRates", **NEW["gstRates"], valid_from="2030-04-01"))
    assert sorted(codes(outcomes)) == ["PERIOD_OVERLAP"] * 9 + ["ok"]
    assert len(shown(own_world, "gstRates")) == 2

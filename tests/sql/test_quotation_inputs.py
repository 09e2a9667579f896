"""What a quotation is priced with: all that is in force at an instant, exact to the paisa, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest

from shared_code.rules import pricing, subsidy
from shared_code.rules.pricing_inputs import CableType, Inputs, Phase
from shared_code.sql.pool import Db
from shared_code.sql.quotation_inputs import Choice, MasterData, for_quotation
from tests.sql.price_list import CHOICE, LAST_OF_OLD_GST, NOW, change_panel


def found(db: Db, choice: Choice = CHOICE, at: datetime = NOW) -> MasterData:
    row = for_quotation(db, at, choice).fetchone()
    assert row is not None
    return row


def inputs(data: MasterData) -> Inputs:
    """The inputs of a pricing, as a workflow composes them."""
    schemes = {scheme.kind: scheme for scheme in data.schemes}
    assert data.state and data.discom and data.inverter and data.settings and data.terms and data.gst
    return Inputs(
        state_code=data.state.state_code,
        discom=data.discom,
        phase=Phase.SINGLE,
        smart_meter=False,
        panels=data.panels,
        inverter=data.inverter,
        cable_type=CableType.POLYCAB,
        extra_structure_height=Decimal("0.5"),
        dealer_add_on_per_kw=data.terms.dealer_add_on_default,
        bom=data.bom,
        other_charges=data.other_charges,
        structure=data.structure,
        fees=data.fees,
        settings=data.settings,
        central=schemes["central"],
        state=schemes[subsidy.state_kind(data.discom.subsidy_type, data.state.subsidy_type)],
        gst=data.gst,
    )


def test_a_quotation_is_priced_with_what_is_found(priced: Db) -> None:
    price = pricing.price(inputs(found(priced)))
    assert price.system_kw == Decimal("3.24")
    assert [price.panels, price.inverter, price.structure, price.fees] == [90000, 19500, 1500, 7400]
    per_kw, per_system, chosen = 1450 + 4200 + 350 + 600, 2200 + 2400 + 3900 + 1900 + 450 + 300, 2 * 2600
    assert price.bom == per_kw * Decimal("3.24") + per_system + chosen
    assert price.other_charges == 3500 + 7700 * Decimal("3.24")
    assert price.dealer_add_on_total == Decimal("5832.00")
    assert [price.central_subsidy, price.state_subsidy] == [78000, 0]


def test_state_and_discom_go_by_id_or_name_in_any_case(priced: Db) -> None:
    for state, discom in product(["GJ", "gj", "Gujarat", "GUJARAT"], ["DIS001", "dis001", "DGVCL", "dgvcl"]):
        assert found(priced, replace(CHOICE, state=state, discom=discom)) == found(priced)


def test_what_is_unknown_is_missing(priced: Db) -> None:
    choice = Choice("Atlantis", "?", "Single", False, [("PNL999", 6)], "INV999", [("BOM999", Decimal(1))], Decimal(3))
    data = found(priced, choice)
    assert (data.state, data.discom, data.fees, data.inverter, data.structure) == (None,) * 5
    assert data.panels == ()
    assert all(line.included and line.quantity is None for line in data.bom)


def test_a_discom_of_another_state_is_found_for_the_rule_to_refuse(priced: Db) -> None:
    data = found(priced, replace(CHOICE, discom="MSEDCL"))
    assert data.discom and data.discom.state_code == "MH"


def test_a_discom_name_means_the_one_in_the_chosen_state(priced: Db) -> None:
    priced.execute(
        "INSERT INTO discom (name, state_code, phases, smart_meter_options, valid_from)"
        " SELECT 'DGVCL', state_code, '{Single}', '{true}', '2025-01-01' FROM state WHERE state_code IN ('DL', 'UP')"
    )
    places = [found(priced, replace(CHOICE, state=state)).discom for state in ("DL", "GJ", "UP")]
    assert [place and place.state_code for place in places] == ["DL", "GJ", "UP"]


def test_what_is_not_active_is_missing(priced: Db) -> None:
    change_panel(priced, NOW, is_active=False)
    assert found(priced).panels == ()
    assert found(priced, at=NOW - timedelta(seconds=1)).panels[0].unit_price == 15000


def test_the_same_panel_may_stand_on_two_lines_in_their_order(priced: Db) -> None:
    lines = found(priced, replace(CHOICE, panels=[("PNL002", 2), ("PNL001", 3), ("PNL002", 1)])).panels
    assert [(line.panel_id, line.quantity) for line in lines] == [("PNL002", 2), ("PNL001", 3), ("PNL002", 1)]


def test_the_rate_is_that_of_the_instant(priced: Db) -> None:
    rates = [found(priced, at=at).gst for at in (LAST_OF_OLD_GST, LAST_OF_OLD_GST + timedelta(seconds=1))]
    assert [rate and rate.goods_rate for rate in rates] == [12, 5]


def test_before_there_was_master_data_nothing_is_found(priced: Db) -> None:
    data = found(priced, at=datetime(2020, 1, 1, tzinfo=UTC))
    assert (data.state, data.gst, data.settings, data.terms) == (None,) * 4
    assert (data.panels, data.bom, data.other_charges, data.schemes) == ((),) * 4


def test_money_is_exact_to_the_paisa(priced: Db) -> None:
    """Eighteen digits do not fit a float."""
    priced.execute("UPDATE setting SET value = '1234567890123456.78' WHERE name = 'dealerAddOnMax'")
    data = found(priced)
    assert data.settings and data.settings.dealer_add_on_max == Decimal("1234567890123456.78")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [  # rules.md 3.7
        ("central", [0, 30000, 45000, 60000, 69000, 78000, 78000]),
        ("S1", [0, 0, 0, 0, 0, 0, 0]),
        ("S2", [1980, 2000, 3000, 4000, 5000, 6000, 10000]),
        ("S3", [14850, 15000, 22500, 30000, 30000, 30000, 30000]),
    ],
)
def test_the_schemes_give_what_the_rules_say(priced: Db, kind: str, expected: list[int]) -> None:
    scheme = {scheme.kind: scheme for scheme in found(priced).schemes}[kind]
    capacities = map(Decimal, ("0.99", "1", "1.5", "2", "2.5", "3", "5.4"))
    assert [subsidy.amount(scheme, kw, is_dcr=True) for kw in capacities] == expected

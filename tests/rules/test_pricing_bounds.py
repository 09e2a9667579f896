"""What a system may be made of, and how its breaches are named (rules.md 3.1, 3.2)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from shared_code.rules.pricing import figures, price
from shared_code.rules.pricing_inputs import Inputs, Phase, Structure, to_json
from shared_code.rules.rounding import NOTHING
from shared_code.rules.text import in_words
from tests.rules.samples import DISCOM, FIRST, INVERTER, PANEL, bom_line, refused, with_quantity


def three_phase(quantity: int) -> Inputs:
    capacity = Decimal(540 * quantity) / 1000
    return with_quantity(
        quantity, phase=Phase.THREE, inverter=replace(INVERTER, phase=Phase.THREE, capacity_kw=capacity)
    )


def single_phase(quantity: int) -> Inputs:
    return with_quantity(quantity, inverter=replace(INVERTER, capacity_kw=Decimal(540 * quantity) / 1000))


def with_inverter(capacity: str, phase: Phase = Phase.SINGLE) -> Inputs:
    return replace(FIRST, inverter=replace(INVERTER, capacity_kw=Decimal(capacity), phase=phase))


@pytest.mark.parametrize("quantity", range(1, 21))
def test_3_1_panels_in_all_by_phase(quantity: int) -> None:
    for inputs, least, most in ((single_phase(quantity), 4, 9), (three_phase(quantity), 7, 18)):
        if least <= quantity <= most:
            assert price(inputs).system_kw == Decimal(54 * quantity) / 100
            continue
        with refused("RULE_VIOLATION", "panels") as caught:
            price(inputs)
        assert f"{least} to {most}" in str(caught.value.details)


def test_3_1_panels_are_counted_over_all_kinds_and_none_may_be_taken_away() -> None:
    kinds = tuple(replace(PANEL, panel_id=f"PNL{number}", quantity=3) for number in (1, 2))
    assert price(replace(FIRST, panels=kinds)).system_kw == Decimal("3.24")
    with refused("RULE_VIOLATION", "panels"):
        price(replace(FIRST, panels=(replace(PANEL, quantity=7), replace(PANEL, quantity=-1))))


def test_3_1_capacity_is_rounded_half_up() -> None:
    panels = (replace(PANEL, wattage=545, quantity=5), replace(PANEL, wattage=550, quantity=1))
    assert price(replace(FIRST, panels=panels)).system_kw == Decimal("3.28")  # 3.275


@pytest.mark.parametrize("capacity", ["2.754", "3.24", "3.726"])
def test_3_1_an_inverter_within_its_share_of_the_capacity(capacity: str) -> None:
    assert price(with_inverter(capacity)).system_kw == Decimal("3.24")


@pytest.mark.parametrize("capacity", ["2.753", "3.727"])
def test_3_1_an_inverter_too_small_or_too_large(capacity: str) -> None:
    with refused("RULE_VIOLATION", "inverterId") as caught:
        price(with_inverter(capacity))
    assert caught.value.details == {"inverterId": f"from 2.754 to 3.726 kW, not {capacity}"}


def test_3_1_an_inverter_of_the_other_phase() -> None:
    with refused("RULE_VIOLATION", "inverterId"):
        price(with_inverter("3.3", Phase.THREE))


@pytest.mark.parametrize("height", ["0", "0.5", "1", "1.0", "1.5", "2"])
def test_3_1_heights_there_are(height: str) -> None:
    structure = Structure(Decimal(height), Decimal(700))
    got = price(replace(FIRST, extra_structure_height=Decimal(height), structure=structure))
    assert got.structure == (0 if height == "0" else 700)


@pytest.mark.parametrize("height", ["-0.5", "0.25", "2.5"])
def test_3_1_heights_there_are_not(height: str) -> None:
    with refused("RULE_VIOLATION", "extraStructureHeight") as caught:
        price(replace(FIRST, extra_structure_height=Decimal(height)))
    assert "0, 0.5, 1, 1.5, 2 m" in str(caught.value.details)


@pytest.mark.parametrize("add_on", ["0", "1800", "2000"])
def test_3_1_a_dealer_add_on_within_the_bounds_of_the_settings(add_on: str) -> None:
    assert price(replace(FIRST, dealer_add_on_per_kw=Decimal(add_on))).dealer_add_on_per_kw == Decimal(add_on)


@pytest.mark.parametrize("add_on", ["-0.01", "2000.01"])
def test_3_1_a_dealer_add_on_out_of_bounds(add_on: str) -> None:
    with refused("RULE_VIOLATION", "dealerAddOnPerKw") as caught:
        price(replace(FIRST, dealer_add_on_per_kw=Decimal(add_on)))
    assert "from 0 to 2000" in str(caught.value.details)


@pytest.mark.parametrize("quantity", [0, -1])
def test_3_1_a_chosen_item_is_not_taken_away(quantity: int) -> None:
    with refused("RULE_VIOLATION", "bom"):
        price(replace(FIRST, bom=(bom_line(quantity=Decimal(quantity)),)))


def test_3_1_the_discom_belongs_to_the_state_and_offers_phase_and_meter() -> None:
    narrow = replace(DISCOM, state_code="MH", phases=(Phase.THREE,), smart_meter_options=(True,))
    with refused("RULE_VIOLATION", "discom", "phase", "smartMeter") as caught:
        price(replace(FIRST, discom=narrow))
    assert "PGVCL offers true, not false" in str(caught.value.details)


def test_3_1_every_breach_is_named_at_once_and_before_missing_master_data() -> None:
    with refused("RULE_VIOLATION", "panels", "inverterId", "dealerAddOnPerKw", "extraStructureHeight"):
        price(with_quantity(20, dealer_add_on_per_kw=Decimal(9999), extra_structure_height=Decimal(3), fees=None))


def test_3_2_a_connection_without_fees_is_missing_master_data() -> None:
    with refused("MASTER_DATA_MISSING", "discom") as caught:
        price(replace(FIRST, fees=None))
    assert "GJ, PGVCL, Single phase, without smart meter" in str(caught.value.details)


@pytest.mark.parametrize("structure", [None, Structure(Decimal(2), Decimal(700))])
def test_3_2_a_height_without_a_row_of_its_own_is_missing_master_data(structure: Structure | None) -> None:
    with refused("MASTER_DATA_MISSING", "extraStructureHeight"):
        price(replace(FIRST, extra_structure_height=Decimal(1), structure=structure))


def test_3_6_figures_of_frozen_inputs_do_not_depend_on_the_bounds_of_today() -> None:
    beyond = replace(FIRST, settings=replace(FIRST.settings, dealer_add_on_max=Decimal(1000)))
    assert figures(beyond) == figures(FIRST)


def test_3_6_a_zero_has_no_sign() -> None:
    frozen = to_json(replace(FIRST, dealer_add_on_per_kw=Decimal("-0.0")))
    assert '"dealerAddOnPerKw":0.0' in frozen


def test_3_9_a_price_is_one_that_can_be_said_in_words() -> None:
    plain = replace(FIRST, dealer_add_on_per_kw=NOTHING, settings=replace(FIRST.settings, inflation_percent=NOTHING))
    most, rest = Decimal("9999999999.99"), Decimal(135000)
    dearest = price(replace(plain, bom=(bom_line(unit_price=most - rest),)))
    assert in_words(dearest.system_price).startswith("nine hundred ninety-nine crore")
    with refused("RULE_VIOLATION", "systemPrice"):
        price(replace(plain, bom=(bom_line(unit_price=most - rest + Decimal("0.01")),)))

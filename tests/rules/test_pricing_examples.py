"""Prices to the paisa: the examples of the contract and each line of the price (rules.md 3.2-3.7)."""

import json
from dataclasses import asdict, fields, replace
from decimal import Decimal

import pytest

from shared_code.rules import subsidy
from shared_code.rules.pricing import check_client_figures, counted_bom, figures, price
from shared_code.rules.pricing_inputs import (
    CableType,
    Fees,
    Inputs,
    OtherCharge,
    Structure,
    SubsidyScheme,
    from_json,
    to_json,
)
from tests.rules.samples import CENTRAL, FIRST, GST_2021, PANEL, S1, S2, S3, bom_line, refused
from tests.rules.second_opinion import second_opinion

SECOND = replace(
    FIRST,
    bom=(bom_line(unit_price=Decimal(3000)),),
    other_charges=(OtherCharge("CHG001", "Transportation", "fixed", Decimal(12000)),),
    extra_structure_height=Decimal("0.5"),
    structure=Structure(Decimal("0.5"), Decimal(1500)),
    fees=Fees(*map(Decimal, (3000, 500, 4000, 800, 200))),
)
CABLES = (
    bom_line(item_id="STD", type="Cable", cable_type=CableType.STANDARD, unit_price=Decimal(20)),
    bom_line(item_id="POLY", type="Cable", cable_type=CableType.POLYCAB, unit_price=Decimal(30)),
)
ODD = replace(
    SECOND,
    dealer_add_on_per_kw=Decimal("1799.99"),
    bom=(*CABLES, bom_line(unit_price=Decimal("0.10")), bom_line(unit_price=Decimal("9999999999.99"))),
)


def amounts(row: str) -> tuple[Decimal, ...]:
    """A row of the contract's tables."""
    return tuple(Decimal(amount.replace(" ", "")) for amount in row.split("|"))


PRICED_EXAMPLES = pytest.mark.parametrize(
    ("inputs", "row"),
    [
        (FIRST, "135 000 | 148 500 | 5 832 | 154 332 | 78 000 | 6 480 | 69 852"),
        (SECOND, "160 000 | 176 000 | 5 832 | 181 832 | 78 000 | 6 480 | 97 352"),
    ],
)


@PRICED_EXAMPLES
def test_3_7_the_two_priced_examples(inputs: Inputs, row: str) -> None:
    got = price(inputs)
    lines = (
        got.hardware_subtotal,
        got.inflated_base,
        got.dealer_add_on_total,
        got.system_price,
        got.central_subsidy,
        got.state_subsidy,
        got.final_price,
    )
    assert lines == amounts(row)


@PRICED_EXAMPLES
def test_3_7_the_two_priced_examples_by_the_second_pricing(inputs: Inputs, row: str) -> None:
    names = "hardwareSubtotal inflatedBase dealerAddOnTotal systemPrice centralSubsidy stateSubsidy finalPrice"
    got = second_opinion(inputs)
    assert isinstance(got, dict)
    assert [got[name] for name in names.split()] == [amount * 100 for amount in amounts(row)]


@pytest.mark.parametrize(
    ("scheme", "row"),
    [
        (CENTRAL, "0 | 30 000 | 45 000 | 60 000 | 69 000 | 78 000 | 78 000"),
        (S2, "1 980 | 2 000 | 3 000 | 4 000 | 5 000 | 6 000 | 10 000"),
        (S3, "14 850 | 15 000 | 22 500 | 30 000 | 30 000 | 30 000 | 30 000"),
        (S1, "0 | 0 | 0 | 0 | 0 | 0 | 0"),
    ],
)
def test_3_7_the_table_of_subsidies(scheme: SubsidyScheme, row: str) -> None:
    capacities = map(Decimal, ("0.99", "1", "1.5", "2", "2.5", "3", "5.4"))
    got = tuple(subsidy.amount(scheme, kw, is_dcr=True) for kw in capacities)
    assert got == amounts(row)


def test_3_2_each_line_of_the_second_example() -> None:
    got = price(SECOND)
    assert (got.panels, got.inverter, got.bom) == amounts("90 000 | 45 000 | 3 000")
    assert (got.other_charges, got.structure, got.fees) == amounts("12 000 | 1 500 | 8 500")
    assert (got.system_kw, got.inflation_percent) == amounts("3.24 | 10")
    assert (got.dealer_add_on_per_kw, got.commission) == amounts("1 800 | 5 832")
    assert got.total_subsidy == 84480


def test_3_2_final_price_is_never_below_zero() -> None:
    cheap = replace(
        FIRST, panels=(replace(PANEL, unit_price=Decimal(1)),), inverter=replace(FIRST.inverter, unit_price=Decimal(1))
    )
    got = price(cheap)
    assert got.system_price < got.total_subsidy
    assert got.final_price == 0


def test_3_2_an_included_item_counts_once_and_a_chosen_one_by_its_quantity() -> None:
    inputs = replace(
        FIRST,
        bom=(
            bom_line(item_id="ALWAYS"),
            bom_line(item_id="MORE", quantity=Decimal(3)),
            bom_line(item_id="EXTRA", included=False, quantity=Decimal("2.5")),
            bom_line(item_id="UNCHOSEN", included=False),
        ),
    )
    assert {line.item_id: quantity for line, quantity in counted_bom(inputs)} == {
        "ALWAYS": 1,
        "MORE": 3,
        "EXTRA": Decimal("2.5"),
    }
    assert price(inputs).bom == 650


@pytest.mark.parametrize(("cable", "amount"), [(CableType.STANDARD, 20), (CableType.POLYCAB, 30)])
def test_3_2_of_the_included_cables_only_the_chosen_type_counts(cable: CableType, amount: int) -> None:
    assert price(replace(FIRST, cable_type=cable, bom=CABLES)).bom == amount


def test_3_2_a_cable_of_the_other_type_counts_when_it_is_chosen_itself() -> None:
    chosen = replace(CABLES[0], quantity=Decimal(4))
    assert price(replace(FIRST, bom=(chosen, CABLES[1]))).bom == 4 * 20 + 30


def test_3_2_per_kw_multiplies_items_and_other_charges_by_the_capacity() -> None:
    inputs = replace(
        FIRST,
        bom=(bom_line(per_kw=True), bom_line(per_kw=True, quantity=Decimal(2))),
        other_charges=(
            OtherCharge("CHG1", "Overheads", "perKw", Decimal(100)),
            OtherCharge("CHG2", "Company margin", "fixed", Decimal(100)),
        ),
    )
    got = price(inputs)
    assert got.bom == 324 + 648
    assert got.other_charges == 324 + 100


def test_3_2_each_amount_is_rounded_half_up_before_it_is_summed() -> None:
    half_paisa = bom_line(unit_price=Decimal("0.005"))
    assert price(replace(FIRST, bom=(half_paisa, half_paisa))).bom == Decimal("0.02")
    charge = OtherCharge("CHG1", "Overheads", "fixed", Decimal("0.005"))
    assert price(replace(FIRST, other_charges=(charge, charge))).other_charges == Decimal("0.02")


def test_3_2_a_height_of_nothing_costs_nothing() -> None:
    assert price(replace(FIRST, structure=Structure(Decimal(0), Decimal(99)))).structure == 0


def test_3_3_3_4_one_panel_without_dcr_ends_both_subsidies() -> None:
    mixed = (replace(PANEL, quantity=5), replace(PANEL, panel_id="PNL002", is_dcr=False, quantity=1))
    got = price(replace(FIRST, panels=mixed))
    assert (got.total_subsidy, got.final_price) == (Decimal(0), got.system_price)


def test_3_3_the_scheme_says_whether_it_needs_dcr() -> None:
    plain = (replace(PANEL, is_dcr=False),)
    got = price(replace(FIRST, panels=plain, central=replace(CENTRAL, requires_dcr=False)))
    assert (got.central_subsidy, got.state_subsidy) == amounts("78 000 | 0")


def test_3_4_the_type_of_the_discom_goes_before_that_of_the_state() -> None:
    assert subsidy.state_kind("S3", "S1") == "S3"
    assert subsidy.state_kind(None, "S1") == "S1"


def test_3_5_contained_gst_by_the_rates_of_both_periods() -> None:
    now, before = price(FIRST).gst, price(replace(FIRST, gst=GST_2021)).gst
    assert (now.goods_taxable, now.goods_tax) == amounts("99 203.31 | 4 960.17")
    assert (now.services_taxable, now.services_tax) == amounts("42 515.70 | 7 652.82")
    assert (now.goods_rate, now.services_rate) == amounts("5 | 18")
    assert (before.goods_taxable, before.goods_tax) == amounts("94 931.81 | 11 391.82")


def test_3_6_frozen_inputs_price_the_same_after_json() -> None:
    again = from_json(to_json(ODD))
    assert again == ODD
    assert figures(again) == figures(ODD)


def test_3_6_inputs_frozen_in_the_first_writing_price_the_same_for_ever() -> None:
    """The first quotations hold names with underscores and decimals as strings."""
    frozen = json.dumps(asdict(ODD), default=str)
    assert '"unit_price": "0.10"' in frozen
    assert figures(from_json(frozen)) == figures(ODD)


def test_2_3_client_figures_that_agree_pass_however_they_are_written() -> None:
    check_client_figures(price(FIRST), Decimal("3.240"), Decimal(154332), Decimal("69852.0"))
    check_client_figures(price(FIRST))


def test_2_3_client_figures_that_differ_are_refused_naming_both() -> None:
    with refused("RULE_VIOLATION", "systemKw", "systemPrice", "finalPrice") as caught:
        check_client_figures(price(FIRST), Decimal("3.2"), Decimal("154332.01"), Decimal(1))
    details = caught.value.details or {}
    assert details["systemPrice"] == "yours is 154332.01, ours 154332"


def test_every_figure_has_two_decimals() -> None:
    got = price(replace(SECOND, settings=replace(SECOND.settings, inflation_percent=Decimal("9.87654"))))
    assert got.inflated_base == Decimal("175802.46")
    money = [getattr(got, field.name) for field in fields(got) if field.name not in ("gst", "inflation_percent")]
    assert {-amount.as_tuple().exponent for amount in money} == {2}

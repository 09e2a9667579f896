"""Laws of the price, whatever is chosen and whatever it costs (rules.md 3.1-3.6)."""

from dataclasses import fields, replace
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared_code.rules import gst, subsidy
from shared_code.rules.gst import Gst
from shared_code.rules.pricing import Price, figures, price
from shared_code.rules.pricing_inputs import (
    BomLine,
    CableType,
    Fees,
    GstRate,
    Inputs,
    OtherCharge,
    PanelLine,
    Settings,
    Structure,
    SubsidyScheme,
    from_json,
    to_json,
)
from shared_code.rules.rounding import kilowatts
from tests.rules.random_inputs import sound_inputs
from tests.rules.samples import CENTRAL, FIRST, GST_2021, GST_2025, S1, S2, S3

MONEY = st.decimals(0, 200_000, places=2)
FINE = st.decimals(0, 1000, places=4)
NAMES = st.text("अआ₹ab 1", max_size=6)
PERCENT = st.decimals(0, 100, places=2)
CAPACITIES = st.decimals(0, 20, places=2)
SCHEMES = st.sampled_from([CENTRAL, S1, S2, S3])
CAPS = {"central": 78_000, "S1": 0, "S2": 10_000, "S3": 30_000}

PANELS = st.builds(PanelLine, NAMES, NAMES, NAMES, st.integers(300, 700), st.booleans(), MONEY, st.integers(1, 18))
BOM = st.builds(
    BomLine,
    NAMES,
    NAMES,
    st.sampled_from(["Cable", "Structure", "Accessory"]),
    st.none() | st.sampled_from(CableType),
    NAMES,
    FINE,
    st.booleans(),
    st.booleans(),
    st.none() | st.decimals("0.1", 50, places=1),
)
INPUTS = st.builds(
    replace,
    st.just(FIRST),
    panels=st.lists(PANELS, min_size=1, max_size=3).map(tuple),
    cable_type=st.sampled_from(CableType),
    dealer_add_on_per_kw=st.decimals(0, 2000, places=2),
    bom=st.lists(BOM, max_size=3).map(tuple),
    other_charges=st.lists(
        st.builds(OtherCharge, NAMES, NAMES, st.sampled_from(["fixed", "perKw"]), MONEY), max_size=2
    ).map(tuple),
    structure=st.none() | st.builds(Structure, st.just(Decimal(1)), MONEY),
    fees=st.builds(Fees, MONEY, MONEY, MONEY, MONEY, MONEY),
    settings=st.builds(Settings, PERCENT, st.just(Decimal(0)), st.just(Decimal(2000))),
    state=st.sampled_from([S1, S2, S3]),
    gst=st.sampled_from([GST_2021, GST_2025]),
)
CHOSEN = st.builds(replace, BOM, quantity=st.decimals("0.01", 50, places=2))
HALF_A_PAISA = Decimal("0.005")


def with_item(inputs: Inputs, line: BomLine) -> Inputs:
    return replace(inputs, bom=(line, *inputs.bom))


def cheaper(one: Price, other: Price) -> set[str]:
    """The lines before subsidy in which one costs less than the other."""
    names = ("bom", "panels", "hardware_subtotal", "inflated_base", "dealer_add_on_total", "system_price")
    return {name for name in names if getattr(one, name) < getattr(other, name)}


def parts_of(tax: Gst) -> Decimal:
    """The price that the four parts of the contained tax make up."""
    return tax.goods_taxable + tax.goods_tax + tax.services_taxable + tax.services_tax


@given(INPUTS)
def test_3_2_the_lines_add_up(inputs: Inputs) -> None:
    got = figures(inputs)
    parts = (got.panels, got.inverter, got.bom, got.other_charges, got.structure, got.fees)
    assert got.hardware_subtotal == sum(parts)
    assert got.system_price == got.inflated_base + got.dealer_add_on_total
    assert got.total_subsidy == got.central_subsidy + got.state_subsidy
    assert got.final_price == max(0, got.system_price - got.total_subsidy)


@given(INPUTS)
def test_3_2_no_line_is_ever_negative(inputs: Inputs) -> None:
    got = figures(inputs)
    lines = {field.name: getattr(got, field.name) for field in fields(Price) if field.name != "gst"}
    tax = {field.name: getattr(got.gst, field.name) for field in fields(Gst)}
    assert {name: line for name, line in (lines | tax).items() if line < 0} == {}


@given(INPUTS)
def test_3_2_the_commission_is_exactly_the_add_on_and_that_the_add_on_per_kw_half_up(inputs: Inputs) -> None:
    got = figures(inputs)
    assert got.commission == got.dealer_add_on_total == got.system_price - got.inflated_base
    assert -HALF_A_PAISA < got.commission - inputs.dealer_add_on_per_kw * got.system_kw <= HALF_A_PAISA


@given(INPUTS)
def test_3_3_3_4_neither_subsidy_is_above_its_cap(inputs: Inputs) -> None:
    got = figures(inputs)
    assert got.central_subsidy <= CAPS["central"]
    assert got.state_subsidy <= CAPS[inputs.state.kind]


@given(INPUTS)
def test_3_5_the_contained_gst_adds_up_to_the_system_price(inputs: Inputs) -> None:
    got = figures(inputs)
    assert parts_of(got.gst) == got.system_price


@given(INPUTS)
def test_3_6_json_loses_nothing_and_prices_the_same(inputs: Inputs) -> None:
    text = to_json(inputs)
    again = from_json(text)
    assert again == inputs
    assert to_json(again) == text
    assert figures(again) == figures(inputs)


@given(st.integers(0))
def test_3_6_what_is_within_bounds_stays_so_in_json_and_prices_the_same(seed: int) -> None:
    inputs = sound_inputs(Random(seed))
    assert price(from_json(to_json(inputs))) == price(inputs)


@given(INPUTS, st.integers(1, 17))
def test_3_2_more_panels_are_never_cheaper_before_subsidy(inputs: Inputs, added: int) -> None:
    first, *others = inputs.panels
    more = replace(inputs, panels=(replace(first, quantity=first.quantity + added), *others))
    assert not cheaper(figures(more), figures(inputs))


@given(INPUTS, CHOSEN, st.decimals("0.01", 50, places=2))
def test_3_2_more_of_an_item_is_never_cheaper(inputs: Inputs, line: BomLine, added: Decimal) -> None:
    more = replace(line, quantity=(line.quantity or 0) + added)
    assert not cheaper(figures(with_item(inputs, more)), figures(with_item(inputs, line)))


@given(INPUTS, CHOSEN)
def test_3_2_an_item_chosen_costs_the_same_whether_it_is_included_or_not(inputs: Inputs, line: BomLine) -> None:
    included, other = (figures(with_item(inputs, replace(line, included=included))) for included in (True, False))
    assert included == other


@given(INPUTS)
def test_3_3_3_4_without_dcr_there_is_no_subsidy(inputs: Inputs) -> None:
    first, *others = inputs.panels
    plain = replace(inputs, panels=(replace(first, is_dcr=False), *others))
    assert figures(plain).total_subsidy == 0


@given(SCHEMES, CAPACITIES, CAPACITIES)
def test_3_3_3_4_a_subsidy_grows_with_the_capacity_up_to_its_cap(scheme: SubsidyScheme, a: Decimal, b: Decimal) -> None:
    smaller, larger = (subsidy.amount(scheme, kw, is_dcr=True) for kw in sorted((a, b)))
    assert 0 <= smaller <= larger <= CAPS[scheme.kind]


@given(
    st.decimals(0, 10_000_000, places=2),
    st.builds(GstRate, PERCENT, st.decimals(0, 28, places=1), st.decimals(0, 28, places=1)),
)
def test_3_5_the_parts_of_gst_add_up_to_the_price_to_the_paisa(amount: Decimal, rate: GstRate) -> None:
    parts = gst.contained(amount, rate)
    assert parts_of(parts) == amount
    assert abs(parts.goods_tax - parts.goods_taxable * rate.goods_rate / 100) <= Decimal("0.01")
    assert abs(parts.services_tax - parts.services_taxable * rate.services_rate / 100) <= Decimal("0.02")


@given(st.integers(0, 20_000))
def test_3_1_capacity_is_the_nearest_hundredth_and_half_goes_up(watts: int) -> None:
    assert kilowatts(watts) * 100 == (watts + 5) // 10

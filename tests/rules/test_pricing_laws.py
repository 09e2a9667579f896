"""Laws of the price, whatever is chosen and whatever it costs (rules.md 3.1-3.6)."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shared_code.rules import gst, subsidy
from shared_code.rules.pricing import figures
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


@given(INPUTS)
def test_3_2_the_lines_add_up_and_none_is_negative(inputs: Inputs) -> None:
    got = figures(inputs)
    parts = (got.panels, got.inverter, got.bom, got.other_charges, got.structure, got.fees)
    assert min(parts) >= 0
    assert got.hardware_subtotal == sum(parts)
    assert got.system_price == got.inflated_base + got.dealer_add_on_total
    assert got.total_subsidy == got.central_subsidy + got.state_subsidy
    assert got.final_price == max(0, got.system_price - got.total_subsidy)
    assert got.commission == got.dealer_add_on_total


@given(INPUTS)
def test_3_6_json_loses_nothing_and_prices_the_same(inputs: Inputs) -> None:
    text = to_json(inputs)
    again = from_json(text)
    assert again == inputs
    assert to_json(again) == text
    assert figures(again) == figures(inputs)


@given(INPUTS)
def test_3_2_one_panel_more_is_never_cheaper_before_subsidy(inputs: Inputs) -> None:
    first, *others = inputs.panels
    more = replace(inputs, panels=(replace(first, quantity=first.quantity + 1), *others))
    assert figures(more).system_price >= figures(inputs).system_price


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
    st.decimals(1, 10_000_000, places=2),
    st.builds(GstRate, PERCENT, st.decimals(0, 28, places=1), st.decimals(0, 28, places=1)),
)
def test_3_5_the_parts_of_gst_add_up_to_the_price_to_the_paisa(amount: Decimal, rate: GstRate) -> None:
    parts = gst.contained(amount, rate)
    assert parts.goods_taxable + parts.goods_tax + parts.services_taxable + parts.services_tax == amount
    assert abs(parts.goods_tax - parts.goods_taxable * rate.goods_rate / 100) <= Decimal("0.01")
    assert abs(parts.services_tax - parts.services_taxable * rate.services_rate / 100) <= Decimal("0.02")


@given(st.integers(0, 20_000))
def test_3_1_capacity_is_the_nearest_hundredth_and_half_goes_up(watts: int) -> None:
    assert kilowatts(watts) * 100 == (watts + 5) // 10

"""The price is proven by a second pricing that shares no code with it, on 100 000 inputs (rules.md 3.1-3.5)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from itertools import product
from operator import attrgetter

import pytest

from shared_code.rules import subsidy
from shared_code.rules.gst import Gst
from shared_code.rules.pricing import Price, price
from shared_code.rules.pricing_inputs import Inputs, SubsidyScheme
from shared_code.rules.refusal import Refusal
from tests.rules.random_inputs import random_inputs
from tests.rules.samples import CENTRAL, S1, S2, S3
from tests.rules.second_opinion import Refused, published_subsidy, second_opinion, subsidy_type

SEEDS = (1, 2, 3, 4)
INPUTS_OF_A_SEED = 25_000
INSPECTED_OF_A_SEED = 2_500

Outcome = Mapping[str, Decimal | int] | Refused

_NAMES = [field.name for field in fields(Price) if field.name != "gst"] + [f"gst.{field.name}" for field in fields(Gst)]


def wire_name(name: str) -> str:
    first, *words = name.removeprefix("gst.").split("_")
    return first + "".join(map(str.title, words))


WIRE_NAMES = [wire_name(name) for name in _NAMES]
FIGURES = attrgetter(*_NAMES)


def first_opinion(inputs: Inputs) -> Outcome:
    """What the product says: every line in hundredths, or the code and the fields of its refusal."""
    try:
        got = price(inputs)
    except Refusal as refusal:
        return refusal.code, frozenset(refusal.details or ())
    return {name: figure * 100 for name, figure in zip(WIRE_NAMES, FIGURES(got), strict=True)}


def difference(first: Outcome, second: Outcome) -> str:
    """The first line that differs, as later ones follow from it; or both outcomes where one is a refusal."""
    if isinstance(first, tuple) or isinstance(second, tuple):
        told, other = (fate if isinstance(fate, tuple) else "priced" for fate in (first, second))
        return f"{told} here, {other} by the second opinion"
    differing = [name for name in {**first, **second} if first.get(name) != second.get(name)]
    name, *others = differing
    return f"{name} is {first.get(name)} hundredths here, {second.get(name)} by the second opinion; so {others}"


@pytest.mark.parametrize("seed", SEEDS)
def test_two_pricings_agree_on_every_line_and_every_refusal(seed: int) -> None:
    for index in range(INPUTS_OF_A_SEED):
        inputs = random_inputs(seed, index)
        first, second = first_opinion(inputs), second_opinion(inputs)
        if first != second:
            pytest.fail(f"random_inputs({seed}, {index}): {difference(first, second)}\n{inputs}")


@pytest.mark.parametrize("scheme", [CENTRAL, S1, S2, S3])
def test_3_3_3_4_the_tiers_of_the_seed_give_what_the_published_text_says(scheme: SubsidyScheme) -> None:
    for hundredths in range(2001):
        granted = subsidy.amount(scheme, Decimal(hundredths) / 100, is_dcr=True)
        assert granted == published_subsidy(scheme.kind, Fraction(hundredths, 100)), f"{hundredths / 100} kW"


def test_3_4_both_choose_the_same_type_of_subsidy() -> None:
    for of_discom, of_state in product((None, "S1", "S2", "S3"), ("S1", "S2", "S3")):
        assert subsidy.state_kind(of_discom, of_state) == subsidy_type(of_discom, of_state)


def edges(inputs: Inputs, outcome: Outcome) -> Iterator[str]:
    """What is particular about inputs, so that it can be counted."""
    yield from choice_edges(inputs, "refused" if isinstance(outcome, tuple) else "priced")
    if isinstance(outcome, tuple):
        code, names = outcome
        yield from (f"{code} {name}{'' if len(names) > 1 else ' alone'}" for name in names)
        return
    yield from bom_edges(inputs)
    yield f"capacity {outcome['systemKw']}"
    yield f"GST {inputs.gst.goods_share} {inputs.gst.goods_rate} {inputs.gst.services_rate}"
    yield f"{inputs.state.kind} {'by the DISCOM' if inputs.discom.subsidy_type else 'by the state'}"
    dcr = {panel.is_dcr for panel in inputs.panels}
    granted = "granted" if outcome["totalSubsidy"] else "nothing"
    yield f"panels {'mixed' if len(dcr) == 2 else 'DCR' if True in dcr else 'without DCR'}, {granted}"
    if outcome["totalSubsidy"] > outcome["systemPrice"] > 0 == outcome["finalPrice"]:
        yield "more subsidy than price"
    if outcome["hardwareSubtotal"] * (10_000 + outcome["inflationPercent"]) % 10_000 == 5_000:
        yield "half a paisa of inflation"
    if outcome["dealerAddOnPerKw"] * outcome["systemKw"] % 100 == 50:
        yield "half a paisa of add-on"


def choice_edges(inputs: Inputs, fate: str) -> Iterator[str]:
    """Where the choice stands to its bounds."""
    settings, add_on = inputs.settings, inputs.dealer_add_on_per_kw
    watts = sum(panel.wattage * panel.quantity for panel in inputs.panels)
    kw = Decimal((watts + 5) // 10) / 100
    yield f"{fate}: {inputs.phase} {sum(panel.quantity for panel in inputs.panels)}"
    yield f"{fate}: inverter {inputs.inverter.capacity_kw - kw * 85 / 100:+.4f} beside the least"
    yield f"{fate}: inverter {inputs.inverter.capacity_kw - kw * 115 / 100:+.4f} beside the most"
    yield f"{fate}: add-on {add_on - settings.dealer_add_on_min:+.2f} beside the least"
    yield f"{fate}: add-on {add_on - settings.dealer_add_on_max:+.2f} beside the most"
    yield f"{fate}: height {inputs.extra_structure_height.normalize():f}"
    yield f"{fate}: inflation {settings.inflation_percent.normalize():f}"
    if watts % 10 == 5:
        yield f"{fate}: half a hundredth of a kW"


def bom_edges(inputs: Inputs) -> Iterator[str]:
    """How each item comes into the system."""
    for item in inputs.bom:
        role = f"{'included' if item.included else 'not included'}{' and chosen' if item.quantity else ''}"
        kind = "item" if item.type != "Cable" else "this cable" if item.cable_type == inputs.cable_type else "cable"
        yield f"{kind} {role}"
        if item.quantity and item.unit_price * item.quantity % Decimal("0.01") == Decimal("0.005"):
            yield "half a paisa of an item"
        if item.per_kw and not item.unit_price:
            yield "an item for nothing"


EDGES = [
    *(f"priced: Single {count}" for count in (4, 5, 8, 9)),
    *(f"priced: Three {count}" for count in (7, 8, 17, 18)),
    *(f"refused: {edge}" for edge in ("Single 3", "Single 10", "Three 6", "Three 19")),
    *(f"priced: inverter +0.0000 beside the {bound}" for bound in ("least", "most")),
    *(f"refused: inverter -{beyond} beside the least" for beyond in ("0.0100", "0.0001")),
    *(f"refused: inverter +{beyond} beside the most" for beyond in ("0.0100", "0.0001")),
    *(f"priced: add-on +0.00 beside the {bound}" for bound in ("least", "most")),
    *(f"refused: add-on {edge}" for edge in ("-0.01 beside the least", "+0.01 beside the most")),
    *(f"priced: height {height}" for height in ("0", "0.5", "1", "1.5", "2")),
    *(f"priced: inflation {percent}" for percent in (0, 10, 100)),
    "priced: half a hundredth of a kW",
    *(f"capacity {kw}" for edge in (100, 200, 300, 500) for kw in (edge - 1, edge, edge + 1)),
    *(f"GST {rate}" for rate in ("70 5 18", "70 12 18", "80 7.5 12.25")),
    *(f"{kind} by the {whose}" for kind in ("S1", "S2", "S3") for whose in ("DISCOM", "state")),
    *(f"panels {dcr}, {granted}" for dcr in ("mixed", "DCR", "without DCR") for granted in ("granted", "nothing")),
    "more subsidy than price",
    *(f"half a paisa of {what}" for what in ("inflation", "add-on", "an item")),
    "an item for nothing",
    *(
        f"{kind} {role}{chosen}"
        for kind in ("item", "this cable", "cable")
        for role in ("included", "not included")
        for chosen in ("", " and chosen")
    ),
    *(
        f"RULE_VIOLATION {name}{alone}"
        for name in ("inverterId", "extraStructureHeight", "dealerAddOnPerKw", "bom", "discom", "phase", "smartMeter")
        for alone in ("", " alone")
    ),
    "RULE_VIOLATION panels",
    *(f"MASTER_DATA_MISSING {name}{alone}" for name in ("discom", "extraStructureHeight") for alone in ("", " alone")),
]


def test_the_inputs_meet_every_edge_again_and_again() -> None:
    met: Counter[str] = Counter()
    refused = 0
    for seed, index in product(SEEDS, range(INSPECTED_OF_A_SEED)):
        inputs = random_inputs(seed, index)
        outcome = second_opinion(inputs)
        refused += isinstance(outcome, tuple)
        met.update(edges(inputs, outcome))
    assert {edge: met[edge] for edge in EDGES if met[edge] < 10} == {}
    assert 0.15 < refused / (len(SEEDS) * INSPECTED_OF_A_SEED) < 0.25


def test_a_difference_is_told_by_the_line_it_begins_with() -> None:
    first, second = {"bom": 1, "systemPrice": 2, "fees": 3}, {"bom": 1, "systemPrice": 4, "fees": 5}
    assert difference(first, second) == "systemPrice is 2 hundredths here, 4 by the second opinion; so ['fees']"

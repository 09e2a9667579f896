"""Inputs of quotations by chance, realistic and nasty: every edge of the rules is met again and again (rules.md 3).

The same seed and index always give the same inputs, so that a failure is replayed by naming both.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from shared_code.rules.pricing_inputs import (
    BomLine,
    CableType,
    Discom,
    Fees,
    GstRate,
    Inputs,
    Inverter,
    OtherCharge,
    PanelLine,
    Phase,
    Settings,
    Structure,
    SubsidyScheme,
    Tier,
)
from tests.rules.samples import CENTRAL, GST_2021, GST_2025, S1, S2, S3
from tests.rules.second_opinion import subsidy_type

PANEL_EDGES = {Phase.SINGLE: (4, 9), Phase.THREE: (7, 18)}
WATTAGES = (335, 400, 445, 535, 540, 545, 550, 575, 590, 605)
TIER_EDGES = (1000, 2000, 3000, 5000)
NEAR_AN_EDGE = (-10, -6, -5, -1, 0, 0, 0, 4, 5, 10)
HEIGHTS = tuple(map(Decimal, ("0", "0", "0.0", "0.5", "1", "1.0", "1.5", "2")))
WRONG_HEIGHTS = tuple(map(Decimal, ("-0.5", "0.25", "0.75", "2.01", "2.5", "3")))
HALF_PAISE = tuple(map(Decimal, ("0", "0.005", "0.01", "0.05", "0.15", "1.115", "2.675", "33.335", "999.995")))
STATE_SCHEMES = {"S1": S1, "S2": S2, "S3": S3}
GST_RATES = (GST_2025, GST_2021, GST_2025, GST_2021, GstRate(Decimal(80), Decimal("7.5"), Decimal("12.25")))
HUNDREDTH = Decimal("0.01")
NAMES = ("Raipur Solar", "सूर्य ₹")


def random_inputs(seed: int, index: int) -> Inputs:
    """The inputs of that number; about one in five breaks one rule or more, or lacks master data."""
    chance = Random(seed * 1_000_000 + index)
    inputs = sound_inputs(chance)
    while chance.random() < 0.2:
        inputs = replace(inputs, **chance.choice(FLAWS)(inputs, chance))
    return inputs


def sound_inputs(chance: Random) -> Inputs:
    """Inputs within every bound, at the bounds as often as between them."""
    phase = chance.choice(tuple(Phase))
    panels = some_panels(chance, phase)
    settings = some_settings(chance)
    discom, state = a_place(chance)
    height = chance.choice(HEIGHTS)
    return Inputs(
        state_code=discom.state_code,
        discom=discom,
        phase=phase,
        smart_meter=chance.random() < 0.5,
        panels=panels,
        inverter=an_inverter(chance, phase, capacity(panels)),
        cable_type=chance.choice(tuple(CableType)),
        extra_structure_height=height,
        dealer_add_on_per_kw=an_add_on(chance, settings),
        bom=tuple(an_item(chance, number) for number in range(chance.randrange(6))),
        other_charges=tuple(a_charge(chance, number) for number in range(chance.randrange(4))),
        structure=Structure(height, a_price(chance)) if height or chance.random() < 0.5 else None,
        fees=Fees(*(a_price(chance) for _ in range(5))),
        settings=settings,
        central=a_scheme(chance, CENTRAL),
        state=a_scheme(chance, state),
        gst=chance.choice(GST_RATES),
    )


def some_panels(chance: Random, phase: Phase) -> tuple[PanelLine, ...]:
    """Panels of one kind or two; every third time their watts are at the edge of a tier or within its rounding."""
    least, most = PANEL_EDGES[phase]
    count = chance.choice((least, most, chance.randint(least, most)))
    first = chance.randint(1, count) if chance.random() < 0.5 else count
    wattages = (chance.choice(WATTAGES), chance.choice(WATTAGES))
    if chance.random() < 0.35:
        total = chance.choice(TIER_EDGES) + chance.choice(NEAR_AN_EDGE)
        first = count - 1
        wattages = (total // count, total - total // count * first)
    quantities = [quantity for quantity in (first, count - first) if quantity]
    all_dcr = chance.random() < 0.7
    return tuple(
        PanelLine(
            f"PNL{at}", NAMES[0], NAMES[1], wattages[at], all_dcr or chance.random() < 0.5, a_price(chance), quantity
        )
        for at, quantity in enumerate(quantities)
    )


def capacity(panels: tuple[PanelLine, ...]) -> Decimal:
    """The watts as kW to two decimals, half up: what the bounds of an inverter are taken from."""
    return Decimal((sum(panel.wattage * panel.quantity for panel in panels) + 5) // 10).scaleb(-2)


def an_inverter(chance: Random, phase: Phase, kw: Decimal) -> Inverter:
    """One that fits, its share of the capacity at either edge as often as between."""
    share = chance.choice((Decimal(85), Decimal(115), Decimal(chance.randint(85, 115)))) / 100
    return Inverter("INV1", NAMES[0], "X", kw * share, phase, a_price(chance))


def some_settings(chance: Random) -> Settings:
    """Inflation from 0 to 100 %, the bounds of the add-on as they are or otherwise."""
    inflation = chance.choice((Decimal(10), Decimal(0), Decimal(100), hundredths(chance, 10_000)))
    least, most = chance.choice(((Decimal(0), Decimal(2000)), (Decimal("250.5"), Decimal("1999.99"))))
    return Settings(inflation, least, most)


def an_add_on(chance: Random, settings: Settings) -> Decimal:
    """At either bound as often as between them."""
    least, most = settings.dealer_add_on_min, settings.dealer_add_on_max
    return chance.choice((least, most, Decimal(1800), least + hundredths(chance, int((most - least) * 100))))


def a_place(chance: Random) -> tuple[Discom, SubsidyScheme]:
    """A DISCOM that offers everything, and the scheme by its own type or, where it has none, by its state's."""
    of_discom = chance.choice((None, None, "S1", "S2", "S3"))
    kind = subsidy_type(of_discom, chance.choice(("S1", "S2", "S3")))
    discom = Discom("DIS1", "PGVCL", chance.choice(("GJ", "MH")), tuple(Phase), (False, True), of_discom)
    return discom, STATE_SCHEMES[kind]


def a_scheme(chance: Random, seeded: SubsidyScheme) -> SubsidyScheme:
    """The scheme of the seed; now and then one that asks for no DCR panels, has tiers of its own or is generous."""
    fate = chance.random()
    if fate < 0.6:
        return seeded
    if fate < 0.75:
        return replace(seeded, requires_dcr=False)
    edges = sorted({hundredths(chance, 1000) for _ in range(chance.randint(1, 4))} | {Decimal(3)})
    generous = 10 if fate > 0.9 else 1
    tiers = (Tier(edge, a_price(chance) * generous, hundredths(chance, 3_000_000)) for edge in edges)
    return replace(seeded, requires_dcr=chance.random() < 0.5, tiers=tuple(tiers))


def an_item(chance: Random, number: int) -> BomLine:
    """An item of the BOM: included, chosen, both or neither; half of them cables of either type or of none."""
    cable = chance.random() < 0.5
    quantity = chance.choice((None, None, Decimal(1), 1 + hundredths(chance, 5_000), HUNDREDTH))
    return BomLine(
        f"BOM{number}",
        NAMES[0],
        "Cable" if cable else chance.choice(("Structure", "Accessory")),
        chance.choice((None, CableType.STANDARD, CableType.POLYCAB)) if cable else None,
        "m",
        a_price(chance),
        chance.random() < 0.4,
        chance.random() < 0.6,
        quantity,
    )


def a_charge(chance: Random, number: int) -> OtherCharge:
    """A charge, fixed or by the kW."""
    return OtherCharge(f"CHG{number}", "Overheads", chance.choice(("fixed", "perKw")), a_price(chance))


def a_price(chance: Random) -> Decimal:
    """₹ from nothing to a hundred thousand, often with paise, now and then with half a paisa."""
    fate = chance.random()
    if fate < 0.2:
        return chance.choice(HALF_PAISE)
    return Decimal(chance.randrange(100_000)) if fate < 0.4 else hundredths(chance, 10_000_000)


def hundredths(chance: Random, most: int) -> Decimal:
    """Any number of hundredths from 0 to `most`."""
    return Decimal(chance.randint(0, most)).scaleb(-2)


def flawed_panels(inputs: Inputs, chance: Random) -> dict[str, Any]:
    """One panel too few or too many in all, or a kind of which there is none or less than none."""
    first, *others = inputs.panels
    least, most = PANEL_EDGES[inputs.phase]
    rest = sum(panel.quantity for panel in others)
    quantity = chance.choice((least - 1 - rest, most + 1 - rest, 0, -1, 30))
    filled = replace(first, panel_id="PNL9", wattage=540, quantity=least)
    return {"panels": (replace(first, quantity=quantity), *others, *([filled] if quantity < 1 else []))}


def flawed_inverter(inputs: Inputs, chance: Random) -> dict[str, Any]:
    """An inverter of the other phase, or one hundredth or less beyond either bound of its share."""
    least, most = (capacity(inputs.panels) * percent / 100 for percent in (85, 115))
    other = Phase.THREE if inputs.phase == Phase.SINGLE else Phase.SINGLE
    beyond = chance.choice((HUNDREDTH, HUNDREDTH**2))
    flaws = ({"phase": other}, {"capacity_kw": least - beyond}, {"capacity_kw": most + beyond})
    return {"inverter": replace(inputs.inverter, **chance.choice(flaws))}


def flawed_add_on(inputs: Inputs, chance: Random) -> dict[str, Any]:
    """One paisa below the lower or above the upper bound."""
    settings = inputs.settings
    beyond = (settings.dealer_add_on_min - HUNDREDTH, settings.dealer_add_on_max + HUNDREDTH)
    return {"dealer_add_on_per_kw": chance.choice(beyond)}


def flawed_bom(inputs: Inputs, chance: Random) -> dict[str, Any]:
    """An item of which nothing or less than nothing is chosen."""
    quantity = chance.choice((Decimal(0), Decimal("0.00"), -HUNDREDTH))
    return {"bom": (*inputs.bom, replace(an_item(chance, 9), quantity=quantity))}


def flawed_discom(inputs: Inputs, chance: Random) -> dict[str, Any]:
    """A DISCOM of another state, or one that does not offer the phase or the meter."""
    flaws: list[dict[str, Any]] = [
        {"state_code": "KA"},
        {"phases": tuple(phase for phase in Phase if phase != inputs.phase)},
        {"smart_meter_options": (not inputs.smart_meter,)},
    ]
    return {"discom": replace(inputs.discom, **chance.choice(flaws))}


def missing_structure(inputs: Inputs, chance: Random) -> dict[str, Any]:
    """A height for which there is no row, or only the row of another one."""
    other = Structure(Decimal("0.5"), Decimal(700))
    return {"extra_structure_height": Decimal(2), "structure": chance.choice((None, other))}


FLAWS: tuple[Callable[[Inputs, Random], dict[str, Any]], ...] = (
    flawed_panels,
    flawed_inverter,
    flawed_add_on,
    flawed_bom,
    flawed_discom,
    lambda _, chance: {"extra_structure_height": chance.choice(WRONG_HEIGHTS)},
    missing_structure,
    lambda _, __: {"fees": None},
)

"""A second pricing of quotations, written from the rules alone so that the first one can be proven by it.

It shares no code with the product and counts otherwise: whole hundredths (paise, hundredths of a kW, hundredths of
a percent) and exact fractions, rounded by hand.
"""

from collections.abc import Iterator
from fractions import Fraction

from shared_code.rules.pricing_inputs import Inputs

PANELS_IN_ALL = {"Single": range(4, 9 + 1), "Three": range(7, 18 + 1)}
HEIGHTS = [Fraction(halves, 2) for halves in range(5)]

Lines = dict[str, int]
Refused = tuple[str, frozenset[str]]


def second_opinion(inputs: Inputs) -> Lines | Refused:
    """Every named line in hundredths, or the code and the fields of the refusal (rules.md 3.1-3.5, api.md 2.3)."""
    if fields := frozenset(breaches(inputs)):
        return "RULE_VIOLATION", fields
    if fields := frozenset(missing(inputs)):
        return "MASTER_DATA_MISSING", fields
    return lines(inputs)


def breaches(inputs: Inputs) -> Iterator[str]:
    """The fields outside what the business allows (rules.md 3.1); what is counted is counted at least once."""
    quantities = [panel.quantity for panel in inputs.panels]
    if sum(quantities) not in PANELS_IN_ALL[inputs.phase] or min(quantities) < 1:
        yield "panels"
    share_of_inverter = Fraction(inputs.inverter.capacity_kw) * 10_000 / hundredths_of_kw(inputs)
    if not 85 <= share_of_inverter <= 115 or inputs.inverter.phase != inputs.phase:
        yield "inverterId"
    if inputs.extra_structure_height not in HEIGHTS:
        yield "extraStructureHeight"
    if not inputs.settings.dealer_add_on_min <= inputs.dealer_add_on_per_kw <= inputs.settings.dealer_add_on_max:
        yield "dealerAddOnPerKw"
    if any(item.quantity is not None and item.quantity <= 0 for item in inputs.bom):
        yield "bom"
    if inputs.discom.state_code != inputs.state_code:
        yield "discom"
    if inputs.phase not in inputs.discom.phases:
        yield "phase"
    if inputs.smart_meter not in inputs.discom.smart_meter_options:
        yield "smartMeter"


def missing(inputs: Inputs) -> Iterator[str]:
    """The fields for whose choice master data has no row (rules.md 3.2)."""
    if inputs.fees is None:
        yield "discom"
    height = inputs.extra_structure_height
    if height and (inputs.structure is None or inputs.structure.height != height):
        yield "extraStructureHeight"


def lines(inputs: Inputs) -> Lines:
    """The price from the hardware to what the customer pays (rules.md 3.2)."""
    parts = hardware(inputs)
    subtotal = sum(parts.values())
    inflated = half_up(subtotal * (1 + Fraction(inputs.settings.inflation_percent) / 100))
    add_on = paise(Fraction(inputs.dealer_add_on_per_kw) * kilowatts(inputs))
    system = inflated + add_on
    subsidies = {"centralSubsidy": subsidy(inputs, "central"), "stateSubsidy": subsidy(inputs, "state")}
    total = sum(subsidies.values())
    taken_over = {
        "inflationPercent": half_up(Fraction(inputs.settings.inflation_percent) * 100),
        "dealerAddOnPerKw": paise(Fraction(inputs.dealer_add_on_per_kw)),
    }
    totals = {"hardwareSubtotal": subtotal, "inflatedBase": inflated, "dealerAddOnTotal": add_on, "commission": add_on}
    net = {"systemPrice": system, "totalSubsidy": total, "finalPrice": system - total if system > total else 0}
    capacity = {"systemKw": hundredths_of_kw(inputs)}
    return capacity | taken_over | parts | totals | subsidies | net | contained_gst(inputs, system)


def hardware(inputs: Inputs) -> Lines:
    """The six parts of the hardware, each of its items rounded before they are summed (rules.md 3.2)."""
    kw, fees, structure = kilowatts(inputs), inputs.fees, inputs.structure
    assert fees
    five_fees = (fees.discom_fee, fees.discom_misc, fees.installation, fees.meter, fees.modem_box)
    charges = [Fraction(charge.amount) * (kw if charge.basis == "perKw" else 1) for charge in inputs.other_charges]
    return {
        "panels": sum(paise(Fraction(panel.unit_price) * panel.quantity) for panel in inputs.panels),
        "inverter": paise(Fraction(inputs.inverter.unit_price)),
        "bom": sum(bom_amounts(inputs, kw)),
        "otherCharges": sum(map(paise, charges)),
        "structure": paise(Fraction(structure.price)) if structure and inputs.extra_structure_height else 0,
        "fees": sum(paise(Fraction(fee)) for fee in five_fees),
    }


def bom_amounts(inputs: Inputs, kw: Fraction) -> Iterator[int]:
    """A chosen item by its quantity, any other included one once, of the cables the one of the type (rules.md 3.2)."""
    for item in inputs.bom:
        amount = Fraction(item.unit_price) * (kw if item.per_kw else 1)
        if item.quantity is not None:
            yield paise(amount * Fraction(item.quantity))
        elif item.included and (item.type != "Cable" or item.cable_type == inputs.cable_type):
            yield paise(amount)


def subsidy(inputs: Inputs, which: str) -> int:
    """The last tier from which the capacity counts, nothing where DCR is asked and one panel is not (3.3, 3.4)."""
    scheme = inputs.central if which == "central" else inputs.state
    if scheme.requires_dcr and any(not panel.is_dcr for panel in inputs.panels):
        return 0
    kw, granted = kilowatts(inputs), Fraction(0)
    for tier in scheme.tiers:
        beyond = kw - Fraction(tier.from_kw)
        if beyond >= 0:
            granted = Fraction(tier.amount) + Fraction(tier.per_kw) * beyond
    return paise(granted)


def published_subsidy(kind: str, kw: Fraction) -> Fraction:
    """The subsidy in ₹ for DCR panels as the government's text has it, without tiers (rules.md 3.3, 3.4)."""
    if kind == "central":
        below_three = 30_000 * kw if kw <= 2 else 60_000 + 18_000 * (kw - 2)
        return Fraction(0 if kw < 1 else 78_000 if kw > 3 else below_three)
    per_kw, cap = {"S1": (0, 0), "S2": (2_000, 10_000), "S3": (15_000, 30_000)}[kind]
    return min(per_kw * kw, Fraction(cap))


def subsidy_type(of_discom: str | None, of_state: str) -> str:
    """The type of the DISCOM where it has one, else the state's (rules.md 3.4)."""
    return of_state if of_discom is None else of_discom


def contained_gst(inputs: Inputs, system_price: int) -> Lines:
    """The tax within a price in paise; the tax on services is what the other three leave (rules.md 3.5)."""
    goods, goods_rate, services_rate = (
        Fraction(percent) / 100 for percent in (inputs.gst.goods_share, inputs.gst.goods_rate, inputs.gst.services_rate)
    )
    taxable = system_price / (1 + goods * goods_rate + (1 - goods) * services_rate)
    parts = {
        "goodsTaxable": half_up(goods * taxable),
        "goodsTax": half_up(goods_rate * goods * taxable),
        "servicesTaxable": half_up((1 - goods) * taxable),
    }
    rates = {"goodsRate": half_up(goods_rate * 10_000), "servicesRate": half_up(services_rate * 10_000)}
    return parts | rates | {"servicesTax": system_price - sum(parts.values())}


def hundredths_of_kw(inputs: Inputs) -> int:
    """The capacity, half up (rules.md 3.1)."""
    return (sum(panel.wattage * panel.quantity for panel in inputs.panels) + 5) // 10


def kilowatts(inputs: Inputs) -> Fraction:
    """The capacity that prices and subsidies count with (rules.md 3.1)."""
    return Fraction(hundredths_of_kw(inputs), 100)


def paise(rupees: Fraction) -> int:
    """Exact ₹ to paise, half up (rules.md 3.2)."""
    return half_up(rupees * 100)


def half_up(exact: Fraction) -> int:
    """The nearest whole number; from the half on it is the upper one."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)

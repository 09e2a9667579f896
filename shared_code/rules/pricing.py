"""The price of a rooftop system, from its frozen inputs to what the customer pays (rules.md 3.1-3.5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from shared_code.rules import gst, subsidy
from shared_code.rules.pricing_bounds import capacity_kw, check_bounds, check_system_price
from shared_code.rules.pricing_inputs import BomLine, Inputs
from shared_code.rules.refusal import against_rule
from shared_code.rules.rounding import NOTHING, paise, plain


@dataclass(frozen=True)
class Price:
    """Each named line of a quotation in ₹, as api.md 2.3 names it; system_kw in kW, inflation in percent."""

    system_kw: Decimal
    panels: Decimal
    inverter: Decimal
    bom: Decimal
    other_charges: Decimal
    structure: Decimal
    fees: Decimal
    hardware_subtotal: Decimal
    inflation_percent: Decimal
    inflated_base: Decimal
    dealer_add_on_per_kw: Decimal
    dealer_add_on_total: Decimal
    commission: Decimal
    system_price: Decimal
    central_subsidy: Decimal
    state_subsidy: Decimal
    total_subsidy: Decimal
    final_price: Decimal
    gst: gst.Gst


@dataclass(frozen=True)
class _Hardware:
    panels: Decimal
    inverter: Decimal
    bom: Decimal
    other_charges: Decimal
    structure: Decimal
    fees: Decimal

    @property
    def subtotal(self) -> Decimal:
        return self.panels + self.inverter + self.bom + self.other_charges + self.structure + self.fees


def price(inputs: Inputs) -> Price:
    """Price a system for a new quotation.

    Raises `RULE_VIOLATION` and `MASTER_DATA_MISSING`, naming every field.
    """
    check_bounds(inputs)
    priced = figures(inputs)
    check_system_price(priced.system_price)
    return priced


def figures(inputs: Inputs) -> Price:
    """The figures of inputs that were within bounds when they were frozen: the same for ever (rules.md 3.6)."""
    system_kw = capacity_kw(inputs)
    hardware = _hardware(inputs, system_kw)
    inflated = paise(hardware.subtotal * (100 + inputs.settings.inflation_percent) / 100)
    add_on_per_kw = paise(inputs.dealer_add_on_per_kw)
    add_on = paise(add_on_per_kw * system_kw)
    system_price = inflated + add_on
    is_dcr = subsidy.all_dcr(inputs.panels)
    central = subsidy.amount(inputs.central, system_kw, is_dcr)
    state = subsidy.amount(inputs.state, system_kw, is_dcr)
    return Price(
        system_kw=system_kw,
        panels=hardware.panels,
        inverter=hardware.inverter,
        bom=hardware.bom,
        other_charges=hardware.other_charges,
        structure=hardware.structure,
        fees=hardware.fees,
        hardware_subtotal=hardware.subtotal,
        inflation_percent=inputs.settings.inflation_percent,
        inflated_base=inflated,
        dealer_add_on_per_kw=add_on_per_kw,
        dealer_add_on_total=add_on,
        commission=add_on,
        system_price=system_price,
        central_subsidy=central,
        state_subsidy=state,
        total_subsidy=central + state,
        final_price=max(NOTHING, system_price - central - state),
        gst=gst.contained(system_price, inputs.gst),
    )


def check_client_figures(
    ours: Price,
    system_kw: Decimal | None = None,
    system_price: Decimal | None = None,
    final_price: Decimal | None = None,
) -> None:
    """Refuse figures of a client that differ from ours, naming both: `RULE_VIOLATION` (api.md 2.3)."""
    pairs = {
        "systemKw": (system_kw, ours.system_kw),
        "systemPrice": (system_price, ours.system_price),
        "finalPrice": (final_price, ours.final_price),
    }
    differing = {
        name: f"yours is {plain(sent)}, ours {plain(computed)}"
        for name, (sent, computed) in pairs.items()
        if sent is not None and sent != computed
    }
    if differing:
        raise against_rule(differing)


def counted_bom(inputs: Inputs) -> tuple[tuple[BomLine, Decimal], ...]:
    """The items that belong to the system with their quantities (rules.md 3.2).

    Chosen ones by their quantity; included ones once, of the cables only that of the chosen type.
    """
    return tuple(
        (line, _quantity(line)) for line in inputs.bom if line.quantity is not None or _comes_along(line, inputs)
    )


def _comes_along(line: BomLine, inputs: Inputs) -> bool:
    return line.included and (line.type != "Cable" or line.cable_type is inputs.cable_type)


def _quantity(line: BomLine) -> Decimal:
    return Decimal(1) if line.quantity is None else line.quantity


def _hardware(inputs: Inputs, system_kw: Decimal) -> _Hardware:
    return _Hardware(
        panels=_sum(line.unit_price * line.quantity for line in inputs.panels),
        inverter=paise(inputs.inverter.unit_price),
        bom=_sum(
            line.unit_price * quantity * (system_kw if line.per_kw else 1) for line, quantity in counted_bom(inputs)
        ),
        other_charges=_sum(
            charge.amount * (system_kw if charge.basis == "perKw" else 1) for charge in inputs.other_charges
        ),
        structure=paise(inputs.structure.price) if inputs.structure and inputs.extra_structure_height else NOTHING,
        fees=_fees(inputs),
    )


def _fees(inputs: Inputs) -> Decimal:
    fees = inputs.fees
    assert fees is not None, "check_bounds refuses inputs without fees"
    return _sum((fees.discom_fee, fees.discom_misc, fees.installation, fees.meter, fees.modem_box))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    """Each amount is rounded, then summed."""
    return sum(map(paise, amounts), NOTHING)

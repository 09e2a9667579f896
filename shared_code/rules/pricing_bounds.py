"""What a system may be made of: the bounds of a quotation's inputs (rules.md 3.1)."""

from collections.abc import Mapping
from decimal import Decimal

from shared_code.rules.pricing_inputs import Inputs, Phase
from shared_code.rules.refusal import against_rule, missing_master_data
from shared_code.rules.rounding import kilowatts, plain

PANELS_IN_ALL: Mapping[Phase, tuple[int, int]] = {Phase.SINGLE: (4, 9), Phase.THREE: (7, 18)}
INVERTER_SHARE = (Decimal("0.85"), Decimal("1.15"))
STRUCTURE_HEIGHTS = tuple(Decimal(height) for height in ("0", "0.5", "1", "1.5", "2"))
TOO_DEAR = Decimal(10_000_000_000)  # ₹ 1 000 crore: what a quotation can no longer say in words


def capacity_kw(inputs: Inputs) -> Decimal:
    """The system's kW, rounded half up to two decimals."""
    return kilowatts(sum(line.wattage * line.quantity for line in inputs.panels))


def check_bounds(inputs: Inputs) -> None:
    """Refuse inputs out of bounds, all of them at once: wire field -> bounds.

    Raises `RULE_VIOLATION`, then `MASTER_DATA_MISSING` for a height or a connection without a row.
    """
    breaches = _panels(inputs) | _inverter(inputs) | _extras(inputs) | _site(inputs)
    if breaches:
        raise against_rule(breaches)
    missing = _missing_rows(inputs)
    if missing:
        raise missing_master_data(missing)


def check_system_price(system_price: Decimal) -> None:
    """Refuse a price that no system has, so surely a quantity or a price is mistaken: `RULE_VIOLATION`."""
    if system_price >= TOO_DEAR:
        raise against_rule({"systemPrice": f"below {plain(TOO_DEAR)} ₹, not {plain(system_price)}"})


def _panels(inputs: Inputs) -> dict[str, str]:
    if any(line.quantity < 1 for line in inputs.panels):
        return {"panels": "each kind of panel is needed at least once"}
    least, most = PANELS_IN_ALL[inputs.phase]
    count = sum(line.quantity for line in inputs.panels)
    if least <= count <= most:
        return {}
    return {"panels": f"{least} to {most} panels for {inputs.phase} phase, not {count}"}


def _inverter(inputs: Inputs) -> dict[str, str]:
    inverter = inputs.inverter
    least, most = (capacity_kw(inputs) * share for share in INVERTER_SHARE)
    faults = []
    if inverter.phase is not inputs.phase:
        faults.append(f"an inverter for {inputs.phase} phase, not {inverter.phase}")
    if not least <= inverter.capacity_kw <= most:
        faults.append(f"from {plain(least)} to {plain(most)} kW, not {plain(inverter.capacity_kw)}")
    return {"inverterId": "; ".join(faults)} if faults else {}


def _extras(inputs: Inputs) -> dict[str, str]:
    breaches = {}
    if inputs.extra_structure_height not in STRUCTURE_HEIGHTS:
        heights = ", ".join(map(plain, STRUCTURE_HEIGHTS))
        breaches["extraStructureHeight"] = f"one of {heights} m, not {plain(inputs.extra_structure_height)}"
    least, most = inputs.settings.dealer_add_on_min, inputs.settings.dealer_add_on_max
    if not least <= inputs.dealer_add_on_per_kw <= most:
        asked = plain(inputs.dealer_add_on_per_kw)
        breaches["dealerAddOnPerKw"] = f"from {plain(least)} to {plain(most)} ₹ per kW, not {asked}"
    if any(line.quantity is not None and line.quantity <= 0 for line in inputs.bom):
        breaches["bom"] = "each chosen item is needed more than 0 times"
    return breaches


def _site(inputs: Inputs) -> dict[str, str]:
    discom, breaches = inputs.discom, {}
    if discom.state_code != inputs.state_code:
        breaches["discom"] = f"{discom.name} belongs to {discom.state_code}, not {inputs.state_code}"
    if inputs.phase not in discom.phases:
        breaches["phase"] = f"{discom.name} offers {', '.join(discom.phases)}, not {inputs.phase}"
    if inputs.smart_meter not in discom.smart_meter_options:
        offered = ", ".join(str(option).lower() for option in discom.smart_meter_options)
        breaches["smartMeter"] = f"{discom.name} offers {offered}, not {str(inputs.smart_meter).lower()}"
    return breaches


def _missing_rows(inputs: Inputs) -> dict[str, str]:
    missing, height = {}, inputs.extra_structure_height
    if height and (inputs.structure is None or inputs.structure.height != height):
        missing["extraStructureHeight"] = f"no price for {plain(height)} m"
    if inputs.fees is None:
        meter = "with" if inputs.smart_meter else "without"
        place = f"{inputs.state_code}, {inputs.discom.name}, {inputs.phase} phase, {meter} smart meter"
        missing["discom"] = f"no fees for {place}"
    return missing

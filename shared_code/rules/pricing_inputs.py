"""Everything a quotation is priced with, frozen with it so that it can be priced again for ever (rules.md 3.6).

Money is ₹, capacity kW, wattage W, rates and shares percent. They are frozen as they are shown: camelCase, numbers.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Literal

from pydantic import ConfigDict, PlainSerializer, TypeAdapter
from pydantic.alias_generators import to_camel

# A decimal that is a number in JSON. The figures here have at most 15 digits: so many pass through a float unharmed.
# Adding 0 makes -0 a plain 0.
Number = Annotated[Decimal, PlainSerializer(lambda number: float(number) + 0.0, return_type=float, when_used="json")]


class Phase(StrEnum):
    """How the house is connected."""

    SINGLE = "Single"
    THREE = "Three"


class CableType(StrEnum):
    """The cable of a system."""

    STANDARD = "Standard"
    POLYCAB = "Polycab"


@dataclass(frozen=True)
class PanelLine:
    """One kind of panel of the system, and how many."""

    panel_id: str
    make: str
    variant: str
    wattage: int
    is_dcr: bool
    unit_price: Number
    quantity: int


@dataclass(frozen=True)
class Inverter:
    """The inverter of the system."""

    inverter_id: str
    make: str
    model: str
    capacity_kw: Number
    phase: Phase
    unit_price: Number


@dataclass(frozen=True)
class BomLine:
    """An item of the bill of materials, with its quantity where it was chosen."""

    item_id: str
    name: str
    type: Literal["Cable", "Structure", "Accessory"]
    cable_type: CableType | None
    unit: str
    unit_price: Number
    per_kw: bool
    included: bool
    quantity: Number | None = None


@dataclass(frozen=True)
class OtherCharge:
    """Transportation, overheads or a margin."""

    charge_id: str
    name: str
    basis: Literal["fixed", "perKw"]
    amount: Number


@dataclass(frozen=True)
class Structure:
    """The price of raising the panels by `height` metres."""

    height: Number
    price: Number


@dataclass(frozen=True)
class Fees:
    """What connection and installation cost for one state, DISCOM, phase and meter."""

    discom_fee: Number
    discom_misc: Number
    installation: Number
    meter: Number
    modem_box: Number


@dataclass(frozen=True)
class Discom:
    """The local electricity distributor and what it offers; its subsidy is S1, S2, S3, or the state's."""

    discom_id: str
    name: str
    state_code: str
    phases: tuple[Phase, ...]
    smart_meter_options: tuple[bool, ...]
    subsidy_type: str | None = None


@dataclass(frozen=True)
class Settings:
    """The settings in force: inflation in percent, the bounds of the dealer add-on in ₹ per kW."""

    inflation_percent: Number
    dealer_add_on_min: Number
    dealer_add_on_max: Number


@dataclass(frozen=True)
class Tier:
    """One step of a subsidy: from its kW on the amount, and so much for each kW more."""

    from_kw: Number
    amount: Number
    per_kw: Number


@dataclass(frozen=True)
class SubsidyScheme:
    """A subsidy in force: central, S1, S2 or S3. Without tiers it gives nothing."""

    kind: str
    requires_dcr: bool
    tiers: tuple[Tier, ...]


@dataclass(frozen=True)
class GstRate:
    """The tax contained in a price: a share of it, in percent, at the rate of goods, the rest at that of services."""

    goods_share: Number
    goods_rate: Number
    services_rate: Number


@dataclass(frozen=True)
class Inputs:
    """The choice of a seller and the master data in force for it.

    The bill of materials has every active item that is included or chosen. There is no structure where no height was
    chosen, and there are no fees where master data has none. The subsidies are those of the day and the place.
    """

    __pydantic_config__ = ConfigDict(alias_generator=to_camel, validate_by_name=True)  # holds for the parts too

    state_code: str
    discom: Discom
    phase: Phase
    smart_meter: bool
    panels: tuple[PanelLine, ...]
    inverter: Inverter
    cable_type: CableType
    extra_structure_height: Number
    dealer_add_on_per_kw: Number
    bom: tuple[BomLine, ...]
    other_charges: tuple[OtherCharge, ...]
    structure: Structure | None
    fees: Fees | None
    settings: Settings
    central: SubsidyScheme
    state: SubsidyScheme
    gst: GstRate


def to_json(inputs: Inputs) -> str:
    """The inputs as JSON text, equal to the last digit."""
    return _adapter().dump_json(inputs, by_alias=True).decode()


def from_json(text: str | bytes) -> Inputs:
    """The inputs that `to_json` wrote."""
    return _adapter().validate_json(text)


@cache
def _adapter() -> TypeAdapter[Inputs]:
    return TypeAdapter(Inputs)

"""Master data as clients write and see it: the fields of each kind, its rows with their periods (api.md 2.9)."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from shared_code.rules.pricing_inputs import CableType, Number, Phase
from shared_code.wire import Ask
from shared_code.wire.fields import (
    Percent,
    Rupees,
    Short,
)
from shared_code.wire.kinds import CONTROLS, told

Kilowatts = Annotated[Number, Field(ge=0, le=1000, decimal_places=2, description="kW")]
StateCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{2}$"), Field(description="of a state in master data", examples=["GJ"])
]
DiscomId = Annotated[
    str, StringConstraints(pattern=r"^DIS[0-9]{3,9}$"), Field(description="of a distributor", examples=["DIS001"])
]
SubsidyType = Literal["S1", "S2", "S3"]
Recommended = Annotated[bool, Field(description="to be shown first")]


def _each_once(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError("must not name the same twice")
    return values


def _longer_than_a_code(name: str) -> str:
    if len(name) <= 2:
        raise ValueError("must be longer than a state's code, so that it is not taken for one")
    return name


class Panel(Ask):
    """A panel."""

    examples: ClassVar = {
        "a panel": {"make": "Waaree", "variant": "Bifacial 540", "wattage": 540, "isDcr": True, "unitPrice": 14500}
    }

    make: Short
    variant: Short
    wattage: Annotated[int, Field(gt=0, le=2000, description="W")]
    is_dcr: Annotated[bool, Field(description="cells and module were made in India, as subsidies ask for")]
    unit_price: Rupees
    is_recommended: Recommended = False


class Inverter(Ask):
    """An inverter."""

    examples: ClassVar = {
        "an inverter": {"make": "Growatt", "model": "MIN 3000", "capacityKw": 3, "phase": "Single", "unitPrice": 27500}
    }

    make: Short
    model: Short
    capacity_kw: Annotated[Kilowatts, Field(gt=0)]
    phase: Phase
    unit_price: Rupees
    is_recommended: Recommended = False


class BomItem(Ask):
    """An item of the bill of materials: cable, structure or accessory."""

    examples: ClassVar = {
        "an item": {"name": "Bird protection net", "type": "Accessory", "unit": "m", "unitPrice": 220}
    }

    name: Short
    type: Literal["Cable", "Structure", "Accessory"]
    cable_type: Annotated[CableType | None, Field(description="of a Cable, and of nothing else")] = None
    unit: Annotated[Short, Field(description="what is counted", examples=["m"])]
    unit_price: Annotated[Rupees, Field(description="INR for one unit")]
    per_kw: Annotated[bool, Field(description="a system needs so much for each of its kW")] = False
    included: Annotated[bool, Field(description="always part of a system; else it is chosen")] = False

    @model_validator(mode="after")
    def _cable_has_its_type(self) -> "BomItem":
        if (self.type == "Cable") != (self.cable_type is not None):
            raise ValueError("a Cable has a cableType, and nothing else has")
        return self


class Structure(Ask):
    """The price of raising the panels by a height in metres (rules.md 3.1)."""

    examples: ClassVar = {"a height": {"height": 2, "price": 7500}}

    height: Annotated[Number, Field(gt=0, le=2, multiple_of=Decimal("0.5"), description="m")]
    price: Rupees


StateName = Annotated[
    Short,
    AfterValidator(_longer_than_a_code),
    told(
        "longer than a state's code",
        maxLength=100,
        pattern=rf"^[^{CONTROLS}\s][^{CONTROLS}]+[^{CONTROLS}\s]$",
    ),
]
ONCE = Field(min_length=1, json_schema_extra={"uniqueItems": True})
OPTIONS = Field(min_length=1, json_schema_extra={"uniqueItems": True}, description="false: without one; true: with one")


class State(Ask):
    """A state and the subsidy it pays (rules.md 3.4)."""

    examples: ClassVar = {"a state": {"stateCode": "SK", "name": "Sikkim", "subsidyType": "S1"}}

    name: StateName
    subsidy_type: SubsidyType


class Discom(Ask):
    """A local electricity distributor (DISCOM) and what it offers."""

    examples: ClassVar = {
        "a distributor": {"name": "Sikkim Power", "stateCode": "GJ", "phases": ["Single"], "smartMeterOptions": [False]}
    }

    name: Short
    state_code: StateCode
    phases: Annotated[list[Phase], ONCE, AfterValidator(_each_once)]
    smart_meter_options: Annotated[list[bool], OPTIONS, AfterValidator(_each_once)]
    subsidy_type: Annotated[SubsidyType | None, Field(description="where it is not the state's")] = None


class Fee(Ask):
    """What connection and installation cost for one DISCOM, phase and meter."""

    examples: ClassVar = {
        "fees": {
            "stateCode": "GJ", "discomId": "DIS001", "phase": "Single", "smartMeter": False, "discomFee": 1500,
            "discomMisc": 500, "installation": 2500, "meter": 2900, "modemBox": 0,
        }
    }  # fmt: skip

    state_code: StateCode
    discom_id: DiscomId
    phase: Phase
    smart_meter: bool
    discom_fee: Rupees
    discom_misc: Rupees
    installation: Rupees
    meter: Rupees
    modem_box: Rupees


class OtherCharge(Ask):
    """Transportation, overheads or a margin, for the whole system or per kW."""

    examples: ClassVar = {"a charge": {"name": "Crane", "basis": "fixed", "amount": 4000}}

    name: Short
    basis: Annotated[Literal["fixed", "perKw"], Field(description="for the whole system, or for each kW")]
    amount: Rupees


class SchemeTier(Ask):
    """From `fromKw` on the subsidy is amount + perKw × (kW − fromKw)."""

    from_kw: Kilowatts
    amount: Rupees
    per_kw: Rupees


class SubsidyScheme(Ask):
    """What the government pays: central, or of states and distributors of a type (rules.md 3.3, 3.4)."""

    examples: ClassVar = {
        "a subsidy": {"kind": "S3", "requiresDcr": False, "tiers": [{"fromKw": 0, "amount": 0, "perKw": 5000}]}
    }

    kind: Literal["central", "S1", "S2", "S3"]
    requires_dcr: Annotated[bool, Field(description="only for systems with nothing but DCR panels")]
    tiers: Annotated[
        list[SchemeTier], Field(min_length=1, max_length=20, description="rising; the last one that is reached counts")
    ]

    @model_validator(mode="after")
    def _tiers_rise(self) -> "SubsidyScheme":
        begins = [tier.from_kw for tier in self.tiers]
        if any(later <= earlier for earlier, later in pairwise(begins)):
            raise ValueError("each tier begins at more kW than the one before")
        return self


class GstRate(Ask):
    """The tax contained in a price, part of which counts as goods and the rest as services (rules.md 3.5)."""

    examples: ClassVar = {"the tax": {"goodsShare": 70, "goodsRate": 5, "servicesRate": 18}}

    goods_share: Annotated[Percent, Field(description="percent of the value that are goods")]
    goods_rate: Percent
    services_rate: Percent


FIELDS: Mapping[str, type[Ask]] = {
    "panels": Panel,
    "inverters": Inverter,
    "bomItems": BomItem,
    "structures": Structure,
    "states": State,
    "discoms": Discom,
    "fees": Fee,
    "otherCharges": OtherCharge,
    "subsidySchemes": SubsidyScheme,
    "gstRates": GstRate,
}

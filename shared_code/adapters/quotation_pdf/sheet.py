"""What a customer may see of a quotation. It has no place for the rest, so the rest cannot be printed (api.md 2.3)."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal

from shared_code.rules.gst import Gst


@dataclass(frozen=True)
class Company:
    """The seller, from the setting `company`."""

    name: str
    address: str
    gstin: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Customer:
    """Whom the quotation is for, and the site; phone as ten digits, state as its name."""

    name: str
    phone: str
    address: str
    state: str
    pin_code: str
    city: str | None = None


@dataclass(frozen=True)
class Partner:
    """The channel partner whom the customer asks; phone as ten digits."""

    name: str
    phone: str
    organization: str | None = None


@dataclass(frozen=True)
class PanelGroup:
    """Panels of one kind; wattage in W each."""

    make: str
    variant: str
    wattage: int
    quantity: int
    is_dcr: bool


@dataclass(frozen=True)
class Inverter:
    """The inverter; capacity in kW, phase Single or Three."""

    make: str
    model: str
    capacity_kw: Decimal
    phase: str


@dataclass(frozen=True)
class BomItem:
    """A material that comes with the system."""

    name: str
    unit: str
    quantity: Decimal


@dataclass(frozen=True)
class SavingAssumption:
    """What the expected saving rests on: kWh a year for each kW, and ₹ saved for each kWh."""

    yearly_kwh_per_kw: Decimal
    rupees_per_kwh: Decimal


@dataclass(frozen=True)
class QuotationSheet:
    """A quotation as printed. Days are days in India, `valid_until` is the last one; ₹, kW, and m of structure height.

    `phase` is Single or Three. The texts may have several lines; an empty one is left out, as is a missing partner.
    """

    reference: str
    created_on: date
    valid_until: date
    company: Company
    customer: Customer
    partner: Partner | None
    system_kw: Decimal
    phase: str
    discom: str
    smart_meter: bool
    panels: tuple[PanelGroup, ...]
    inverter: Inverter
    cable_type: str
    extra_structure_height: Decimal
    bom: tuple[BomItem, ...]
    system_price: Decimal
    gst: Gst
    central_subsidy: Decimal
    state_subsidy: Decimal
    total_subsidy: Decimal
    final_price: Decimal
    assumption: SavingAssumption
    warranty_text: str
    payment_terms_text: str

    @property
    def yearly_kwh(self) -> Decimal:
        """Expected generation, kWh a year, whole."""
        return _whole(self.assumption.yearly_kwh_per_kw * self.system_kw)

    @property
    def yearly_saving(self) -> Decimal:
        """Expected saving, ₹ a year, whole."""
        return _whole(self.yearly_kwh * self.assumption.rupees_per_kwh)

    @property
    def payback_years(self) -> Decimal | None:
        """In how many years that saving makes up the net price, to the next tenth; None where nothing is saved."""
        if not self.yearly_saving:
            return None
        return (self.final_price / self.yearly_saving).quantize(Decimal("0.1"), ROUND_UP)


def _whole(number: Decimal) -> Decimal:
    return number.quantize(Decimal(1), ROUND_HALF_UP)

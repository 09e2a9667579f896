"""A quotation, as the clients see it (api.md 2.3)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared_code.rules.pricing_inputs import CableType, Inputs, Number, Phase
from shared_code.wire import Ask, View
from shared_code.wire.fields import Instant, Kilowatts, Metres, Money, Percent, QuotationReference, Sha256


class Gst(View):
    """The tax contained in the system price: ₹, rates in percent (rules.md 3.5)."""

    goods_taxable: Money
    goods_rate: Percent
    goods_tax: Money
    services_taxable: Money
    services_rate: Percent
    services_tax: Money


class Breakdown(View):
    """Each line of the price in ₹, for everybody but customers (rules.md 3.2)."""

    panels: Money
    inverter: Money
    bom: Money
    other_charges: Money
    structure: Money
    fees: Money
    hardware_subtotal: Money
    inflation_percent: Percent
    inflated_base: Annotated[Money, Field(description="the subtotal with inflation, INR")]
    dealer_add_on_per_kw: Money
    dealer_add_on_total: Money
    commission: Annotated[Money, Field(description="what the partner earns: the dealer add-on, INR")]


class OneQuotation(Ask):
    """A quotation by its reference."""

    quotation_id: QuotationReference


class OfferedPanel(View):
    """So many panels of one kind; wattage in W."""

    panel_id: str
    make: str
    variant: str
    wattage: int
    is_dcr: bool
    quantity: int


class OfferedInverter(View):
    """The inverter of the system; capacity in kW."""

    inverter_id: str
    make: str
    model: str
    capacity_kw: Kilowatts
    phase: Phase


class OfferedItem(View):
    """So much of one item of the bill of materials, in its unit; `perKw`: for each kW."""

    item_id: str
    name: Annotated[str, Field(examples=["Bird protection net"])]
    type: Annotated[Literal["Cable", "Structure", "Accessory"], Field(examples=["Accessory"])]
    unit: str
    per_kw: bool
    quantity: Number


class Offer(View):
    """What is offered and for how much; what a customer may see of a quotation, frozen with it."""

    system_kw: Kilowatts
    phase: Phase
    state: Annotated[str, Field(description="the state's code", examples=["GJ"])]
    discom: Annotated[str, Field(description="the distributor's name")]
    smart_meter: bool
    panels: list[OfferedPanel]
    inverter: OfferedInverter
    cable_type: CableType
    extra_structure_height: Metres
    bom: Annotated[list[OfferedItem], Field(description="what always belongs to such a system, and what was chosen")]
    system_price: Annotated[Money, Field(description="with GST, before subsidies, INR")]
    central_subsidy: Money
    state_subsidy: Money
    total_subsidy: Money
    final_price: Annotated[Money, Field(description="what the customer pays: the price less the subsidies, INR")]
    gst: Gst


class Preview(Offer):
    """A priced system; nothing is stored. `validUntil`: the last day, were it made today."""

    lead_id: str
    customer_id: str
    cp_id: str | None
    valid_until: date
    breakdown: Breakdown


class Quotation(Offer):
    """A priced, frozen offer for a lead. `breakdown` is there for everybody but customers.

    It is Created, then Shared with the customer, then Accepted or Rejected; nothing else of it ever changes.
    """

    quotation_reference: str
    lead_id: str
    customer_id: str
    cp_id: str | None
    status: Literal["Created", "Shared", "Accepted", "Rejected"]
    shared_with_customer: bool
    valid_until: Annotated[date, Field(description="the last day, in India, on which it can be accepted")]
    pdf_sha256: Annotated[Sha256, Field(description="of the stored PDF")]
    created_by: str
    created_at: Instant
    shared_at: Instant | None
    accepted_at: Instant | None
    rejected_at: Instant | None
    breakdown: Breakdown | None = None


class WholeQuotation(Quotation):
    """A quotation with everything it was priced with, for everybody but customers (rules.md 3.6)."""

    inputs: Inputs | None = None


class PdfLink(View):
    """A link to the stored PDF, with the hash and size in bytes of what it reads."""

    url: Annotated[str, Field(description="to GET without any header, as long as it is good")]
    expires_at: Instant
    sha256: Sha256
    size_bytes: int

"""The settings of all quotations, as clients write and see them (api.md 2.9)."""

from typing import Annotated

from pydantic import Field, model_validator

from shared_code.rules.pricing_inputs import Number
from shared_code.wire import Ask
from shared_code.wire.fields import Address, Email, Gstin, LongText, Name, Percent, Rupees, Short


class Company(Ask):
    """Who offers, as it stands on every quotation."""

    name: Annotated[Name, Field(examples=["Solarium Green Energy"])]
    address: Address
    gstin: Gstin
    phone: Short
    email: Email


class QuotationSettings(Ask):
    """What is set for all quotations."""

    inflation_percent: Annotated[Percent, Field(description="percent on top of the hardware")]
    dealer_add_on_min: Annotated[Rupees, Field(description="INR per kW, the least that a seller may choose")]
    dealer_add_on_max: Annotated[Rupees, Field(description="INR per kW, the most")]
    dealer_add_on_default: Annotated[Rupees, Field(description="INR per kW, where none is chosen")]
    quotation_validity_days: Annotated[int, Field(ge=1, le=365, description="days after the day a quotation is made")]
    yearly_kwh_per_kw: Annotated[
        Number,
        Field(gt=0, le=3000, decimal_places=2, description="kWh that a kW makes in a year, to tell the saving"),
    ]
    tariff_per_kwh: Annotated[Rupees, Field(le=100, description="INR that a kWh costs, to tell the saving")]
    warranty_text: Annotated[LongText, Field(description="as it stands on every quotation")]
    payment_terms_text: Annotated[LongText, Field(description="as they stand on every quotation")]
    company: Company

    @model_validator(mode="after")
    def _add_ons_in_order(self) -> "QuotationSettings":
        if not self.dealer_add_on_min <= self.dealer_add_on_default <= self.dealer_add_on_max:
            raise ValueError("dealerAddOnDefault lies between dealerAddOnMin and dealerAddOnMax")
        return self

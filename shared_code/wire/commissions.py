"""A commission, as the clients see it (api.md 2.5)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared_code.wire import View
from shared_code.wire.fields import CurrentVersion, Instant, Kilowatts, Money

CommissionStatus = Literal["Pending", "Approved", "Paid", "Cancelled"]


class Commission(View):
    """What a partner earns with one executed lead, ₹."""

    commission_id: str
    lead_id: str
    customer_name: str
    quotation_ref: str
    token_number: str | None
    cp_id: Annotated[str, Field(description="the partner who had the lead when it was executed")]
    cp_name: str | None
    system_kw: Kilowatts
    project_amount: Annotated[Money, Field(description="the system price of the quotation, INR")]
    amount: Annotated[Money, Field(description="as calculated: the dealer add-on of the quotation, INR")]
    approved_amount: Annotated[Money | None, Field(description="as an Admin approved it, INR; this is what is paid")]
    status: CommissionStatus
    approved_at: Instant | None
    approved_by: str | None
    utr: Annotated[str | None, Field(description="the bank's reference of the payment")]
    paid_on: Annotated[date | None, Field(description="the day of the payment in India")]
    method: Literal["NEFT", "RTGS", "IMPS", "UPI", "Cheque"] | None
    paid_at: Annotated[Instant | None, Field(description="when the payment was entered, ISO 8601, UTC")]
    paid_by: Annotated[str | None, Field(description="the Admin who entered it")]
    notes: str | None
    version: CurrentVersion
    created_at: Instant


class Calculation(View):
    """How the amount came about: add-on in ₹ per kW, times kW."""

    dealer_add_on_per_kw: Money
    system_kw: Kilowatts
    amount: Money


class CommissionEvent(View):
    """A step of a commission. `from` is null for the first; `actorId` for a step that took itself."""

    at: Instant
    actor_id: str | None
    actor_name: str | None
    from_: CommissionStatus | None = Field(alias="from")
    to: CommissionStatus
    amount: Money
    notes: str | None


class CommissionDetail(Commission):
    """A commission with its calculation and its steps, oldest first."""

    calculation: Calculation
    history: list[CommissionEvent]

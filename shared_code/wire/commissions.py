"""A commission, as the clients see it (api.md 2.5)."""

from datetime import date
from typing import Literal

from pydantic import Field

from shared_code.wire import View
from shared_code.wire.fields import Instant, Money

CommissionStatus = Literal["Pending", "Approved", "Paid", "Cancelled"]


class Commission(View):
    """What a partner earns with one lead, ₹."""

    commission_id: str
    lead_id: str
    customer_name: str
    quotation_ref: str
    token_number: str | None
    cp_id: str
    cp_name: str | None
    system_kw: Money
    project_amount: Money
    amount: Money
    approved_amount: Money | None
    status: CommissionStatus
    approved_at: Instant | None
    approved_by: str | None
    utr: str | None
    paid_on: date | None
    method: str | None
    paid_at: Instant | None
    paid_by: str | None
    notes: str | None
    version: int
    created_at: Instant


class Calculation(View):
    """How the amount came about: add-on in ₹ per kW, times kW."""

    dealer_add_on_per_kw: Money
    system_kw: Money
    amount: Money


class CommissionEvent(View):
    """A step of a commission."""

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

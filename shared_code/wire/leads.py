"""A lead and its timeline, as the clients see them (api.md 2.2)."""

from datetime import date
from typing import Any, Literal

from shared_code.rules.lead_status import Status
from shared_code.rules.scope import Role
from shared_code.wire import View
from shared_code.wire.documents import Document
from shared_code.wire.fields import Instant, Money
from shared_code.wire.people import Customer
from shared_code.wire.quotations import Quotation


class Lead(View):
    """One customer's request for one installation."""

    lead_id: str
    customer_id: str
    customer_name: str
    phone: str
    email: str | None
    address: str
    city: str | None
    state: str
    pin_code: str
    status: Status
    allowed_next_statuses: list[Status]
    is_terminal: bool
    origin: Role
    source: str | None
    services: list[str]
    requirements: str | None
    remarks: str | None
    follow_up_date: date | None
    quotation_ref: str | None
    token_number: str | None
    assigned_to: str | None
    assigned_cp_name: str | None
    version: int
    created_by: str
    created_at: Instant
    updated_at: Instant
    document_count: int
    quotation_count: int


class LeadDetail(Lead):
    """A lead with what hangs on it."""

    quotations: list[Quotation]
    documents: list[Document]
    customer: Customer


class TimelineEntry(View):
    """Something that happened to a lead, for ever. `before` and `after` hold the changed fields."""

    id: str
    action: str
    actor_id: str | None
    actor_name: str | None
    actor_role: Role | None
    at: Instant
    before: dict[str, Any]
    after: dict[str, Any]
    remarks: str | None
    override: bool
    reason: str | None


class StatusSum(View):
    """How many commissions are in a status, and their sum in ₹."""

    count: int
    amount: Money


class CommissionSummary(View):
    """Commissions by status, and what was ever paid, in ₹."""

    by_status: dict[Literal["Pending", "Approved", "Paid", "Cancelled"], StatusSum]
    lifetime_paid: Money


class LeadSummary(View):
    """The leads in scope by status, follow-ups due and overdue; commissions for a partner alone."""

    total: int
    by_status: dict[Status, int]
    due_today: int
    overdue: int
    commissions: CommissionSummary | None = None

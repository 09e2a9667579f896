"""A lead and its timeline, as the clients see them (api.md 2.2)."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from shared_code.rules.lead_status import Status
from shared_code.rules.scope import Role
from shared_code.wire import View
from shared_code.wire.documents import Document
from shared_code.wire.fields import CurrentVersion, Instant, Money
from shared_code.wire.people import Customer
from shared_code.wire.quotations import Quotation

Action = Literal[
    "created", "edited", "status", "override", "reassigned", "quotationCreated", "quotationShared", "quotationAccepted",
    "quotationRejected", "documentAdded", "documentReplaced", "documentRestored", "documentDeleted", "commissionOpened",
    "commissionApproved", "commissionPaid", "commissionCancelled",
]  # fmt: skip


class Lead(View):
    """One customer's request for one installation. Name, phone and address are those of this lead."""

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
    allowed_next_statuses: Annotated[list[Status], Field(description="where it may go", examples=[["In Discussion"]])]
    is_terminal: Annotated[bool, Field(description="Executed or lost: only an override goes on from there")]
    origin: Annotated[Role, Field(description="the role of whoever entered it", examples=["CP"])]
    source: str | None
    services: list[str]
    requirements: str | None
    remarks: Annotated[str | None, Field(description="null for a customer")]
    follow_up_date: Annotated[date | None, Field(description="when to look at it again, a day in India")]
    quotation_ref: Annotated[str | None, Field(description="the quotation that it is carried out by")]
    token_number: Annotated[str | None, Field(description="the DISCOM's number of the application")]
    assigned_to: Annotated[str | None, Field(description="the channel partner who has it; null: nobody yet")]
    assigned_cp_name: str | None
    version: CurrentVersion
    created_by: str
    created_at: Instant
    updated_at: Instant
    document_count: Annotated[int, Field(description="of its seven places so many are taken")]
    quotation_count: int


class LeadDetail(Lead):
    """A lead with its quotations (a customer's: the shared ones), its documents and its customer."""

    quotations: list[Quotation]
    documents: list[Document]
    customer: Customer


class TimelineEntry(View):
    """Something that happened to a lead; it is never changed. `before` and `after` hold the changed fields.

    Remarks and reason are null for a customer.
    """

    id: Annotated[str, Field(description="the lead's id and the entry's number", examples=["LEAD-1001/4"])]
    action: Annotated[Action, Field(examples=["status"])]
    actor_id: str | None
    actor_name: str | None
    actor_role: Annotated[Role | None, Field(examples=["KAM"])]
    at: Instant
    before: dict[str, Any]
    after: dict[str, Any]
    remarks: str | None
    override: bool
    reason: Annotated[str | None, Field(description="why, of an override and whatever else needs one", examples=[None])]


class StatusSum(View):
    """How many commissions are in a status, and their sum in ₹."""

    count: int
    amount: Money


class CommissionSummary(View):
    """Commissions by status, and what was ever paid, in ₹."""

    by_status: dict[Literal["Pending", "Approved", "Paid", "Cancelled"], StatusSum]
    lifetime_paid: Money


class LeadSummary(View):
    """The leads in scope by status, follow-ups due and overdue; `commissions` for a partner alone, else null."""

    total: int
    by_status: dict[Status, int]
    due_today: Annotated[int, Field(description="follow-ups of today")]
    overdue: Annotated[int, Field(description="follow-ups of earlier days")]
    commissions: CommissionSummary | None = None

"""Quotations: frozen when written, shared, answered; the lead's lock is theirs too (rules.md 3.8)."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, LiteralString

from psycopg.rows import args_row

from shared_code.rules.lead_status import Status
from shared_code.rules.quotation_life import Offer, QuotationStatus
from shared_code.rules.scope import Caller, Role
from shared_code.sql.pool import Db, Rows, rows, scalars
from shared_code.sql.scope import LEADS, LOCKED_LEADS

# `offer` holds, as on the wire, what a customer may see; `breakdown` what only the others see.
_OFFER_FIELDS: Final = (
    "systemKw", "phase", "state", "discom", "smartMeter", "panels", "inverter", "cableType", "extraStructureHeight",
    "bom", "systemPrice", "centralSubsidy", "stateSubsidy", "totalSubsidy", "finalPrice", "gst",
)  # fmt: skip
_OFFER: Final[LiteralString] = ", ".join(f"'{name}', unpacked.offer -> '{name}'" for name in _OFFER_FIELDS)
# `offer` lies there compressed, and every `->` would unpack it anew; OFFSET 0 keeps the planner from writing it so.
_QUOTATION: Final[LiteralString] = f"""(SELECT json_build_object(
    'quotationReference', q.quotation_reference, 'leadId', q.lead_id, 'customerId', q.customer_id, 'cpId', q.cp_id,
    'status', q.status, 'sharedWithCustomer', q.shared_with_customer, {_OFFER},
    'validUntil', q.valid_until, 'pdfSha256', q.pdf_sha256, 'createdBy', q.created_by, 'createdAt', iso(q.created_at),
    'sharedAt', iso(q.shared_at), 'acceptedAt', iso(q.accepted_at), 'rejectedAt', iso(q.rejected_at),
    'breakdown', CASE WHEN NOT %(is_customer)s THEN q.breakdown END"""
_UNPACKED: Final[LiteralString] = ") FROM (SELECT q.offer #> '{}' AS offer OFFSET 0) unpacked)"
QUOTATION: Final[LiteralString] = _QUOTATION + _UNPACKED
WHOLE_QUOTATION: Final[LiteralString] = (
    _QUOTATION + ", 'inputs', CASE WHEN NOT %(is_customer)s THEN q.inputs END" + _UNPACKED
)
VISIBLE: Final[LiteralString] = "(q.shared_with_customer OR NOT %(is_customer)s)"


def reader(caller: Caller) -> dict[str, object]:
    """The parameters of QUOTATION and of the scope for that reader."""
    return {"me": caller.user_id, "is_customer": caller.role is Role.CUSTOMER}


@dataclass(frozen=True)
class Site:
    """A lead in scope, with what its quotation is made for and what stands on the PDF."""

    lead_id: str
    customer_id: str
    customer_name: str
    phone: str
    address: str
    city: str | None
    state: str
    pin_code: str
    status: str
    assigned_to: str | None
    partner_name: str | None
    partner_organization: str | None
    partner_phone: str | None
    accepted_ref: str | None


def site(db: Db, caller: Caller, lead_id: str) -> "Rows[Site]":
    """The lead a quotation is asked for."""
    return rows(
        db,
        Site,
        f"""
        SELECT l.lead_id, l.customer_id, l.customer_name, l.phone, l.address, l.city, l.state, l.pin_code, l.status,
            l.assigned_to,
               u.name AS partner_name, c.organization_name AS partner_organization, u.phone AS partner_phone,
               (SELECT quotation_reference FROM quotation q WHERE q.lead_id = l.lead_id
                   AND q.status = 'Accepted') AS accepted_ref
        FROM lead l LEFT JOIN channel_partner c ON c.cp_id = l.assigned_to LEFT
            JOIN user_account u ON u.user_id = c.cp_id
        WHERE l.lead_id = %(lead_id)s AND {LEADS[caller.role]}
        """,
        lead_id=lead_id,
        me=caller.user_id,
    )


def next_reference(db: Db) -> "Rows[str]":
    """A reference nobody else gets: QUOT-n."""
    return scalars(db, "SELECT 'QUOT-' || nextval('quotation_number')")


def accepted_ref(db: Db, lead_id: str) -> "Rows[str]":
    """The lead's accepted quotation; sent after the lead's lock."""
    return scalars(
        db,
        "SELECT quotation_reference FROM quotation WHERE lead_id = %(lead_id)s AND status = 'Accepted'",
        lead_id=lead_id,
    )


@dataclass(frozen=True)
class NewQuotation:
    """A quotation as it is frozen. `inputs`, `offer` and `breakdown` are JSON texts."""

    quotation_reference: str
    lead_id: str
    customer_id: str
    cp_id: str | None
    status: str
    system_kw: Decimal
    phase: str
    state: str
    discom: str
    system_price: Decimal
    final_price: Decimal
    dealer_add_on_per_kw: Decimal
    dealer_add_on_total: Decimal
    inputs: str
    offer: str
    breakdown: str
    valid_until: date
    pdf_blob: str
    pdf_sha256: str
    pdf_size: int
    created_by: str
    created_at: datetime
    shared_at: datetime | None


def create(db: Db, caller: Caller, new: NewQuotation) -> "Rows[bytes]":
    """Write a quotation; answers it as the caller sees it."""
    return scalars(
        db,
        f"""
        WITH q AS (
            INSERT INTO quotation (
                quotation_reference, lead_id, customer_id, cp_id, status, shared_with_customer, system_kw, phase,
                state, discom, system_price, final_price, dealer_add_on_per_kw, dealer_add_on_total, inputs, offer,
                breakdown, valid_until, pdf_blob, pdf_sha256, pdf_size, created_by, created_at, shared_at)
            VALUES (
                %(quotation_reference)s, %(lead_id)s, %(customer_id)s, %(cp_id)s, %(status)s,
                %(shared_at)s::timestamptz IS NOT NULL, %(system_kw)s, %(phase)s, %(state)s, %(discom)s,
                %(system_price)s, %(final_price)s, %(dealer_add_on_per_kw)s, %(dealer_add_on_total)s, %(inputs)s,
                %(offer)s, %(breakdown)s, %(valid_until)s, %(pdf_blob)s, %(pdf_sha256)s, %(pdf_size)s,
                %(created_by)s, %(created_at)s, %(shared_at)s)
            RETURNING *)
        SELECT {QUOTATION} FROM q
        """,
        **asdict(new),
        **reader(caller),
    )


def lock_lead(db: Db, caller: Caller, reference: str) -> "Rows[str]":
    """Lock the lead of a quotation, when the lead is in scope; answers the lead's id."""
    return scalars(
        db,
        f"""
        SELECT l.lead_id FROM lead l
        WHERE l.lead_id = (SELECT lead_id FROM quotation WHERE quotation_reference = %(reference)s)
          AND {LOCKED_LEADS[caller.role]} FOR UPDATE OF l
        """,
        reference=reference,
        me=caller.user_id,
    )


def offer(db: Db, reference: str) -> "Rows[Offer]":
    """A quotation and its lead as they stand behind the lead's lock."""
    return db.cursor(row_factory=args_row(_offer)).execute(
        """
        SELECT q.quotation_reference, q.status, q.valid_until, l.status,
               (SELECT a.quotation_reference FROM quotation a WHERE a.lead_id = q.lead_id AND a.status = 'Accepted')
        FROM quotation q JOIN lead l USING (lead_id) WHERE q.quotation_reference = %(reference)s
        """,
        {"reference": reference},
    )


def _offer(reference: str, status: str, valid_until: date, lead_status: str, accepted: str | None) -> Offer:
    return Offer(reference, QuotationStatus(status), valid_until, Status(lead_status), accepted)


def share(db: Db, caller: Caller, reference: str) -> "Rows[bytes]":
    """Let the customer see it; answers the quotation."""
    return _changed(db, caller, reference, "status = 'Shared', shared_with_customer = true, shared_at = now()")


def accept(db: Db, caller: Caller, reference: str) -> "Rows[bytes]":
    """Accept it, its siblings rejected first; answers the quotation. A second one violates `quotation_one_accepted`."""
    scalars(
        db,
        """
        UPDATE quotation SET status = 'Rejected', rejected_at = now()
        WHERE lead_id = (SELECT lead_id FROM quotation WHERE quotation_reference = %(reference)s)
          AND quotation_reference <> %(reference)s AND status <> 'Rejected'
        """,
        reference=reference,
    )
    return _changed(db, caller, reference, "status = 'Accepted', accepted_at = now()")


def reject(db: Db, caller: Caller, reference: str) -> "Rows[bytes]":
    """Reject it; answers the quotation."""
    return _changed(db, caller, reference, "status = 'Rejected', rejected_at = now()")


def _changed(db: Db, caller: Caller, reference: str, change: LiteralString) -> "Rows[bytes]":
    return scalars(
        db,
        f"WITH q AS (UPDATE quotation SET {change} WHERE quotation_reference = %(reference)s RETURNING *)"
        f" SELECT {QUOTATION} FROM q",
        reference=reference,
        **reader(caller),
    )

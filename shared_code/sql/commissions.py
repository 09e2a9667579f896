"""Commissions: opened with Executed, approved, paid; one per lead for ever (rules.md 4), under the lead's lock."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Final, LiteralString

from shared_code.rules.commission import Payment
from shared_code.rules.scope import Caller
from shared_code.sql.pool import Db, Rows, rows, scalars

FIELDS: Final[LiteralString] = """
    'commissionId', m.commission_id, 'leadId', m.lead_id, 'customerName', l.customer_name, 'quotationRef',
        m.quotation_ref,
    'tokenNumber', l.token_number, 'cpId', m.cp_id, 'cpName', (SELECT name FROM user_account WHERE user_id = m.cp_id),
    'systemKw', m.system_kw, 'projectAmount', m.project_amount, 'amount', m.amount, 'approvedAmount', m.approved_amount,
    'status', m.status, 'approvedAt', iso(m.approved_at), 'approvedBy', m.approved_by, 'utr', m.utr, 'paidOn',
        m.paid_on,
    'method', m.method, 'paidAt', iso(m.paid_at), 'paidBy', m.paid_by, 'notes', m.notes, 'version', m.version,
    'createdAt', iso(m.created_at)"""
COMMISSION: Final[LiteralString] = f"json_build_object({FIELDS})"


@dataclass(frozen=True)
class Locked:
    """A commission while its lead is locked."""

    commission_id: str
    lead_id: str
    cp_id: str
    status: str
    amount: Decimal
    utr: str | None
    paid_on: date | None
    method: str | None
    version: int


_LOCKED: Final[LiteralString] = (
    "SELECT m.commission_id, m.lead_id, m.cp_id, m.status, m.amount, m.utr, m.paid_on, m.method, m.version"
    " FROM commission m "
)


def lock(db: Db, commission_id: str) -> "Rows[Locked]":
    """Lock the commission's lead, then read the commission as it stands behind the lock."""
    scalars(
        db,
        "SELECT 1 FROM lead WHERE lead_id = (SELECT lead_id FROM commission WHERE commission_id = %(id)s) FOR UPDATE",
        id=commission_id,
    )
    return rows(db, Locked, _LOCKED + "WHERE m.commission_id = %(id)s", id=commission_id)


def of_lead(db: Db, lead_id: str) -> "Rows[Locked]":
    """The commission of a lead that is locked already."""
    return rows(db, Locked, _LOCKED + "WHERE m.lead_id = %(lead_id)s", lead_id=lead_id)


def open_for(db: Db, actor: Caller, lead_id: str) -> "Rows[str]":
    """Open the commission of a lead from its quotation, or revive the cancelled one, recalculated (I5; rules.md 4.3).

    No row when the lead lacks quotation or partner, or has a commission that stands.
    """
    return scalars(
        db,
        """
        WITH opened AS (
            INSERT INTO commission AS m (
                lead_id, quotation_ref, cp_id, system_kw, project_amount, dealer_add_on_per_kw, amount)
            SELECT
                l.lead_id, q.quotation_reference, l.assigned_to, q.system_kw, q.system_price, q.dealer_add_on_per_kw,
                q.dealer_add_on_total
            FROM lead l JOIN quotation q ON q.quotation_reference = l.quotation_ref
            WHERE l.lead_id = %(lead_id)s AND l.assigned_to IS NOT NULL
            ON CONFLICT ON CONSTRAINT commission_one_per_lead DO UPDATE SET
                status = 'Pending', quotation_ref = excluded.quotation_ref, cp_id = excluded.cp_id,
                system_kw = excluded.system_kw, project_amount = excluded.project_amount,
                dealer_add_on_per_kw = excluded.dealer_add_on_per_kw, amount = excluded.amount, version = m.version + 1
                WHERE m.status = 'Cancelled'
            RETURNING m.*)
        INSERT INTO commission_event (commission_id, version, actor_id, actor_name, from_status, to_status, amount)
        SELECT
            commission_id, version, %(actor_id)s, %(actor_name)s,
            CASE WHEN version > 1 THEN 'Cancelled' END, status, amount
        FROM opened RETURNING commission_id
        """,
        lead_id=lead_id,
        actor_id=actor.user_id,
        actor_name=actor.name,
    )


def note_missing(db: Db, lead_id: str) -> None:
    """Leave a note in the audit that a lead was executed without a commission (rules.md 4.1)."""
    note = "executed without commission: no quotation or no partner"
    scalars(db, "SELECT audit_note('lead', %(lead_id)s, %(note)s)", lead_id=lead_id, note=note)


def cancel(db: Db, actor: Caller, lead_id: str, reason: str | None) -> None:
    """Cancel the pending commission of a lead whose Executed is undone (rules.md 4.3)."""
    scalars(
        db,
        """
        WITH cancelled AS (
            UPDATE commission SET status = 'Cancelled', version = version + 1
            WHERE lead_id = %(lead_id)s AND status = 'Pending' RETURNING *)
        INSERT INTO commission_event (
            commission_id, version, actor_id, actor_name, from_status, to_status, amount, notes)
        SELECT commission_id, version, %(actor_id)s, %(actor_name)s, 'Pending', status, amount, %(reason)s
        FROM cancelled
        """,
        lead_id=lead_id,
        actor_id=actor.user_id,
        actor_name=actor.name,
        reason=reason,
    )


def _stepped(change: LiteralString) -> LiteralString:
    """A step with its event, answered as the commission."""
    return f"""
        WITH m AS (
            UPDATE commission SET {change}, notes = coalesce(%(notes)s, notes), version = version + 1
            WHERE commission_id = %(commission_id)s RETURNING *),
        step AS (
            INSERT INTO commission_event (
                commission_id, version, actor_id, actor_name, from_status, to_status, amount, notes)
            SELECT commission_id, version, %(actor_id)s, %(actor_name)s, %(before)s, status, approved_amount, %(notes)s
            FROM m)
        SELECT {COMMISSION} FROM m JOIN lead l USING (lead_id)"""


def approve(db: Db, actor: Caller, commission_id: str, amount: Decimal, notes: str | None) -> "Rows[bytes]":
    """Approve with that amount in ₹; answers the commission."""
    return scalars(
        db,
        _stepped("status = 'Approved', approved_amount = %(amount)s, approved_at = now(), approved_by = %(actor_id)s"),
        commission_id=commission_id,
        amount=amount,
        notes=notes,
        before="Pending",
        actor_id=actor.user_id,
        actor_name=actor.name,
    )


def pay(db: Db, actor: Caller, commission_id: str, payment: Payment, notes: str | None) -> "Rows[bytes]":
    """Record the payment; answers the commission. A UTR used before violates `utr_taken`."""
    return scalars(
        db,
        _stepped(
            "status = 'Paid', utr = %(utr)s, paid_on = %(paid_on)s, method = %(method)s,"
            " paid_at = now(), paid_by = %(actor_id)s"
        ),
        commission_id=commission_id,
        **asdict(payment),
        notes=notes,
        before="Approved",
        actor_id=actor.user_id,
        actor_name=actor.name,
    )


def as_it_is(db: Db, commission_id: str) -> "Rows[bytes]":
    """A commission that was locked and needs no change."""
    return scalars(
        db,
        f"SELECT {COMMISSION} FROM commission m JOIN lead l USING (lead_id) WHERE m.commission_id = %(id)s",
        id=commission_id,
    )

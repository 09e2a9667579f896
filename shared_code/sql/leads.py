"""Leads: written under their row lock, read in the caller's scope, answered as JSON that PostgreSQL builds."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Final, LiteralString

from psycopg.types.json import Jsonb

from shared_code.rules.lead_status import Move, Status, allowed_next
from shared_code.rules.scope import Caller, Role
from shared_code.sql.documents import ACTIVE
from shared_code.sql.pool import Db, Rows, json_of, rows, scalars
from shared_code.sql.scope import LEADS
from shared_code.sql.timeline import signature

FIELDS: Final[LiteralString] = f"""
    'leadId', l.lead_id, 'customerId', l.customer_id, 'customerName', l.customer_name, 'phone', l.phone, 'email',
        l.email,
    'address', l.address, 'city', l.city, 'state', l.state, 'pinCode', l.pin_code, 'status', l.status,
    'allowedNextStatuses', %(onward)s::jsonb -> l.status, 'isTerminal', %(onward)s::jsonb -> l.status = '[]',
    'origin', l.origin, 'source', l.source, 'services', l.services, 'requirements', l.requirements,
    'remarks', CASE WHEN NOT %(is_customer)s THEN l.remarks END, 'followUpDate', l.follow_up_date,
    'quotationRef', l.quotation_ref, 'tokenNumber', l.token_number, 'assignedTo', l.assigned_to,
    'assignedCpName', (SELECT name FROM user_account WHERE user_id = l.assigned_to), 'version', l.version,
    'createdBy', l.created_by, 'createdAt', iso(l.created_at), 'updatedAt', iso(l.updated_at),
    'documentCount', (SELECT count(*) FROM document d WHERE d.lead_id = l.lead_id AND {ACTIVE}),
    'quotationCount', (SELECT count(*) FROM quotation q
                       WHERE q.lead_id = l.lead_id AND (q.shared_with_customer OR NOT %(is_customer)s))"""
LEAD: Final[LiteralString] = f"json_build_object({FIELDS})"


def reader(caller: Caller, customer_accepted: bool) -> dict[str, object]:
    """The parameters of LEAD and of the scope for that reader; the matrix comes from the rules, not from SQL."""
    onward = {status: allowed_next(status, customer_accepted) for status in Status}
    return {"me": caller.user_id, "is_customer": caller.role is Role.CUSTOMER, "onward": Jsonb(onward)}


@dataclass(frozen=True)
class Locked:
    """A lead while its row is locked."""

    lead_id: str
    customer_id: str
    status: str
    quotation_ref: str | None
    token_number: str | None
    follow_up_date: date | None
    remarks: str | None
    state: str
    assigned_to: str | None
    version: int


LOCKED: Final[LiteralString] = (
    "l.lead_id, l.customer_id, l.status, l.quotation_ref, l.token_number, l.follow_up_date, l.remarks, l.state,"
    " l.assigned_to, l.version"
)


@dataclass(frozen=True)
class Entry:
    """What one timeline entry changed; `before` and `after` are JSON objects."""

    before: bytes
    after: bytes
    by: str | None
    at: str


def lock(db: Db, caller: Caller, lead_id: str) -> "Rows[Locked]":
    """Lock a lead in scope. The row's lock is the lock of everything that hangs on the lead."""
    return rows(
        db,
        Locked,
        f"SELECT {LOCKED} FROM lead l WHERE l.lead_id = %(lead_id)s AND {LEADS[caller.role]} FOR UPDATE OF l",
        lead_id=lead_id,
        me=caller.user_id,
    )


def of_quotation(db: Db, reference: str) -> "Rows[Locked]":
    """The lead of a quotation, as it stands behind its lock."""
    return rows(
        db,
        Locked,
        f"SELECT {LOCKED} FROM lead l JOIN quotation q USING (lead_id) WHERE q.quotation_reference = %(reference)s",
        reference=reference,
    )


def quotation_statuses(db: Db, lead_id: str) -> "Rows[tuple[str, str]]":
    """Reference and status of the lead's quotations; sent after `lock`, so that it sees what the lock waited for."""
    return db.execute(
        "SELECT quotation_reference, status FROM quotation WHERE lead_id = %(lead_id)s", {"lead_id": lead_id}
    )


def _changes(lead: Locked, change: Move) -> tuple[Jsonb, Jsonb]:
    """The fields that the move changes, as they were and as they are now."""
    before = {
        "status": lead.status,
        "followUpDate": lead.follow_up_date,
        "quotationRef": lead.quotation_ref,
        "tokenNumber": lead.token_number,
        "remarks": lead.remarks,
    }
    after = {
        "status": change.to_status.value,
        "followUpDate": change.follow_up_date,
        "quotationRef": change.quotation_ref,
        "tokenNumber": change.token_number,
        "remarks": change.remarks or lead.remarks,
    }
    changed = [name for name in before if before[name] != after[name]]
    return json_of({name: before[name] for name in changed}), json_of({name: after[name] for name in changed})


def move(db: Db, caller: Caller, lead: Locked, change: Move, customer_accepted: bool) -> "Rows[bytes]":
    """Write a decided move and its timeline entry in one statement; answers the lead."""
    action = "override" if change.is_override else "status" if change.is_status_event else "edited"
    before, after = _changes(lead, change)
    return scalars(
        db,
        f"""
        WITH l AS (
            UPDATE lead SET
                status = %(status)s, remarks = coalesce(%(remarks)s, remarks), follow_up_date = %(follow_up_date)s,
                quotation_ref = %(quotation_ref)s, token_number = %(token_number)s,
                version = version + 1, last_entry = last_entry + 1, updated_at = now()
            WHERE lead_id = %(lead_id)s RETURNING *),
        entry AS (
            INSERT INTO timeline_entry (
                lead_id, entry, version, action, actor_id, actor_name, actor_role,
                before, after, remarks, override, reason)
            SELECT
                lead_id, last_entry, version, %(action)s, %(actor_id)s, %(actor_name)s, %(actor_role)s,
                %(before)s, %(after)s, %(remarks)s, %(override)s, %(reason)s
            FROM l)
        SELECT {LEAD} FROM l
        """,
        lead_id=lead.lead_id,
        action=action,
        status=change.to_status.value,
        remarks=change.remarks,
        follow_up_date=change.follow_up_date,
        quotation_ref=change.quotation_ref,
        token_number=change.token_number,
        override=change.is_override,
        reason=change.reason,
        before=before,
        after=after,
        **signature(caller),
        **reader(caller, customer_accepted),
    )


def entries_since(db: Db, lead_id: str, version: int) -> "Rows[Entry]":
    """What changed the lead after that version, oldest first."""
    return rows(
        db,
        Entry,
        "SELECT before, after, actor_name AS by, iso(at) AS at FROM timeline_entry"
        " WHERE lead_id = %(lead_id)s AND version > %(version)s ORDER BY entry",
        lead_id=lead_id,
        version=version,
    )


@dataclass(frozen=True)
class NewLead:
    """A lead as it is created."""

    lead_id: str
    customer_id: str
    customer_name: str
    phone: str
    email: str | None
    address: str
    city: str | None
    state: str
    pin_code: str
    origin: str
    source: str | None
    services: list[str]
    requirements: str | None
    remarks: str | None
    follow_up_date: date
    assigned_to: str | None
    created_by: str


def next_id(db: Db) -> "Rows[str]":
    """An id nobody else gets: LEAD-n."""
    return scalars(db, "SELECT 'LEAD-' || nextval('lead_number')")


def create(db: Db, caller: Caller, new: NewLead, customer_accepted: bool) -> "Rows[bytes]":
    """Write a new lead and its first timeline entry in one statement; answers the lead."""
    return scalars(
        db,
        f"""
        WITH l AS (
            INSERT INTO lead (
                lead_id, customer_id, customer_name, phone, email, address, city, state, pin_code, origin, source,
                services, requirements, remarks, follow_up_date, assigned_to, created_by, last_entry)
            VALUES (
                %(lead_id)s, %(customer_id)s, %(customer_name)s, %(phone)s, %(email)s, %(address)s, %(city)s,
                %(state)s, %(pin_code)s, %(origin)s, %(source)s, %(services)s, %(requirements)s, %(remarks)s,
                %(follow_up_date)s, %(assigned_to)s, %(created_by)s, 1)
            RETURNING *),
        entry AS (
            INSERT INTO timeline_entry (
                lead_id, entry, version, action, actor_id, actor_name, actor_role, after, remarks)
            SELECT
                lead_id, last_entry, version, 'created', %(actor_id)s, %(actor_name)s, %(actor_role)s,
                jsonb_build_object('status', status, 'assignedTo', assigned_to, 'followUpDate', follow_up_date), remarks
            FROM l)
        SELECT {LEAD} FROM l
        """,
        **asdict(new),
        **signature(caller),
        **reader(caller, customer_accepted),
    )

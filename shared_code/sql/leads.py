"""Leads: written under their row lock, read in the caller's scope, answered as JSON that PostgreSQL builds."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Final, LiteralString

from psycopg.types.json import Jsonb

from shared_code.rules.lead_status import Status, allowed_next
from shared_code.rules.scope import Caller, Role
from shared_code.sql import timeline
from shared_code.sql.documents import ACTIVE
from shared_code.sql.pool import Db, Rows, rows, scalars
from shared_code.sql.scope import LOCKED_LEADS
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
    """A lead's own fields while its row is locked: all that a change may change, and its version."""

    lead_id: str
    customer_id: str
    customer_name: str
    phone: str
    email: str | None
    address: str
    city: str | None
    state: str
    pin_code: str
    source: str | None
    services: list[str]
    requirements: str | None
    remarks: str | None
    status: str
    quotation_ref: str | None
    token_number: str | None
    follow_up_date: date | None
    assigned_to: str | None
    version: int


LOCKED: Final[LiteralString] = (
    "l.lead_id, l.customer_id, l.customer_name, l.phone, l.email, l.address, l.city, l.state, l.pin_code, l.source,"
    " l.services, l.requirements, l.remarks, l.status, l.quotation_ref, l.token_number, l.follow_up_date,"
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
        f"SELECT {LOCKED} FROM lead l WHERE l.lead_id = %(lead_id)s AND {LOCKED_LEADS[caller.role]} FOR UPDATE OF l",
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


def kam_of(db: Db, lead_id: str) -> "Rows[str | None]":
    """The KAM who looks after the lead's partner; no row when it has none. Sent after `lock`."""
    return scalars(
        db,
        "SELECT c.kam_id FROM lead l JOIN channel_partner c ON c.cp_id = l.assigned_to WHERE l.lead_id = %(lead_id)s",
        lead_id=lead_id,
    )


def quotation_statuses(db: Db, lead_id: str) -> "Rows[tuple[str, str]]":
    """Reference and status of the lead's quotations; sent after `lock`, so that it sees what the lock waited for."""
    return db.execute(
        "SELECT quotation_reference, status FROM quotation WHERE lead_id = %(lead_id)s", {"lead_id": lead_id}
    )


def one(db: Db, caller: Caller, lead_id: str, customer_accepted: bool) -> "Rows[bytes]":
    """A lead that was found in scope, as that caller sees it."""
    return scalars(
        db,
        f"SELECT {LEAD} FROM lead l WHERE l.lead_id = %(lead_id)s",
        lead_id=lead_id,
        **reader(caller, customer_accepted),
    )


def entries_since(db: Db, caller: Caller, lead_id: str, version: int) -> "Rows[Entry]":
    """What changed the lead after that version, oldest first; to a customer only what its timeline shows it."""
    return rows(
        db,
        Entry,
        f"""
        SELECT {timeline.shown("t.before")} AS before, {timeline.shown("t.after")} AS after, t.actor_name AS by,
            iso(t.at) AS at
        FROM timeline_entry t WHERE t.lead_id = %(lead_id)s AND t.version > %(version)s AND {timeline.VISIBLE}
        ORDER BY t.entry
        """,
        lead_id=lead_id,
        version=version,
        **timeline.reader(caller),
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

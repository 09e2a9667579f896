"""Documents and their versions: reserved, checked, accepted or refused; a lead's lock guards its seven (rules.md 6)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

from shared_code.rules.scope import Caller
from shared_code.sql.pool import Db, Rows, rows, scalars
from shared_code.sql.scope import CUSTOMERS, LEADS

# A document that takes one of a lead's seven slots; a reservation dies with its SAS, also before the timer says so.
ACTIVE: Final[LiteralString] = """(d.state IN ('Checking', 'Accepted') OR d.state = 'Reserved' AND EXISTS (
    SELECT FROM document_version r WHERE r.doc_id = d.doc_id AND r.state = 'Reserved' AND r.expires_at > now()))"""

# A document with the version it serves: the newest accepted one, else the newest.
DOCUMENTS: Final[LiteralString] = """document d JOIN LATERAL (
    SELECT * FROM document_version WHERE doc_id = d.doc_id
    ORDER BY version IS NOT DISTINCT FROM d.current_version DESC, version DESC LIMIT 1) v ON true"""
DOCUMENT: Final[LiteralString] = """json_build_object(
    'docId', d.doc_id, 'docType', d.doc_type, 'fileName', v.file_name, 'contentType', v.content_type,
    'sizeBytes', v.size_bytes, 'state', d.state, 'reviewStatus', d.review_status,
    'reason', coalesce(d.review_reason, v.reason), 'version', v.version,
    'uploadedBy', v.uploaded_by, 'uploadedAt', iso(v.uploaded_at))"""
LISTED: Final[LiteralString] = "d.state NOT IN ('Expired', 'Deleted')"


def active_count(db: Db, lead_id: str) -> "Rows[int]":
    """How many of its slots a lead uses; sent after the lead's lock, in a statement of its own (I4)."""
    return scalars(db, f"SELECT count(*) FROM document d WHERE d.lead_id = %(lead_id)s AND {ACTIVE}", lead_id=lead_id)


@dataclass(frozen=True)
class Slot:
    """A reserved place for one upload; size in bytes, as declared."""

    doc_type: str
    file_name: str
    content_type: str
    declared_size: int
    upload_blob: str
    expires_at: datetime
    uploaded_by: str


def reserve_for_lead(db: Db, lead_id: str, slot: Slot) -> "Rows[str]":
    """Reserve a slot of a locked lead; answers the document's id."""
    return scalars(
        db,
        """
        WITH reserved AS (
            INSERT INTO document (lead_id, doc_type, created_by)
            VALUES (%(lead_id)s, %(doc_type)s, %(uploaded_by)s) RETURNING doc_id)
        INSERT INTO document_version (
            doc_id, version, file_name, content_type, declared_size, upload_blob, expires_at, uploaded_by)
        SELECT
            doc_id, 1, %(file_name)s, %(content_type)s, %(declared_size)s, %(upload_blob)s, %(expires_at)s,
            %(uploaded_by)s
        FROM reserved RETURNING doc_id
        """,
        lead_id=lead_id,
        **vars(slot),
    )


def of_lead(db: Db, caller: Caller, lead_id: str, limit: int) -> "Rows[bytes]":
    """A lead's documents, newest first, and how many of its slots are taken; no row outside scope."""
    return scalars(
        db,
        f"""
        SELECT json_build_object(
            'items', (SELECT coalesce(json_agg({DOCUMENT} ORDER BY id_number(d.doc_id) DESC), '[]') FROM {DOCUMENTS}
                      WHERE d.lead_id = l.lead_id AND {LISTED}),
            'activeCount', (SELECT count(*) FROM document d WHERE d.lead_id = l.lead_id
                AND {ACTIVE}), 'limit', %(limit)s::int)
        FROM lead l WHERE l.lead_id = %(lead_id)s AND {LEADS[caller.role]}
        """,
        lead_id=lead_id,
        limit=limit,
        me=caller.user_id,
    )


def _in_scope(caller: Caller) -> LiteralString:
    """A document belongs to a lead, or is a paper of a customer."""
    return f"""(EXISTS (SELECT FROM lead l WHERE l.lead_id = d.lead_id AND {LEADS[caller.role]})
             OR EXISTS (SELECT FROM customer c WHERE c.customer_id = d.customer_id AND {CUSTOMERS[caller.role]}))"""


def one(db: Db, caller: Caller, doc_id: str) -> "Rows[bytes]":
    """A document in scope."""
    return scalars(
        db,
        f"SELECT {DOCUMENT} FROM {DOCUMENTS}"
        f" WHERE d.doc_id = %(doc_id)s AND d.state <> 'Deleted' AND {_in_scope(caller)}",
        doc_id=doc_id,
        me=caller.user_id,
    )


@dataclass(frozen=True)
class Served:
    """What a document serves: the checked bytes of its newest accepted version, or nothing yet."""

    state: str
    blob_name: str | None
    file_name: str | None
    content_type: str | None


def served(db: Db, caller: Caller, doc_id: str) -> "Rows[Served]":
    """The file behind a document in scope."""
    return rows(
        db,
        Served,
        f"""
        SELECT d.state, v.blob_name, v.file_name, v.content_type
        FROM document d LEFT JOIN document_version v ON v.doc_id = d.doc_id AND v.version = d.current_version
        WHERE d.doc_id = %(doc_id)s AND d.state <> 'Deleted' AND {_in_scope(caller)}
        """,
        doc_id=doc_id,
        me=caller.user_id,
    )


@dataclass(frozen=True)
class Upload:
    """An uploaded blob on its way: which version of which document it is."""

    doc_id: str
    version: int
    lead_id: str | None
    doc_type: str
    state: str
    content_type: str
    uploaded_by: str
    is_late: bool


def _lock_lead(db: Db, upload_blob: str) -> None:
    """Lock the lead, if any, to which an uploaded blob belongs."""
    scalars(
        db,
        """
        SELECT 1 FROM lead WHERE lead_id = (
            SELECT d.lead_id FROM document_version v JOIN document d USING (doc_id)
            WHERE v.upload_blob = %(upload_blob)s) FOR UPDATE
        """,
        upload_blob=upload_blob,
    )


def start_check(db: Db, upload_blob: str) -> "Rows[Upload]":
    """Move the blob's version to Checking, unless it has an outcome or comes late; no row for a blob that is not ours.

    Whether it is late is judged behind the lead's lock: its place may be another document's by then (I4).
    """
    _lock_lead(db, upload_blob)
    return rows(
        db,
        Upload,
        """
        WITH open AS (
            UPDATE document_version SET state = 'Checking', checking_at = coalesce(checking_at, now())
            WHERE upload_blob = %(upload_blob)s
              AND (state = 'Checking' OR state = 'Reserved' AND expires_at > statement_timestamp()) RETURNING doc_id),
        begun AS (
            UPDATE document SET state = 'Checking' WHERE doc_id IN (SELECT doc_id FROM open) AND state = 'Reserved')
        SELECT
            d.doc_id, v.version, d.lead_id, d.doc_type, v.state, v.content_type, v.uploaded_by,
            d.state = 'Deleted' OR v.state = 'Expired'
                OR v.state = 'Reserved' AND v.expires_at <= statement_timestamp() AS is_late
        FROM document_version v JOIN document d USING (doc_id) WHERE v.upload_blob = %(upload_blob)s
        """,
        upload_blob=upload_blob,
    )


def accept(db: Db, upload_blob: str, blob_name: str, size_bytes: int, sha256: str) -> "Rows[str]":
    """Write the good outcome; a row only for the run that comes first (I11)."""
    _lock_lead(db, upload_blob)
    return scalars(
        db,
        """
        WITH accepted AS (
            UPDATE document_version SET
                state = 'Accepted', blob_name = %(blob_name)s, size_bytes = %(size_bytes)s, sha256 = %(sha256)s
            WHERE upload_blob = %(upload_blob)s AND state = 'Checking' RETURNING doc_id, version)
        UPDATE document d SET state = 'Accepted', current_version = greatest(d.current_version, accepted.version)
        FROM accepted WHERE d.doc_id = accepted.doc_id AND d.state <> 'Deleted' RETURNING d.doc_id
        """,
        upload_blob=upload_blob,
        blob_name=blob_name,
        size_bytes=size_bytes,
        sha256=sha256,
    )


def refuse(db: Db, upload_blob: str, reason_code: str, reason: str) -> "Rows[str]":
    """Write the bad outcome; a row only for the run that comes first. An older accepted version is served on."""
    return scalars(
        db,
        """
        WITH refused AS (
            UPDATE document_version SET state = 'Rejected', reason_code = %(reason_code)s, reason = %(reason)s
            WHERE upload_blob = %(upload_blob)s AND state IN ('Reserved', 'Checking', 'Expired') RETURNING doc_id)
        UPDATE document d SET state =
            CASE WHEN d.current_version IS NULL AND d.state <> 'Deleted' THEN 'Rejected' ELSE d.state END
        FROM refused WHERE d.doc_id = refused.doc_id RETURNING d.doc_id
        """,
        upload_blob=upload_blob,
        reason_code=reason_code,
        reason=reason,
    )


def expire(db: Db) -> "Rows[str]":
    """Let reservations die that were not used in time; answers their ids."""
    return scalars(
        db,
        """
        WITH expired AS (
            UPDATE document_version SET state = 'Expired' WHERE state = 'Reserved' AND expires_at <= now()
                RETURNING doc_id)
        UPDATE document d SET state = 'Expired' FROM expired WHERE d.doc_id = expired.doc_id AND d.state = 'Reserved'
            RETURNING d.doc_id
        """,
    )

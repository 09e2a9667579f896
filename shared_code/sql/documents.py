"""Documents as they are looked at: a lead's, a customer's papers, versions, who read them (api.md 2.4)."""

from dataclasses import dataclass
from typing import Final, LiteralString

from shared_code.rules.scope import Caller
from shared_code.sql.lists import page_json
from shared_code.sql.pool import Db, Rows, rows, scalars
from shared_code.sql.scope import CUSTOMERS, LEADS

# A document that takes one of a lead's seven slots; a reservation dies with its SAS, also before the timer says so.
ACTIVE: Final[LiteralString] = """(d.state IN ('Checking', 'Accepted') OR d.state = 'Reserved' AND EXISTS (
    SELECT FROM document_version r WHERE r.doc_id = d.doc_id AND r.state = 'Reserved' AND r.expires_at > now()))"""

# A document with the version it serves: the newest accepted one, else the newest that came or may come.
DOCUMENTS: Final[LiteralString] = """document d JOIN LATERAL (
    SELECT * FROM document_version WHERE doc_id = d.doc_id
    ORDER BY version IS NOT DISTINCT FROM d.current_version DESC, state = 'Expired', version DESC LIMIT 1) v ON true"""
_FILE: Final[LiteralString] = """
    'docId', d.doc_id, 'leadId', d.lead_id, 'customerId', d.customer_id,
    'docType', d.doc_type, 'fileName', v.file_name, 'contentType', v.content_type, 'sizeBytes', v.size_bytes,
    'version', v.version, 'uploadedBy', v.uploaded_by, 'uploadedAt', iso(v.uploaded_at)"""
DOCUMENT: Final[LiteralString] = f"""json_build_object({_FILE},
    'state', d.state, 'reviewStatus', d.review_status, 'reason', coalesce(d.review_reason, v.reason))"""
_VERSION: Final[LiteralString] = f"""json_build_object({_FILE}, 'state', v.state,
    'reviewStatus', CASE WHEN v.version = d.current_version THEN d.review_status END,
    'reason', coalesce(v.reason, CASE WHEN v.version = d.current_version THEN d.review_reason END))"""
_ACCESS: Final[LiteralString] = """json_build_object(
    'userId', a.user_id, 'userName', u.name, 'role', u.role, 'version', a.version, 'at', iso(a.at))"""
_ACCESSES: Final[LiteralString] = "FROM document_access a JOIN user_account u USING (user_id) WHERE a.doc_id = d.doc_id"
LISTED: Final[LiteralString] = "d.state NOT IN ('Expired', 'Deleted')"


def in_scope(caller: Caller) -> LiteralString:
    """A document `d` belongs to a lead, or is a paper of a customer."""
    return f"""d.state <> 'Deleted' AND (
        EXISTS (SELECT FROM lead l WHERE l.lead_id = d.lead_id AND {LEADS[caller.role]})
        OR EXISTS (SELECT FROM customer c WHERE c.customer_id = d.customer_id AND {CUSTOMERS[caller.role]}))"""


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


def of_customer(db: Db, caller: Caller, customer_id: str) -> "Rows[bytes]":
    """A customer's papers, newest first; no row outside scope."""
    return scalars(
        db,
        f"""
        SELECT json_build_object('items', (
            SELECT coalesce(json_agg({DOCUMENT} ORDER BY id_number(d.doc_id) DESC), '[]') FROM {DOCUMENTS}
            WHERE d.customer_id = c.customer_id AND {LISTED}))
        FROM customer c WHERE c.customer_id = %(customer_id)s AND {CUSTOMERS[caller.role]}
        """,
        customer_id=customer_id,
        me=caller.user_id,
    )


def active_count(db: Db, lead_id: str) -> "Rows[int]":
    """How many of its slots a lead uses; sent after the lead's lock, in a statement of its own (I4)."""
    return scalars(db, f"SELECT count(*) FROM document d WHERE d.lead_id = %(lead_id)s AND {ACTIVE}", lead_id=lead_id)


def active_beside(db: Db, doc_id: str) -> "Rows[int]":
    """The same for the lead of a document; none for a paper."""
    return scalars(
        db,
        f"SELECT count(*) FROM document d WHERE {ACTIVE}"
        " AND d.lead_id = (SELECT lead_id FROM document WHERE doc_id = %(doc_id)s)",
        doc_id=doc_id,
    )


def one(db: Db, caller: Caller, doc_id: str) -> "Rows[bytes]":
    """A document in scope."""
    return scalars(
        db,
        f"SELECT {DOCUMENT} FROM {DOCUMENTS} WHERE d.doc_id = %(doc_id)s AND {in_scope(caller)}",
        doc_id=doc_id,
        me=caller.user_id,
    )


def versions(db: Db, caller: Caller, doc_id: str) -> "Rows[bytes]":
    """All versions of a document in scope, newest first."""
    return scalars(
        db,
        f"""
        SELECT json_build_object('items', (
            SELECT json_agg({_VERSION} ORDER BY v.version DESC) FROM document_version v WHERE v.doc_id = d.doc_id))
        FROM document d WHERE d.doc_id = %(doc_id)s AND {in_scope(caller)}
        """,
        doc_id=doc_id,
        me=caller.user_id,
    )


def accesses(db: Db, caller: Caller, doc_id: str, offset: int, limit: int) -> "Rows[bytes]":
    """Who was given a link to read a document in scope, newest first, as a list's `data`."""
    return scalars(
        db,
        f"""
        SELECT {page_json(_ACCESS, _ACCESSES, "a.id DESC")}
        FROM document d WHERE d.doc_id = %(doc_id)s AND {in_scope(caller)}
        """,
        doc_id=doc_id,
        offset=offset,
        limit=limit,
        me=caller.user_id,
    )


@dataclass(frozen=True)
class Served:
    """The checked bytes of a version, or nothing where it was not accepted.

    is_there: there is such a version. may_read: by this caller.
    """

    state: str
    blob_name: str | None
    file_name: str | None
    is_there: bool
    may_read: bool


def serve(db: Db, caller: Caller, doc_id: str, version: int | None, sees_older: bool) -> "Rows[Served]":
    """The file behind a document in scope, by default its newest accepted version; that it is given is noted."""
    return rows(
        db,
        Served,
        f"""
        WITH served AS (
            SELECT coalesce(v.state, d.state) AS state, v.version, v.file_name,
                %(version)s::integer IS NULL OR v.version IS NOT NULL AS is_there,
                CASE WHEN v.state = 'Accepted' THEN v.blob_name END AS blob_name,
                %(sees_older)s OR coalesce(v.version = d.current_version, true) AS may_read
            FROM document d LEFT JOIN document_version v
                ON v.doc_id = d.doc_id AND v.version = coalesce(%(version)s::integer, d.current_version)
            WHERE d.doc_id = %(doc_id)s AND {in_scope(caller)}),
        noted AS (
            INSERT INTO document_access (doc_id, version, user_id)
            SELECT %(doc_id)s, version, %(me)s FROM served WHERE blob_name IS NOT NULL AND may_read)
        SELECT state, blob_name, file_name, is_there, may_read FROM served
        """,
        doc_id=doc_id,
        version=version,
        sees_older=sees_older,
        me=caller.user_id,
    )

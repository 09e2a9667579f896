"""A customer's papers under review, and the log of what happened to them (rules.md 6.7; api.md 2.4)."""

from typing import Final, LiteralString

from shared_code.rules.scope import Caller
from shared_code.sql.lists import page_json
from shared_code.sql.pool import Db, Rows, scalars
from shared_code.sql.scope import CUSTOMERS

_EVENT: Final[LiteralString] = """json_build_object(
    'id', e.id::text, 'docId', e.doc_id, 'docType', e.doc_type, 'version', e.version, 'action', e.action,
    'actorId', e.actor_id, 'actorName', e.actor_name, 'at', iso(e.at), 'reason', e.reason)"""


def review(db: Db, doc_id: str, status: str, reason: str | None) -> None:
    """Write what the reviewer says."""
    scalars(
        db,
        "UPDATE document SET review_status = %(status)s, review_reason = %(reason)s WHERE doc_id = %(doc_id)s",
        doc_id=doc_id,
        status=status,
        reason=reason,
    )


def note(
    db: Db, actor: Caller, doc_id: str, action: str, version: int | None = None, reason: str | None = None
) -> None:
    """Add an entry to the log of the customer whose paper it is."""
    scalars(
        db,
        """
        INSERT INTO kyc_event (customer_id, doc_id, doc_type, version, action, actor_id, actor_name, reason)
        SELECT customer_id, doc_id, doc_type, coalesce(%(version)s::integer, current_version), %(action)s, %(actor_id)s,
            %(actor_name)s, %(reason)s
        FROM document WHERE doc_id = %(doc_id)s AND customer_id IS NOT NULL
        """,
        doc_id=doc_id,
        version=version,
        action=action,
        actor_id=actor.user_id,
        actor_name=actor.name,
        reason=reason,
    )


def log(db: Db, caller: Caller, customer_id: str, offset: int, limit: int) -> "Rows[bytes]":
    """What happened to a customer's papers, newest first, as a list's `data`; no row outside scope."""
    return scalars(
        db,
        f"""
        SELECT {page_json(_EVENT, "FROM kyc_event e WHERE e.customer_id = c.customer_id", "e.id DESC")}
        FROM customer c WHERE c.customer_id = %(customer_id)s AND {CUSTOMERS[caller.role]}
        """,
        customer_id=customer_id,
        offset=offset,
        limit=limit,
        me=caller.user_id,
    )

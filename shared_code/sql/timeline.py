"""The permanent log of what happened to a lead (rules.md 1.6). Its entries are numbered under the lead's row lock."""

from collections.abc import Mapping
from typing import Any, Final, LiteralString

from shared_code.rules.scope import Caller, Role
from shared_code.sql.lists import page_json
from shared_code.sql.pool import Db, Rows, json_of, scalars
from shared_code.sql.scope import LEADS

# What a customer sees: status, documents, shared quotations; never remarks, reasons or commissions (rules.md 2.1).
CUSTOMER_ACTIONS: Final = [
    "created", "status", "override", "quotationShared", "quotationAccepted", "quotationRejected",
    "documentAdded", "documentReplaced", "documentRestored", "documentDeleted",
]  # fmt: skip
CUSTOMER_FIELDS: Final = ["status", "docId", "docType", "version", "quotationReference"]


def shown(fields: LiteralString) -> LiteralString:
    """The changed fields, of which a customer is shown some."""
    return f"""CASE WHEN NOT %(is_customer)s THEN {fields} ELSE (
        SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each({fields})
        WHERE key = ANY (%(customer_fields)s)) END"""


ENTRY: Final[LiteralString] = f"""json_build_object(
    'id', t.lead_id || '/' || t.entry, 'action', t.action, 'actorId', t.actor_id, 'actorName', t.actor_name,
    'actorRole', t.actor_role, 'at', iso(t.at), 'before', {shown("t.before")}, 'after', {shown("t.after")},
    'remarks', CASE WHEN NOT %(is_customer)s THEN t.remarks END, 'override', t.override,
    'reason', CASE WHEN NOT %(is_customer)s THEN t.reason END)"""
VISIBLE: Final[LiteralString] = "(NOT %(is_customer)s OR t.action = ANY (%(customer_actions)s))"


def reader(caller: Caller) -> dict[str, object]:
    """The parameters of ENTRY and VISIBLE for that reader."""
    return {
        "me": caller.user_id,
        "is_customer": caller.role is Role.CUSTOMER,
        "customer_actions": CUSTOMER_ACTIONS,
        "customer_fields": CUSTOMER_FIELDS,
    }


def page(db: Db, caller: Caller, lead_id: str, offset: int, limit: int) -> "Rows[bytes]":
    """A lead's entries, newest first, as a list's `data`; no row when the lead is not in scope."""
    return scalars(
        db,
        f"""
        SELECT {page_json(ENTRY, f"FROM timeline_entry t WHERE t.lead_id = l.lead_id AND {VISIBLE}", "t.entry DESC")}
        FROM lead l WHERE l.lead_id = %(lead_id)s AND {LEADS[caller.role]}
        """,
        lead_id=lead_id,
        offset=offset,
        limit=limit,
        **reader(caller),
    )


def add(  # noqa: PLR0913 -- the columns of an entry
    db: Db,
    actor: Caller | None,
    lead_id: str,
    action: str,
    after: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
    *,
    remarks: str | None = None,
    reason: str | None = None,
    override: bool = False,
) -> None:
    """Add an entry under the lead's next number; nobody as the actor means the system itself."""
    scalars(
        db,
        """
        WITH numbered AS (
            UPDATE lead SET last_entry = last_entry + 1 WHERE lead_id = %(lead_id)s
                RETURNING lead_id, last_entry, version)
        INSERT INTO timeline_entry (
            lead_id, entry, version, action, actor_id, actor_name, actor_role, before, after, remarks, reason, override)
        SELECT
            lead_id, last_entry, version, %(action)s, %(actor_id)s, %(actor_name)s, %(actor_role)s,
            %(before)s, %(after)s, %(remarks)s, %(reason)s, %(override)s
        FROM numbered
        """,
        lead_id=lead_id,
        action=action,
        before=json_of(before or {}),
        after=json_of(after),
        remarks=remarks,
        reason=reason,
        override=override,
        **signature(actor),
    )


def signature(actor: Caller | None) -> dict[str, str | None]:
    """Who acted, as an entry records it."""
    if actor is None:
        return {"actor_id": None, "actor_name": "Solarium", "actor_role": None}
    return {"actor_id": actor.user_id, "actor_name": actor.name, "actor_role": actor.role.value}

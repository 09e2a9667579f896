"""The phone on a customer's leads: it is the customer's, and changes with it (api.md 2.8)."""

from shared_code.rules.scope import Caller
from shared_code.sql.pool import Db, scalars
from shared_code.sql.timeline import signature


def lock(db: Db, customer_id: str) -> None:
    """Lock the leads of a customer, in one order, before its account: so does whoever moves a lead to a customer."""
    scalars(
        db,
        "SELECT lead_id FROM lead WHERE customer_id = %(customer_id)s ORDER BY lead_id FOR NO KEY UPDATE",
        customer_id=customer_id,
    )


def follow(db: Db, caller: Caller, customer_id: str, phone: str) -> None:
    """Give every lead of that customer its new phone, with a version and a timeline entry each.

    The customer's account is locked by then, so nobody adds a lead to it; one added just before is locked here.
    """
    scalars(
        db,
        """
        WITH former AS (
            SELECT lead_id, phone FROM lead WHERE customer_id = %(customer_id)s AND phone <> %(phone)s
            ORDER BY lead_id FOR NO KEY UPDATE),
        l AS (
            UPDATE lead SET phone = %(phone)s, version = version + 1, last_entry = last_entry + 1, updated_at = now()
            FROM former WHERE lead.lead_id = former.lead_id
            RETURNING lead.lead_id, lead.last_entry, lead.version, former.phone AS former_phone)
        INSERT INTO timeline_entry (
            lead_id, entry, version, action, actor_id, actor_name, actor_role, before, after)
        SELECT
            lead_id, last_entry, version, 'edited', %(actor_id)s, %(actor_name)s, %(actor_role)s,
            jsonb_build_object('phone', former_phone), jsonb_build_object('phone', %(phone)s::text)
        FROM l
        """,
        customer_id=customer_id,
        phone=phone,
        **signature(caller),
    )

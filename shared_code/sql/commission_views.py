"""Commissions as they are looked at: one with its history, a page of many, their sums."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, LiteralString

from shared_code.rules.scope import Caller, Role
from shared_code.sql import lists
from shared_code.sql.commissions import COMMISSION, FIELDS
from shared_code.sql.pool import Db, Rows, scalars
from shared_code.sql.scope import COMMISSIONS, of_leads


def _summary(scope: LiteralString) -> LiteralString:
    return f"""(SELECT json_build_object(
        'byStatus', json_object_agg(s.status, json_build_object('count', count, 'amount', amount) ORDER BY place),
        'lifetimePaid', sum(amount) FILTER (WHERE s.status = 'Paid'))
        FROM unnest(ARRAY['Pending', 'Approved', 'Paid', 'Cancelled']) WITH ORDINALITY s (status, place)
        CROSS JOIN LATERAL (
            SELECT count(*), coalesce(sum(coalesce(m.approved_amount, m.amount)), 0) AS amount
            FROM commission m WHERE m.status = s.status AND {scope}) found)"""


PARTNER_SUMMARY: Final[LiteralString] = _summary(COMMISSIONS[Role.CP])


def summary(db: Db, caller: Caller) -> "Rows[bytes]":
    """Commissions in scope: how many and how much by status, and what was ever paid, ₹."""
    return scalars(db, f"SELECT {_summary(COMMISSIONS[caller.role])}", me=caller.user_id)


def one(db: Db, caller: Caller, commission_id: str) -> "Rows[bytes]":
    """A commission in scope with its calculation and history."""
    return scalars(
        db,
        f"""
        SELECT json_build_object({FIELDS},
            'calculation', json_build_object('dealerAddOnPerKw', m.dealer_add_on_per_kw, 'systemKw', m.system_kw,
                'amount', m.amount),
            'history', (SELECT json_agg(json_build_object('at', iso(e.at), 'actorId', e.actor_id, 'actorName',
                e.actor_name,
                            'from', e.from_status, 'to', e.to_status, 'amount', e.amount, 'notes', e.notes)
                                ORDER BY e.version)
                        FROM commission_event e WHERE e.commission_id = m.commission_id))
        FROM commission m JOIN lead l USING (lead_id) WHERE m.commission_id = %(commission_id)s
            AND {COMMISSIONS[caller.role]}
        """,
        commission_id=commission_id,
        me=caller.user_id,
    )


@dataclass(frozen=True)
class Wanted(lists.Wanted):
    """What a list of commissions is asked for; None is no filter."""

    status: tuple[str, ...] = ()
    cp_id: str | None = None
    lead_id: str | None = None


_FILTERS: Final[Mapping[str, LiteralString]] = {
    "status": "m.status = ANY (%(status)s)",
    "cp_id": "m.cp_id = %(cp_id)s",
    "lead_id": "m.lead_id = %(lead_id)s",
    "search": f"""({of_leads(Role.ADMIN, "m.lead_id", lists.contains("lower(l.customer_name)"))}
        OR m.commission_id = upper(%(search)s) OR m.utr = upper(%(search)s))""",
    **lists.created_between("m.created_at"),
}
_SORT: Final[Mapping[str, LiteralString]] = {
    "createdAt": "m.created_at",
    "status": "m.status",
    "customerName": "lower(l.customer_name)",
}


def page(db: Db, caller: Caller, wanted: Wanted) -> "Rows[bytes]":
    """Commissions in scope, newest first unless sorted, as a list's `data`."""
    with_leads: LiteralString = "commission m JOIN lead l USING (lead_id)"
    return lists.list_page(
        db,
        item=COMMISSION,
        row_id="m.commission_id",
        table=with_leads,
        source=with_leads if wanted.sort_by == "customerName" else "commission m",
        counted="commission m",
        where=[COMMISSIONS[caller.role], *lists.chosen(_FILTERS, wanted)],
        order=lists.ordered(_SORT, wanted, "m.commission_id"),
        wanted=wanted,
        params={"me": caller.user_id},
        at_once=caller.role is not Role.ADMIN,
    )

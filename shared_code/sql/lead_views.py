"""Leads as they are looked at: one with all that hangs on it, a page of many, their sums."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, LiteralString

from shared_code.rules.scope import Caller, Role
from shared_code.sql import lists
from shared_code.sql.commission_views import PARTNER_SUMMARY
from shared_code.sql.documents import DOCUMENT, DOCUMENTS
from shared_code.sql.leads import FIELDS, LEAD, reader
from shared_code.sql.people import customer_json
from shared_code.sql.places import IN_FORCE
from shared_code.sql.pool import Db, Rows, rows, scalars
from shared_code.sql.quotations import QUOTATION
from shared_code.sql.scope import LEADS


@dataclass(frozen=True)
class Detail:
    """A lead with what hangs on it, as JSON."""

    version: int
    data: bytes


def detail(db: Db, caller: Caller, lead_id: str, customer_accepted: bool) -> "Rows[Detail]":
    """A lead in scope with its quotations, documents and customer."""
    return rows(
        db,
        Detail,
        f"""
        SELECT l.version, json_build_object({FIELDS},
            'quotations', (SELECT coalesce(json_agg({QUOTATION} ORDER BY q.created_at DESC), '[]') FROM quotation q
                           WHERE q.lead_id = l.lead_id AND (q.shared_with_customer OR NOT %(is_customer)s)),
            'documents', (SELECT coalesce(json_agg({DOCUMENT} ORDER BY id_number(d.doc_id) DESC), '[]') FROM {DOCUMENTS}
                          WHERE d.lead_id = l.lead_id AND d.state NOT IN ('Expired', 'Deleted')),
            'customer', (SELECT {customer_json(caller.role)}
                         FROM customer c JOIN user_account u ON u.user_id = c.customer_id
                         WHERE c.customer_id = l.customer_id)) AS data
        FROM lead l WHERE l.lead_id = %(lead_id)s AND {LEADS[caller.role]}
        """,
        lead_id=lead_id,
        **reader(caller, customer_accepted),
    )


@dataclass(frozen=True)
class Wanted(lists.Wanted):
    """What a list of leads is asked for; `assigned_to` may be `unassigned`, `day` is today in India.

    `state`: the code or name that it has at `now`.
    """

    now: datetime | None = None
    day: date | None = None
    status: tuple[str, ...] = ()
    assigned_to: str | None = None
    state: str | None = None
    origin: str | None = None
    source: str | None = None
    search: str | None = None
    follow_up: str | None = None


_FOLLOW_UP: Final[Mapping[str, LiteralString]] = {
    "today": "l.follow_up_date = %(day)s",  # a terminal status has none
    "overdue": "l.follow_up_date < %(day)s",
}
_FILTERS: Final[Mapping[str, LiteralString]] = {
    "status": "l.status = ANY (%(status)s)",
    "assigned_to": "l.assigned_to IS NOT DISTINCT FROM nullif(%(assigned_to)s, 'unassigned')",
    "state": f"l.state IN ({IN_FORCE})",
    "origin": "l.origin = %(origin)s",
    "source": "l.source = %(source)s",
    "search": "(strpos(lower(l.customer_name), lower(%(search)s)) > 0 OR strpos(l.phone, %(search)s) > 0"
    " OR l.lead_id = upper(%(search)s))",
    **lists.created_between("l.created_at"),
}
_SORT: Final[Mapping[str, LiteralString]] = {
    "createdAt": "l.created_at",
    "updatedAt": "l.updated_at",
    "followUpDate": "l.follow_up_date",
    "customerName": "lower(l.customer_name)",
    "status": "l.status",
}


def page(db: Db, caller: Caller, wanted: Wanted, customer_accepted: bool) -> "Rows[bytes]":
    """Leads in scope as a list's `data`: as sorted, else a partner's by follow-up and everybody else's newest first."""
    follow_up = [_FOLLOW_UP[wanted.follow_up]] if wanted.follow_up else []
    return lists.list_page(
        db,
        item=LEAD,
        source="lead l",
        where=[LEADS[caller.role], *lists.chosen(_FILTERS, wanted), *follow_up],
        order=lists.ordered(_SORT, wanted, "l.lead_id", "followUpDate" if caller.role is Role.CP else "createdAt"),
        wanted=wanted,
        params=reader(caller, customer_accepted),
    )


SUMMARY: Final[LiteralString] = f"""
    'total', count(*), 'byStatus', (SELECT json_object_agg(s.status, (SELECT count(*) FROM mine
        WHERE mine.status = s.status))
                                    FROM unnest(%(statuses)s::text[]) s (status)),
    'dueToday', count(*) FILTER (WHERE {_FOLLOW_UP["today"]}), 'overdue',
        count(*) FILTER (WHERE {_FOLLOW_UP["overdue"]})"""


def summary(db: Db, caller: Caller, day: date, statuses: list[str]) -> "Rows[bytes]":
    """Leads in scope by status, follow-ups due on `day` and overdue; for a partner its commissions too."""
    return scalars(
        db,
        f"""
        WITH mine AS (SELECT l.status, l.follow_up_date FROM lead l WHERE {LEADS[caller.role]})
        SELECT json_build_object({SUMMARY}, 'commissions',
            CASE WHEN %(is_partner)s THEN (SELECT {PARTNER_SUMMARY}) END) FROM mine l
        """,
        me=caller.user_id,
        day=day,
        statuses=statuses,
        is_partner=caller.role is Role.CP,
    )

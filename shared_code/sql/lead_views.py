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
    follow_up: str | None = None


_FOLLOW_UP: Final[Mapping[str, LiteralString]] = {
    "today": "l.follow_up_date = %(day)s",  # a terminal status has none
    "overdue": "l.follow_up_date < %(day)s",
}
_FILTERS: Final[Mapping[str, LiteralString]] = {
    "status": "l.status = ANY (%(status)s)",
    "assigned_to": "l.assigned_to = %(assigned_to)s",
    "state": f"l.state IN ({IN_FORCE})",
    "origin": "l.origin = %(origin)s",
    "source": "l.source = %(source)s",
    "search": lists.contains("lower(l.customer_name)", "l.phone", or_is=["l.lead_id"]),
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
    filters = dict(_FILTERS)
    if wanted.assigned_to == "unassigned":
        filters["assigned_to"] = "l.assigned_to IS NULL"
    if wanted.follow_up:
        filters["follow_up"] = _FOLLOW_UP[wanted.follow_up]
    return lists.list_page(
        db,
        item=LEAD,
        row_id="l.lead_id",
        source="lead l",
        where=[LEADS[caller.role], *lists.chosen(filters, wanted)],
        order=lists.ordered(_SORT, wanted, "l.lead_id", "followUpDate" if caller.role is Role.CP else "createdAt"),
        wanted=wanted,
        params=reader(caller, customer_accepted),
        at_once=caller.role is not Role.ADMIN,
    )


def summary_json(leads: LiteralString, commissions: LiteralString) -> LiteralString:
    """The sums of leads `l` (FROM and WHERE), with those of commissions. Takes the parameters `statuses` and `day`."""
    return f"""(SELECT json_build_object(
        'total', coalesce(sum(found.leads), 0),
        'byStatus', json_object_agg(s.status, coalesce(found.leads, 0) ORDER BY s.place),
        'dueToday', coalesce(sum(found.due), 0), 'overdue', coalesce(sum(found.overdue), 0),
        'commissions', {commissions})
        FROM unnest(%(statuses)s::text[]) WITH ORDINALITY s (status, place) LEFT JOIN (
            SELECT l.status, count(*) AS leads, count(*) FILTER (WHERE {_FOLLOW_UP["today"]}) AS due,
                count(*) FILTER (WHERE {_FOLLOW_UP["overdue"]}) AS overdue
            {leads} GROUP BY l.status) found USING (status))"""


def summary(db: Db, caller: Caller, day: date, statuses: list[str]) -> "Rows[bytes]":
    """Leads in scope by status, follow-ups due on `day` and overdue; for a partner its commissions too."""
    commissions: LiteralString = PARTNER_SUMMARY if caller.role is Role.CP else "NULL"
    return scalars(
        db,
        f"SELECT {summary_json(f'FROM lead l WHERE {LEADS[caller.role]}', commissions)}",
        me=caller.user_id,
        day=day,
        statuses=statuses,
    )

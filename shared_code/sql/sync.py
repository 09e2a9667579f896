"""Everything that is a caller's own, in one statement at one instant (api.md 2.6; I10)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString

from shared_code.rules.lead_status import Status
from shared_code.rules.scope import Caller, Role
from shared_code.sql import lead_views, leads, quotations, timeline
from shared_code.sql.commissions import COMMISSION, PARTNER_SUMMARY
from shared_code.sql.documents import DOCUMENT, DOCUMENTS
from shared_code.sql.notifications import ITEM
from shared_code.sql.people import CUSTOMER
from shared_code.sql.pool import Db, Rows, rows
from shared_code.sql.scope import COMMISSIONS, LEADS

ENTRIES_PER_LEAD = 20
POLLS, POLL_SECONDS = 7, 30  # one, and a burst of six more; one comes back every 30 s


# The caller's rows. Whatever of them stands in the answer is in `state`: a row's xmin changes with every change of it,
# so the ETag needs no answer to be built (README of PostgreSQL's MVCC, "System Columns").
def _mine(role: Role) -> LiteralString:
    return f"""
    mine AS MATERIALIZED (SELECT l.*, l.xmin AS row_version FROM lead l WHERE {LEADS[role]}),
    people AS (SELECT customer_id FROM mine UNION SELECT customer_id FROM customer c
        WHERE %(is_customer)s AND c.customer_id = %(me)s),
    state AS (SELECT sha256(convert_to(concat_ws('|', %(day)s::text, %(shape)s::text,
        (SELECT string_agg(concat(lead_id, ':', row_version), ',' ORDER BY lead_id) FROM mine),
        (SELECT string_agg(concat(q.quotation_reference, ':', q.xmin), ',' ORDER BY q.quotation_reference)
         FROM quotation q JOIN mine USING (lead_id)),
        (SELECT string_agg(concat(d.doc_id, ':', d.xmin, ':', v.xmin), ',' ORDER BY d.doc_id, v.version)
         FROM document d JOIN document_version v USING (doc_id)
         WHERE d.lead_id IN (SELECT lead_id FROM mine) OR d.customer_id IN (SELECT customer_id FROM people)),
        (SELECT string_agg(concat(u.user_id, ':', u.xmin), ',' ORDER BY u.user_id) FROM user_account u
         WHERE u.user_id IN (SELECT customer_id FROM people) OR u.user_id IN (SELECT assigned_to
             FROM mine) OR u.user_id = %(me)s),
        (SELECT string_agg(concat(m.commission_id, ':', m.xmin), ',' ORDER BY m.commission_id) FROM commission m
            WHERE {COMMISSIONS[role]}),
        (SELECT string_agg(concat(n.id, ':', n.xmin), ',' ORDER BY n.id) FROM notification n WHERE n.user_id = %(me)s)
    ), 'UTF8')) AS hash)"""


def _body(role: Role) -> LiteralString:
    return f"""json_build_object(
    'serverTime', iso(%(now)s),
    'leads', (SELECT coalesce(json_agg({leads.LEAD} ORDER BY l.created_at DESC, id_number(l.lead_id) DESC), '[]')
        FROM mine l),
    'quotations', (SELECT coalesce(json_agg({quotations.QUOTATION}
        ORDER BY q.created_at DESC, id_number(q.quotation_reference) DESC), '[]')
                   FROM quotation q JOIN mine USING (lead_id) WHERE q.shared_with_customer OR NOT %(is_customer)s),
    'documents', (SELECT coalesce(json_agg({DOCUMENT} ORDER BY id_number(d.doc_id) DESC), '[]') FROM {DOCUMENTS}
                  WHERE d.lead_id IN (SELECT lead_id FROM mine) AND d.state NOT IN ('Expired', 'Deleted')),
    'kycDocuments', (SELECT coalesce(json_agg({DOCUMENT} ORDER BY id_number(d.doc_id) DESC), '[]') FROM {DOCUMENTS}
                     WHERE d.customer_id IN (SELECT customer_id FROM people) AND d.state NOT IN ('Expired', 'Deleted')),
    'customers', (SELECT coalesce(json_agg({CUSTOMER} ORDER BY id_number(u.user_id) DESC), '[]') FROM people c
                  JOIN user_account u ON u.user_id = c.customer_id),
    'commissions', (SELECT coalesce(json_agg({COMMISSION} ORDER BY m.created_at DESC), '[]') FROM commission m
        JOIN lead l USING (lead_id)
                    WHERE {COMMISSIONS[role]}),
    'notifications', (SELECT coalesce(json_agg({ITEM} ORDER BY n.created_at DESC, id_number(n.id) DESC), '[]')
        FROM notification n
                      WHERE n.user_id = %(me)s),
    'timeline', (SELECT coalesce(json_agg({timeline.ENTRY} ORDER BY t.at DESC, t.entry DESC), '[]') FROM mine l CROSS
        JOIN LATERAL (
                     SELECT * FROM timeline_entry t WHERE t.lead_id = l.lead_id AND {timeline.VISIBLE}
                     ORDER BY t.entry DESC LIMIT %(entries)s) t),
    'summary', (SELECT json_build_object({lead_views.SUMMARY}, 'commissions',
        CASE WHEN NOT %(is_customer)s THEN {PARTNER_SUMMARY} END)
                FROM mine l))"""


@dataclass(frozen=True)
class Answer:
    """The answer's hash, and its JSON unless the caller has it; both empty when `allowed` is false: a poll too many."""

    allowed: bool
    hash: bytes | None
    data: bytes | None


def everything(
    db: Db, caller: Caller, now: datetime, day: date, known: list[bytes], poll_key: str, customer_accepted: bool
) -> "Rows[Answer]":
    """All that is the caller's. `known`: hashes the caller has; `poll_key`: what makes two polls identical.

    The poll is counted in the same statement: tokens come back one every 30 s, and without one nothing is read.
    """
    shape = 1  # raise it when the shape of the answer changes, so that no client keeps an old one
    return rows(
        db,
        Answer,
        f"""
        WITH poll AS (
            INSERT INTO rate_window AS w (key, started_at, count) VALUES (%(poll_key)s, now(), 1)
            ON CONFLICT (key) DO UPDATE SET
                count = greatest(0, w.count - floor(extract(epoch
                    FROM now() - w.started_at) / %(poll_seconds)s)::int) + 1,
                started_at = w.started_at + floor(extract(epoch
                    FROM now() - w.started_at) / %(poll_seconds)s) * %(poll_seconds)s * interval '1 s'
            RETURNING count <= %(polls)s AS allowed),
        {_mine(caller.role)}
        SELECT poll.allowed, CASE WHEN poll.allowed THEN (SELECT hash FROM state) END AS hash,
               CASE WHEN poll.allowed AND (SELECT hash
                   FROM state) <> ALL (%(known)s) THEN {_body(caller.role)} END AS data
        FROM poll
        """,
        poll_key=poll_key,
        polls=POLLS,
        poll_seconds=POLL_SECONDS,
        known=known,
        shape=shape,
        now=now,
        day=day,
        entries=ENTRIES_PER_LEAD,
        statuses=[status.value for status in Status],
        **leads.reader(caller, customer_accepted),
        **{name: value for name, value in timeline.reader(caller).items() if name not in ("me", "is_customer")},
    )

"""Everything that is a caller's own, in one statement at one instant (api.md 2.6; I10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, LiteralString

from shared_code.rules.lead_status import Status
from shared_code.rules.scope import Caller, Role
from shared_code.sql import lead_views, leads, quotations, timeline
from shared_code.sql.commission_views import PARTNER_SUMMARY
from shared_code.sql.commissions import COMMISSION
from shared_code.sql.documents import ACTIVE, DOCUMENT, DOCUMENTS, LISTED
from shared_code.sql.notifications import ITEM
from shared_code.sql.people import customer_json
from shared_code.sql.pool import Db, Rows, rows
from shared_code.sql.scope import COMMISSIONS, LEADS

ENTRIES_PER_LEAD = 20
POLLS, POLL_SECONDS = 7, 30  # one, and a burst of six more
SHAPE = "2"  # another one when the shape of the answer changes, so that no client keeps an old one


# The caller's, looked up in an index one by one, however large the tables are (decision 0012).
_MINE: Final[LiteralString] = "ANY (ARRAY(SELECT lead_id FROM mine))"
_PEOPLE: Final[LiteralString] = "ANY (ARRAY(SELECT customer_id FROM people))"


def _mine(role: Role) -> LiteralString:
    """The caller's leads and customers, and a hash of everything the answer shows.

    A row's `xmin` changes with every change of the row, so the hash needs no answer to be built (decision 0004).
    """
    return f"""
        mine AS MATERIALIZED (
            SELECT l.*, l.xmin AS mark FROM lead l WHERE {LEADS[role]}),
        people AS MATERIALIZED (
            SELECT customer_id FROM mine
            UNION SELECT customer_id FROM customer WHERE %(is_customer)s AND customer_id = %(me)s),
        marks (mark) AS (
            SELECT concat(lead_id, mark) FROM mine
            UNION ALL SELECT concat(q.quotation_reference, q.xmin) FROM quotation q WHERE q.lead_id = {_MINE}
            UNION ALL SELECT concat(d.doc_id, d.xmin, '/', v.version, v.xmin, {ACTIVE})
                FROM document d JOIN document_version v USING (doc_id)
                WHERE d.lead_id = {_MINE} OR d.customer_id = {_PEOPLE}
            UNION ALL SELECT concat(user_id, xmin) FROM user_account WHERE user_id = ANY (ARRAY(
                SELECT %(me)s UNION SELECT customer_id FROM people UNION SELECT assigned_to FROM mine))
            UNION ALL SELECT concat(m.commission_id, m.xmin, '/', l.xmin)
                FROM commission m JOIN lead l USING (lead_id) WHERE {COMMISSIONS[role]}
            UNION ALL SELECT concat(id, xmin) FROM notification WHERE user_id = %(me)s),
        now_shown AS MATERIALIZED (
            SELECT sha256(convert_to(
                concat_ws(',', %(day)s::date, %(shape)s::text, string_agg(mark, ',' ORDER BY mark)), 'UTF8')) AS hash
            FROM marks)"""


def _body(role: Role) -> LiteralString:
    return f"""json_build_object(
        'serverTime', iso(%(now)s),
        'leads', (
            SELECT coalesce(json_agg({leads.LEAD} ORDER BY l.created_at DESC, id_number(l.lead_id) DESC), '[]')
            FROM mine l),
        'quotations', (
            SELECT coalesce(json_agg({quotations.QUOTATION} ORDER BY id_number(q.quotation_reference) DESC), '[]')
            FROM quotation q WHERE q.lead_id = {_MINE} AND {quotations.VISIBLE}),
        'documents', (
            SELECT coalesce(json_agg({DOCUMENT} ORDER BY id_number(d.doc_id) DESC), '[]')
            FROM {DOCUMENTS} WHERE d.lead_id = {_MINE} AND {LISTED}),
        'kycDocuments', (
            SELECT coalesce(json_agg({DOCUMENT} ORDER BY id_number(d.doc_id) DESC), '[]')
            FROM {DOCUMENTS} WHERE d.customer_id = {_PEOPLE} AND {LISTED}),
        'customers', (
            SELECT coalesce(json_agg({customer_json(role)} ORDER BY id_number(u.user_id) DESC), '[]')
            FROM user_account u CROSS JOIN LATERAL (SELECT u.user_id AS customer_id) c WHERE u.user_id = {_PEOPLE}),
        'commissions', (
            SELECT coalesce(json_agg({COMMISSION} ORDER BY id_number(m.commission_id) DESC), '[]')
            FROM commission m JOIN lead l USING (lead_id) WHERE {COMMISSIONS[role]}),
        'notifications', (
            SELECT coalesce(json_agg({ITEM} ORDER BY n.created_at DESC, id_number(n.id) DESC), '[]')
            FROM notification n WHERE n.user_id = %(me)s),
        'timeline', (
            SELECT coalesce(json_agg({timeline.ENTRY} ORDER BY t.at DESC, t.entry DESC), '[]')
            FROM mine l CROSS JOIN LATERAL (
                SELECT * FROM timeline_entry t WHERE t.lead_id = l.lead_id AND {timeline.VISIBLE}
                ORDER BY t.entry DESC LIMIT %(entries)s) t),
        'summary', {lead_views.summary_json("FROM mine l", "NULL" if role is Role.CUSTOMER else PARTNER_SUMMARY)})"""


# A poll is identical when the same answer is asked for, known or not. One comes back every POLL_SECONDS.
_SPENT: Final[LiteralString] = "floor(extract(epoch FROM now() - w.started_at) / %(poll_seconds)s)::int"
_POLL: Final[LiteralString] = f"""
        poll AS (
            INSERT INTO rate_window AS w (key, started_at, count)
            SELECT concat('sync:', %(me)s::text, ':', encode(hash, 'hex'), hash = ANY (%(known)s), %(force)s::boolean),
                   now(), 1
            FROM now_shown
            ON CONFLICT (key) DO UPDATE SET
                count = greatest(0, least(w.count, %(polls)s) - {_SPENT}) + 1,
                started_at = w.started_at + {_SPENT} * %(poll_seconds)s * interval '1 s'
            RETURNING count <= %(polls)s AS allowed)"""


@dataclass(frozen=True)
class Answer:
    """The answer's hash, and its JSON unless the caller has it or polls too often (`allowed` is false then)."""

    allowed: bool
    hash: bytes
    data: bytes | None


def everything(
    db: Db, caller: Caller, now: datetime, day: date, known: Sequence[bytes], force: bool, customer_accepted: bool
) -> "Rows[Answer]":
    """All that is the caller's, in one statement that counts the poll too. `known`: hashes the caller has."""
    return rows(
        db,
        Answer,
        f"""
        WITH {_mine(caller.role)}, {_POLL}
        SELECT allowed, hash,
               CASE WHEN allowed AND hash <> ALL (%(known)s) THEN {_body(caller.role)} END AS data
        FROM poll, now_shown
        """,
        polls=POLLS,
        poll_seconds=POLL_SECONDS,
        known=[] if force else list(known),
        force=force,
        shape=f"{SHAPE}{customer_accepted}",
        now=now,
        day=day,
        entries=ENTRIES_PER_LEAD,
        statuses=[status.value for status in Status],
        **leads.reader(caller, customer_accepted),
        **{name: value for name, value in timeline.reader(caller).items() if name not in ("me", "is_customer")},
    )

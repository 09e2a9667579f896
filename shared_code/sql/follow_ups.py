"""Follow-ups that nobody made, told to who has to make them, once a day (rules.md 7)."""

from collections.abc import Collection
from datetime import date, datetime

from shared_code.sql.pool import Db, Rows, scalars

MOST_NAMED = 20  # leads


def tell_overdue(
    db: Db, day: date, now: datetime, terminal: Collection[str], title: str, one: str, many: str
) -> "Rows[str]":
    """Tell partners and KAMs how many of their leads were to be followed up before `day`; answers who is told.

    Who was told on that day in India is not told again, whoever else does this at the same time. one, many: the words;
    `%s` in the latter is the number.
    """
    return scalars(
        db,
        """
        WITH overdue AS (
            SELECT lead_id, follow_up_date, assigned_to FROM lead
            WHERE follow_up_date < %(day)s AND assigned_to IS NOT NULL AND status <> ALL (%(terminal)s)),
        theirs AS (
            SELECT assigned_to AS user_id, lead_id, follow_up_date FROM overdue
            UNION ALL
            SELECT kam_id, lead_id, follow_up_date FROM overdue JOIN channel_partner ON cp_id = assigned_to)
        INSERT INTO notification (user_id, type, title, message, severity, data, created_at)
        SELECT user_id, 'followUpsOverdue', %(title)s,
            CASE count(*) WHEN 1 THEN %(one)s ELSE format(%(many)s, count(*)) END, 'warning',
            jsonb_build_object('count', count(*), 'leadIds', to_jsonb(
                (array_agg(lead_id ORDER BY follow_up_date, id_number(lead_id)))[:%(most_named)s])), %(now)s
        FROM theirs JOIN user_account u USING (user_id) WHERE u.status = 'active' AND NOT u.blocked
        GROUP BY user_id ORDER BY user_id  -- of two at once, one waits for the other and not both
        ON CONFLICT (user_id, india_day(created_at)) WHERE type = 'followUpsOverdue' DO NOTHING RETURNING user_id
        """,
        day=day,
        now=now,
        terminal=list(terminal),
        title=title,
        one=one,
        many=many,
        most_named=MOST_NAMED,
    )

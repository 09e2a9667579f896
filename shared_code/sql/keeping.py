"""What is removed every night because nobody needs it any more, and how long it is kept (rules.md 8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, LiteralString

from shared_code.sql.pool import Db, Rows, scalars


@dataclass(frozen=True)
class Perishable:
    """A table whose rows go: its key, and when a row is over. What is alive by any rule is not over."""

    table: LiteralString
    key: LiteralString
    over: LiteralString


# Of a guard nothing may be younger than a day, the longest time that a limit looks back (rules.md 5.2). A session is
# idle for good after 30 days (5.4). Messages given up stay: an Admin may try them again.
PERISHABLES: Final[Mapping[str, Perishable]] = {
    "idempotencyKeys": Perishable("idempotency_key", "user_id, key", "created_at < now() - interval '24 hours'"),
    "rateWindows": Perishable("rate_window", "key", "started_at < now() - interval '1 day'"),
    "codes": Perishable("otp_challenge", "phone, purpose", "issued_at < now() - interval '1 day'"),
    "codeGuards": Perishable(
        "otp_guard",
        "phone",
        "coalesce(greatest(first_wrong_at, last_wrong_at, locked_until), '-infinity') < now() - interval '1 day'"
        " AND now() - interval '1 day' >= ALL (sent_at)",
    ),
    "passwordGuards": Perishable(
        "password_guard",
        "email",
        "coalesce(greatest(last_failed_at, locked_until), '-infinity') < now() - interval '1 day'",
    ),
    "passwordResets": Perishable(
        "password_reset",
        "user_id",
        "(token_hash IS NULL OR expires_at < now()) AND now() - interval '1 hour' >= ALL (mailed_at)",
    ),
    "sessions": Perishable("session", "session_id", "coalesce(ended_at, last_seen_at) < now() - interval '90 days'"),
    "messages": Perishable(
        "outbox_message", "message_id", "state = 'sent' AND created_at < now() - interval '30 days'"
    ),
}


def remove(db: Db, perishable: Perishable, most: int) -> "Rows[int]":
    """Remove at most so many rows that are over; answers how many. Rows that somebody holds are left for later."""
    table, key = perishable.table, perishable.key
    return scalars(
        db,
        f"""
        WITH gone AS MATERIALIZED (
            SELECT {key} FROM {table} WHERE {perishable.over} LIMIT %(most)s FOR UPDATE SKIP LOCKED),
        removed AS (DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM gone) RETURNING 1)
        SELECT count(*) FROM removed
        """,
        most=most,
    )

"""What the edge itself keeps: answers under an Idempotency-Key, and counts of requests in a window."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.types.json import Json as JsonParameter

from shared_code.sql.pool import Db, Rows, rows, scalars


@dataclass(frozen=True)
class Kept:
    """A request under an Idempotency-Key; `status` is None as long as it has no answer."""

    fingerprint: bytes
    status: int | None
    headers: bytes | None
    body: bytes | None


def claim_key(db: Db, user_id: str, key: str, fingerprint: bytes) -> "Rows[Kept]":
    """Claim the key for this request and answer what stands there now (I9).

    The insert waits for another request that holds the same key; the select then sees what that one has left. What the
    request does after the savepoint can be undone without giving up the claim.
    """
    values = {"user_id": user_id, "key": key, "fingerprint": fingerprint}
    scalars(
        db,
        """
        INSERT INTO idempotency_key (user_id, key, fingerprint) VALUES (%(user_id)s, %(key)s, %(fingerprint)s)
        ON CONFLICT (user_id, key) DO UPDATE
            SET fingerprint = excluded.fingerprint, status = NULL, headers = NULL, body = NULL, created_at = now()
            WHERE idempotency_key.created_at < now() - interval '24 hours'
        """,
        **values,
    )
    claimed = rows(
        db,
        Kept,
        "SELECT fingerprint, status, headers, body FROM idempotency_key WHERE user_id = %(user_id)s AND key = %(key)s",
        **values,
    )
    scalars(db, "SAVEPOINT work")
    return claimed


def keep_answer(db: Db, user_id: str, key: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Store the answer of the request that holds the key."""
    scalars(
        db,
        "UPDATE idempotency_key SET status = %(status)s, headers = %(headers)s, body = %(body)s"
        " WHERE user_id = %(user_id)s AND key = %(key)s",
        user_id=user_id,
        key=key,
        status=status,
        headers=JsonParameter(dict(headers)),
        body=body,
    )


@dataclass(frozen=True)
class Window:
    """How often something was done since `started_at`."""

    started_at: datetime
    count: int


def count_in_window(db: Db, key: str, window: timedelta) -> "Rows[Window]":
    """Count one more under this key; a window that is over begins anew. One statement, shared by all instances."""
    return rows(
        db,
        Window,
        """
        INSERT INTO rate_window AS w (key, started_at, count) VALUES (%(key)s, now(), 1)
        ON CONFLICT (key) DO UPDATE SET
            started_at = CASE WHEN w.started_at <= now() - %(window)s THEN now() ELSE w.started_at END,
            count = CASE WHEN w.started_at <= now() - %(window)s THEN 1 ELSE w.count + 1 END
        RETURNING started_at, count
        """,
        key=key,
        window=window,
    )


def give_back(db: Db, key: str, started_at: datetime) -> None:
    """Count one less in the window that began then, if it still runs: what was counted did not happen."""
    scalars(
        db,
        "UPDATE rate_window SET count = greatest(0, count - 1) WHERE key = %(key)s AND started_at = %(started_at)s",
        key=key,
        started_at=started_at,
    )

"""Links that set a password: at most one is alive per person, kept as a hash (rules.md 5.2, 5.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared_code.sql.addressees import STAFF, Addressee
from shared_code.sql.pool import Db, Rows, rows, scalars


def write(db: Db, user_id: str, token_hash: bytes, expires_at: datetime) -> None:
    """Let a new link kill the older one."""
    scalars(
        db,
        """
        INSERT INTO password_reset (user_id, token_hash, expires_at)
            VALUES (%(user_id)s, %(token_hash)s, %(expires_at)s)
        ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at
        """,
        user_id=user_id,
        token_hash=token_hash,
        expires_at=expires_at,
    )


def write_for_mail(
    db: Db, email: str, token_hash: bytes, expires_at: datetime, now: datetime, most: int, within: timedelta
) -> None:
    """The same for the active Admin or KAM of that address, unless there is none, or `most` mails were written.

    One statement, the same for every address: how long it takes tells nothing.
    """
    scalars(
        db,
        f"""
        WITH person AS (SELECT user_id FROM user_account WHERE lower(email) = lower(%(email)s) AND {STAFF})
        INSERT INTO password_reset AS r (user_id, token_hash, expires_at, mailed_at)
            SELECT user_id, %(token_hash)s, %(expires_at)s, ARRAY[%(now)s::timestamptz] FROM person
        ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at,
            mailed_at = excluded.mailed_at
                        || ARRAY(SELECT at FROM unnest(r.mailed_at) at WHERE at > %(now)s - %(within)s)
            WHERE (SELECT count(*) FROM unnest(r.mailed_at) at WHERE at > %(now)s - %(within)s) < %(most)s
        """,
        email=email,
        token_hash=token_hash,
        expires_at=expires_at,
        now=now,
        most=most,
        within=within,
    )


def addressee(db: Db, email: str, token_hash: bytes) -> "Rows[Addressee]":
    """Whom that link, just written, is mailed to; no row when it was not, or nobody who may sign in has that address.

    Whoever is being given another address, or taken away, is waited for; who does that later finds the link, and
    kills it.
    """
    return rows(
        db,
        Addressee,
        "SELECT u.user_id, u.role, u.name, u.email FROM password_reset r JOIN user_account u USING (user_id)"
        f" WHERE r.token_hash = %(token_hash)s AND lower(u.email) = lower(%(email)s) AND {STAFF} FOR SHARE OF u",
        email=email,
        token_hash=token_hash,
    )


def next_mail_at(db: Db, user_id: str, since: datetime, within: timedelta) -> "Rows[datetime]":
    """When the oldest mail `since` then stops counting, for somebody who has had its last one."""
    return scalars(
        db,
        "SELECT min(at) + %(within)s FROM password_reset, unnest(mailed_at) at"
        " WHERE user_id = %(user_id)s AND at > %(since)s",
        user_id=user_id,
        since=since,
        within=within,
    )


@dataclass(frozen=True)
class Bearer:
    """Whose password a link sets."""

    user_id: str
    role: str
    email: str
    status: str
    blocked: bool


def find(db: Db, token_hash: bytes) -> "Rows[Bearer]":
    """Whose password a link sets, if it is its newest one and was not used."""
    return rows(
        db,
        Bearer,
        "SELECT u.user_id, u.role, u.email, u.status, u.blocked FROM password_reset JOIN user_account u USING (user_id)"
        " WHERE token_hash = %(token_hash)s",
        token_hash=token_hash,
    )


def take(db: Db, token_hash: bytes, now: datetime) -> "Rows[str]":
    """Use a link up; no row when it is not alive. Of many at once, one gets the row."""
    return scalars(
        db,
        """
        UPDATE password_reset SET token_hash = NULL
        WHERE token_hash = %(token_hash)s AND expires_at > %(now)s RETURNING user_id
        """,
        token_hash=token_hash,
        now=now,
    )


def lock(db: Db, user_id: str) -> None:
    """Lock the person's link, before its sessions and account: so does whoever sets a password with it."""
    scalars(db, "SELECT user_id FROM password_reset WHERE user_id = %(user_id)s FOR UPDATE", user_id=user_id)


def drop(db: Db, user_id: str) -> None:
    """Kill the person's link: its password was changed by other means, or its address."""
    scalars(db, "UPDATE password_reset SET token_hash = NULL WHERE user_id = %(user_id)s", user_id=user_id)

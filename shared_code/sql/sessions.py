"""Sessions: opened by a sign-in, checked on every request, rotated, ended (rules.md 5.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString

from shared_code.rules.scope import Caller
from shared_code.sql import lists
from shared_code.sql.pool import Db, Rows, rows, scalars


@dataclass(frozen=True)
class Standing:
    """A session as the database knows it at this moment, and whose it is."""

    user_id: str
    role: str
    name: str | None
    status: str
    blocked: bool
    created_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    has_second_factor: bool


def check(db: Db, session_id: str, user_id: str, request_id: str, is_activity: bool) -> "Rows[Standing]":
    """The session with its user; says to the audit who acts, and notes activity at most once a minute."""
    return rows(
        db,
        Standing,
        """
        WITH seen AS (
            UPDATE session SET last_seen_at = now()
            WHERE session_id IN (
                SELECT session_id FROM session
                WHERE session_id = %(session_id)s AND %(is_activity)s AND ended_at IS NULL
                  AND last_seen_at < now() - interval '1 minute'
                FOR UPDATE SKIP LOCKED))
        SELECT u.user_id, u.role, u.name, u.status, u.blocked, s.created_at, s.last_seen_at, s.ended_at, s.ended_by,
            EXISTS (SELECT FROM second_factor f WHERE f.user_id = u.user_id AND f.secret IS NOT NULL)
                AS has_second_factor
        FROM session s JOIN user_account u USING (user_id),
             set_config('solarium.actor', u.user_id, true) a, set_config('solarium.role', u.role, true) b,
             set_config('solarium.request', %(request_id)s, true) c
        WHERE s.session_id = %(session_id)s AND s.user_id = %(user_id)s
        """,
        session_id=session_id,
        user_id=user_id,
        request_id=request_id,
        is_activity=is_activity,
    )


def act_without_session(db: Db, request_id: str, actor: str = "", role: str = "") -> None:
    """Say to the audit that nobody who is signed in acts: a sign-in, or the system itself."""
    scalars(
        db,
        "SELECT set_config('solarium.actor', %(actor)s, true), set_config('solarium.role', %(role)s, true),"
        " set_config('solarium.request', %(request_id)s, true)",
        actor=actor,
        role=role,
        request_id=request_id,
    )


def open_session(db: Db, session_id: str, user_id: str | None, phone: str | None) -> None:
    """Begin a session, with its first refresh generation, for that user or for who signs in with that phone.

    Who is being blocked, or given another phone, is waited for, and gets none: else it would outlive the order.
    """
    scalars(
        db,
        """
        INSERT INTO session (session_id, user_id)
        SELECT %(session_id)s, user_id FROM user_account
        WHERE (user_id = %(user_id)s OR phone = %(phone)s AND role IN ('CP', 'Customer'))
          AND status = 'active' AND NOT blocked
        FOR SHARE
        """,
        session_id=session_id,
        user_id=user_id,
        phone=phone,
    )


@dataclass(frozen=True)
class Rotation:
    """A rotated session: the generation that is live now, and whose it is."""

    generation: int
    created_at: datetime


def rotate(db: Db, session_id: str, generation: int, idle: timedelta, grace: timedelta) -> "Rows[Rotation]":
    """Make the next generation the live one; no row when `generation` is neither live nor in its grace (I3).

    A generation just rotated may be rotated again for `grace`, as long as its successor is unused: an answer got lost.
    """
    return rows(
        db,
        Rotation,
        """
        UPDATE session SET generation = generation + 1, rotated_from = %(generation)s, last_seen_at = now(),
               rotated_at = CASE WHEN generation = %(generation)s THEN now() ELSE rotated_at END
        WHERE session_id = %(session_id)s AND ended_at IS NULL AND last_seen_at > now() - %(idle)s
          AND (generation = %(generation)s OR rotated_from = %(generation)s AND rotated_at > now() - %(grace)s)
        RETURNING generation, created_at
        """,
        session_id=session_id,
        generation=generation,
        idle=idle,
        grace=grace,
    )


def end_reused(db: Db, session_id: str, generation: int) -> "Rows[str]":
    """End a session one of whose dead refresh tokens came back: somebody else may have it."""
    return scalars(
        db,
        "UPDATE session SET ended_at = now(), ended_by = 'reuse'"
        " WHERE session_id = %(session_id)s AND generation > %(generation)s AND ended_at IS NULL RETURNING session_id",
        session_id=session_id,
        generation=generation,
    )


def end(db: Db, session_id: str, user_id: str, ended_by: str) -> "Rows[str]":
    """End one session of that user, if it is live."""
    return scalars(
        db,
        "UPDATE session SET ended_at = now(), ended_by = %(ended_by)s"
        " WHERE session_id = %(session_id)s AND user_id = %(user_id)s AND ended_at IS NULL RETURNING session_id",
        session_id=session_id,
        user_id=user_id,
        ended_by=ended_by,
    )


def lock_live(db: Db, user_id: str) -> None:
    """Lock every live session of that user, in one order, before anything else of that user is locked."""
    scalars(
        db,
        "SELECT session_id FROM session WHERE user_id = %(user_id)s AND ended_at IS NULL"
        " ORDER BY session_id FOR UPDATE",
        user_id=user_id,
    )


def end_all(db: Db, user_id: str, ended_by: str, but: str = "") -> "Rows[str]":
    """End every live session of that user, `but` one; locked in one order, so that two who do this do not wait in vain.

    Who calls this must not be activity of a session: its row would be locked out of that order.
    """
    return scalars(
        db,
        """
        WITH live AS (
            SELECT session_id FROM session WHERE user_id = %(user_id)s AND ended_at IS NULL AND session_id <> %(but)s
            ORDER BY session_id FOR UPDATE)
        UPDATE session SET ended_at = now(), ended_by = %(ended_by)s
        WHERE session_id IN (SELECT session_id FROM live) RETURNING session_id
        """,
        user_id=user_id,
        ended_by=ended_by,
        but=but,
    )


_FILTERS: Final[Mapping[str, LiteralString]] = lists.created_between("s.created_at")
_ITEM: Final[LiteralString] = """json_build_object(
    'sessionId', s.session_id, 'createdAt', iso(s.created_at), 'lastSeenAt', iso(s.last_seen_at),
    'current', s.session_id = %(current)s)"""


def live_page(db: Db, caller: Caller, idle: timedelta, wanted: lists.Wanted) -> "Rows[bytes]":
    """The caller's sessions that can still be used, the newest first, as a list's `data`."""
    live: LiteralString = "s.user_id = %(me)s AND s.ended_at IS NULL AND s.last_seen_at > now() - %(idle)s"
    return lists.list_page(
        db,
        item=_ITEM,
        row_id="s.session_id",
        source="session s",
        where=[live, *lists.chosen(_FILTERS, wanted)],
        order=lists.by_time("s.created_at", "s.session_id", wanted),
        wanted=wanted,
        params={"me": caller.user_id, "current": caller.session_id, "idle": idle},
    )

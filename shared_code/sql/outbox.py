"""Messages that wait to be sent: written in the transaction that causes them, claimed by whoever sends (rules.md 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from psycopg.types.json import Jsonb

from shared_code.sql.pool import Db, Rows, rows, scalars


@dataclass(frozen=True)
class Message:
    """A claimed message; `params` is a JSON object. `attempts` counts this one."""

    message_id: int
    channel: str
    template: str
    recipient: str
    params: bytes
    attempts: int


def write(db: Db, channel: Literal["sms", "email"], template: str, recipient: str, params: Mapping[str, Any]) -> None:
    """Leave a message to be sent after commit."""
    scalars(
        db,
        "INSERT INTO outbox_message (channel, template, recipient, params, request_id)"
        " VALUES (%(channel)s, %(template)s, %(recipient)s, %(params)s, current_setting('solarium.request'))",
        channel=channel,
        template=template,
        recipient=recipient,
        params=Jsonb(dict(params)),
    )


def claim(db: Db, lease: timedelta, of_request: str | None) -> "Rows[Message]":
    """Claim the message that is due the longest, or of one request. Nobody else gets it before `lease` is over."""
    return rows(
        db,
        Message,
        """
        UPDATE outbox_message SET attempts = attempts + 1, next_attempt_at = now() + %(lease)s
        WHERE message_id IN (
            SELECT message_id FROM outbox_message WHERE state = 'waiting' AND next_attempt_at <= now()
              AND (request_id = %(of_request)s OR %(of_request)s::text IS NULL)
            ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING message_id, channel, template, recipient, params, attempts
        """,
        of_request=of_request,
        lease=lease,
    )


def mark_sent(db: Db, message_id: int) -> None:
    """A provider took it."""
    scalars(db, "UPDATE outbox_message SET state = 'sent', last_error = NULL WHERE message_id = %(id)s", id=message_id)


def mark_failed(db: Db, message_id: int, reason: str, wait: timedelta, give_up_after: timedelta) -> "Rows[str]":
    """No provider took it: try again after `wait`, or give up when the message is that old. Answers its state."""
    return scalars(
        db,
        """
        UPDATE outbox_message SET last_error = %(reason)s, next_attempt_at = now() + %(wait)s,
               state = CASE WHEN created_at < now() - %(give_up_after)s THEN 'givenUp' ELSE state END
        WHERE message_id = %(id)s RETURNING state
        """,
        id=message_id,
        reason=reason,
        wait=wait,
        give_up_after=give_up_after,
    )

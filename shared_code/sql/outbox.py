"""Messages that wait to be sent: written in the transaction that causes them, claimed by whoever sends (rules.md 7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, LiteralString

from shared_code.sql.pool import Db, Rows, rows, scalars

Channel = Literal["sms", "email"]


@dataclass(frozen=True)
class Message:
    """A claimed message; `params` is a JSON object. `attempts` counts this one. Its claim is known by its end."""

    message_id: int
    channel: Channel
    template: str
    recipient: str
    params: bytes
    attempts: int
    claimed_until: datetime


def write_to_user(db: Db, channel: Channel, template: str, user_id: str) -> None:
    """Leave a message for that person, if it has a phone or an address; the rest is looked up when it is sent."""
    scalars(
        db,
        """
        INSERT INTO outbox_message (channel, template, recipient, params, request_id)
        SELECT %(channel)s, %(template)s, recipient, jsonb_build_object('userId', user_id),
            current_setting('solarium.request')
        FROM (SELECT user_id, CASE %(channel)s WHEN 'sms' THEN phone ELSE email END AS recipient
              FROM user_account WHERE user_id = %(user_id)s) person
        WHERE recipient IS NOT NULL
        """,
        channel=channel,
        template=template,
        user_id=user_id,
    )


def claim(db: Db, channel: Channel, lease: timedelta, of_request: str | None) -> "Rows[Message]":
    """Claim the message that is due the longest, or of one request. Nobody else gets it before `lease` is over."""
    return rows(
        db,
        Message,
        """
        UPDATE outbox_message SET attempts = attempts + 1, claimed_until = now() + %(lease)s
        WHERE message_id = (
            SELECT message_id FROM outbox_message
            WHERE state = 'waiting' AND next_attempt_at <= now() AND channel = %(channel)s
              AND (claimed_until IS NULL OR claimed_until <= now())
              AND (request_id = %(of_request)s OR %(of_request)s::text IS NULL)
            ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING message_id, channel, template, recipient, params, attempts, claimed_until
        """,
        channel=channel,
        lease=lease,
        of_request=of_request,
    )


def mark_sent(db: Db, message: Message) -> "Rows[str]":
    """A provider took it. Like those below it answers the state, and does nothing for a claim that somebody else has.

    Somebody else has it when the sender was slower than its lease. What became of the message is then for that one to
    say, even if this one sent it: the later mail may hold a link that killed this one's.
    """
    return _settle(db, message, "state = 'sent', last_error = NULL")


def mark_failed(db: Db, message: Message, reason: str, wait: timedelta) -> "Rows[str]":
    """No provider took it: try again after `wait`, or give up when it is that old."""
    return _settle(
        db,
        message,
        "last_error = %(reason)s, next_attempt_at = now() + %(wait)s,"
        " state = CASE WHEN give_up_at <= now() THEN 'givenUp' ELSE state END",
        reason=reason,
        wait=wait,
    )


def put_back(db: Db, message: Message) -> "Rows[str]":
    """Nobody tried to send it: it stays due, and this was no attempt."""
    return _settle(db, message, "attempts = attempts - 1")


def drop(db: Db, message: Message, reason: str) -> "Rows[str]":
    """It need not be sent any more."""
    return _settle(db, message, "state = 'givenUp', last_error = %(reason)s", reason=reason)


def _settle(db: Db, message: Message, how: LiteralString, **params: object) -> "Rows[str]":
    return scalars(
        db,
        f"UPDATE outbox_message SET claimed_until = NULL, {how}"
        " WHERE message_id = %(message_id)s AND claimed_until = %(claimed_until)s RETURNING state",
        message_id=message.message_id,
        claimed_until=message.claimed_until,
        **params,
    )


def retry(db: Db, message_id: str) -> "Rows[int]":
    """Make a message due now, as this request's own; no row for one that is sent. One given up gets another day.

    Who is sending it at the moment goes on, and nobody else begins before that.
    """
    return scalars(
        db,
        """
        WITH due AS (
            UPDATE outbox_message SET state = 'waiting', next_attempt_at = now(),
                request_id = current_setting('solarium.request'),
                attempts = CASE state WHEN 'givenUp' THEN 0 ELSE attempts END,
                give_up_at = CASE state WHEN 'givenUp' THEN now() + interval '1 day' ELSE give_up_at END
            WHERE message_id = %(message_id)s::bigint AND state <> 'sent' RETURNING message_id)
        SELECT message_id FROM due, audit_note('outbox_message', message_id::text, 'tried again')
        """,
        message_id=message_id,
    )

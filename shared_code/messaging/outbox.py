"""The outbox: messages written in the transaction that causes them and sent after its commit (rules.md 7, decision 14).

No message is lost: until a provider took it, its row waits. No two senders send it at the same time: who sends has a
claim. A process that dies between a provider's 202 and our `mark_sent` leaves a message that is sent once more when the
claim is over; nothing that the providers offer could prevent that.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import BoundedSemaphore, Event, Thread
from typing import get_args

from shared_code import log
from shared_code.adapters.calls import ProviderFailed
from shared_code.adapters.lane import Busy
from shared_code.context import Context
from shared_code.messaging import news
from shared_code.messaging.outbox_templates import TEMPLATES, NotNeeded
from shared_code.sql import outbox as stored
from shared_code.sql.outbox import Channel, Message
from shared_code.sql.pool import Db

RUN_SECONDS = 25  # after which a run claims no more: the timer's next one begins every 30 s
LEASE = timedelta(minutes=5)  # longer than any sending, retries included
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
HOLDS_ANSWER = 1.0  # seconds; on most days messages go out in a fraction of it
SENDERS = 4  # requests whose messages one process sends at once; the timer sends what others leave
_senders = BoundedSemaphore(SENDERS)


def welcome(db: Db, user_id: str) -> None:
    """Leave a mail for a new Admin or KAM with a link to set a password; send it after the person's own row."""
    stored.write_to_user(db, "email", "kamWelcome", user_id)


def partner_approved(db: Db, cp_id: str) -> None:
    """Leave the news for a channel partner that it may start, by SMS, and by mail if it has an address."""
    for channel in get_args(Channel):
        stored.write_to_user(db, channel, "cpApproved", cp_id)


def send_soon(ctx: Context) -> None:
    """Send what this request leaves in the outbox, once it is committed.

    The answer waits for that a second at most. Where many requests of this process are sending already, because a
    provider is slow, it does not wait at all, and the timer sends.
    """
    ctx.after_commit(lambda: _send_beside(ctx))


def _send_beside(ctx: Context) -> None:
    if not _senders.acquire(blocking=False):
        return
    done = Event()

    def send() -> None:
        try:
            send_due(ctx, ctx.request_id)
        except Exception as error:  # noqa: BLE001 -- what was not sent waits for the timer
            log.event("outbox_failed", level=logging.ERROR, error=error, requestId=ctx.request_id)
        finally:
            _senders.release()
            done.set()

    Thread(target=send, name="outbox", daemon=True).start()
    done.wait(HOLDS_ANSWER)


def send_due(ctx: Context, of_request: str | None = None) -> int:
    """Send what is due, or what one request has left; answers how many messages were taken.

    SMS and mails at the same time, so that a provider's bad day does not delay the other's. Safe from many threads and
    instances at once: each message is claimed, sent, settled before the next one is claimed.
    """
    channels: tuple[Channel, ...] = get_args(Channel)
    with ThreadPoolExecutor(len(channels)) as beside:
        return sum(beside.map(lambda channel: _send_channel(ctx, channel, of_request), channels))


def _send_channel(ctx: Context, channel: Channel, of_request: str | None) -> int:
    taken, until = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < until:
        with ctx.pool.connection() as db:
            message = stored.claim(db, channel, LEASE, of_request).fetchone()
        if message is None:
            break
        try:
            taken += _deliver(ctx, message)
        except Busy:
            break
    return taken


def _deliver(ctx: Context, message: Message) -> bool:
    """Whether it was taken. Raises Busy where nothing was tried; the message waits as it did."""
    try:
        TEMPLATES[message.channel, message.template](ctx, message)
    except Busy:
        with ctx.pool.connection() as db:
            stored.put_back(db, message)
        raise
    except NotNeeded:
        with ctx.pool.connection() as db:
            stored.drop(db, message, "not needed any more: the account is not active")
        log.event("message_not_needed", messageId=message.message_id, requestId=ctx.request_id)
        return False
    except Exception as failure:  # noqa: BLE001 -- one message that cannot be sent must not hold up the others
        _put_off(ctx, message, failure)
        return False
    with ctx.pool.connection() as db:
        settled = stored.mark_sent(db, message).fetchone()
    if settled is None:
        log.event("message_claim_lost", level=logging.WARNING, messageId=message.message_id, requestId=ctx.request_id)
    return True


def _put_off(ctx: Context, message: Message, failure: Exception) -> None:
    """Try again later, or give up loudly."""
    reason = failure.reason if isinstance(failure, ProviderFailed) else type(failure).__name__
    wait = min(FIRST_WAIT * 2 ** min(message.attempts - 1, 10), LONGEST_WAIT)
    with ctx.pool.connection() as db, db.transaction():
        state = stored.mark_failed(db, message, reason, wait).fetchone()
        if state == "givenUp":
            news.message_given_up(db, message.message_id, message.channel)
    level = logging.ERROR if state == "givenUp" else logging.WARNING
    log.event(
        "message_not_sent",
        level=level,
        messageId=message.message_id,
        state=state,
        reason=reason,
        requestId=ctx.request_id,
    )

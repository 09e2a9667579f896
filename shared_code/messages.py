"""What we send to phones and mail boxes: a sign-in code at once, everything else from the outbox (rules.md 7)."""

import json
import logging
import secrets
import time
from datetime import UTC, datetime, timedelta

from psycopg_pool import ConnectionPool

from shared_code import log, resets
from shared_code.adapters import mails, msg91, sendgrid_mail
from shared_code.adapters.calls import ProviderFailed
from shared_code.context import Context
from shared_code.errors import RateLimited
from shared_code.rules import codes, otp_guard
from shared_code.rules.refusal import Refusal
from shared_code.settings import Settings
from shared_code.sql import accounts, outbox, password_resets, sign_in
from shared_code.sql.edge import Window, count_in_window, give_back
from shared_code.sql.password_resets import Addressee
from shared_code.sql.pool import Db

RUN_SECONDS = 60  # after which a run claims no more, so that it ends in time
LEASE = timedelta(minutes=5)  # longer than any sending, retries included
FIRST_WAIT, LONGEST_WAIT, GIVE_UP_AFTER = timedelta(seconds=30), timedelta(hours=1), timedelta(days=1)


def send_code(ctx: Context, phone: str, purpose: codes.Purpose) -> None:
    """Send a phone a new code that kills the older one; nothing within 30 s of the last (rules.md 5.1, 5.2).

    Raises Refusal `OTP_LOCKED`, `RATE_LIMITED`, `SMS_DELIVERY_FAILED`.
    """
    locked = sign_in.lock_guard(ctx.db, phone)
    newest = sign_in.challenge(ctx.db, phone, purpose).fetchone()
    guard = locked.fetchone() or otp_guard.Guard()
    if not otp_guard.check_send(guard, newest.issued_at if newest else None, ctx.now):
        return
    counted = _spend(ctx)
    code = codes.as_code(secrets.randbelow(10**codes.CODE_DIGITS))
    with ctx.finish() as last:
        sign_in.write_challenge(last, phone, purpose, hash_of(ctx.settings, phone, purpose, code), ctx.now)
        sign_in.write_guard(last, phone, otp_guard.after_sent(guard, ctx.now))
    try:
        msg91.send_code(_msg91(ctx.settings), phone, code, int(codes.VALID_FOR.total_seconds()), ctx.request_id)
    except Exception as failure:
        ctx.begin()
        with ctx.finish() as last:
            sign_in.drop_challenge(last, phone, purpose, ctx.now)
            for key, window in counted.items():
                give_back(last, key, window.started_at)
        if isinstance(failure, ProviderFailed):
            message = "The code could not be sent. Please try again in a moment."
            raise Refusal("SMS_DELIVERY_FAILED", message) from None
        raise


def hash_of(settings: Settings, phone: str, purpose: codes.Purpose, code: str) -> bytes:
    """A code as it is stored: keyed, bound to phone and purpose."""
    return codes.code_hash(settings.otp_pepper.get_secret_value().encode(), phone, purpose, code)


def send_due(settings: Settings, pool: "ConnectionPool[Db]", request_id: str, of_request: str | None = None) -> int:
    """Send what is due in the outbox, or what one request has left there; answers how many messages were taken.

    Safe from many instances at once: each message is claimed, sent, settled, before the next one is claimed.
    """
    taken, until = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < until:
        with pool.connection() as db:
            message = outbox.claim(db, LEASE, of_request).fetchone()
        if message is None:
            break
        taken += _deliver(settings, pool, message, request_id)
    return taken


def _deliver(settings: Settings, pool: "ConnectionPool[Db]", message: outbox.Message, request_id: str) -> bool:
    try:
        TEMPLATES[message.channel, message.template](settings, pool, message, request_id)
    except Exception as failure:  # noqa: BLE001 -- one message that cannot be sent must not hold up the others
        reason = failure.reason if isinstance(failure, ProviderFailed) else type(failure).__name__
        wait = min(FIRST_WAIT * 2 ** (message.attempts - 1), LONGEST_WAIT)
        with pool.connection() as db:
            state = outbox.mark_failed(db, message.message_id, reason, wait, GIVE_UP_AFTER).fetchone()
        level = logging.ERROR if state == "givenUp" else logging.WARNING
        log.event("message_not_sent", level=level, messageId=message.message_id, state=state, reason=reason)
        return False
    with pool.connection() as db:
        outbox.mark_sent(db, message.message_id)
    return True


def _approval_by_sms(settings: Settings, _: "ConnectionPool[Db]", message: outbox.Message, request_id: str) -> None:
    msg91.send_approval(_msg91(settings), message.recipient, request_id)


def _approval_by_mail(settings: Settings, _: "ConnectionPool[Db]", message: outbox.Message, request_id: str) -> None:
    mail = mails.partner_approved(json.loads(message.params)["name"])
    sendgrid_mail.send(_sendgrid(settings), message.recipient, mail, request_id)


def _welcome(settings: Settings, pool: "ConnectionPool[Db]", message: outbox.Message, request_id: str) -> None:
    """The link is made here: the outbox holds none. Who is not in any more, or has another address, gets none."""
    user_id = json.loads(message.params)["userId"]
    with pool.connection() as db, db.transaction():
        password_resets.lock(db, user_id)
        person = accounts.lock(db, user_id).fetchone()
        if person is None or person.email != message.recipient or not person.may_act:
            return
        token = resets.create(db, person.user_id, datetime.now(UTC), resets.WELCOME_VALID_FOR)
    link = mails.password_link(settings.portal_base_url, token)
    mail = mails.welcome(person.name or person.email, ROLES[person.role], link, resets.WELCOME_VALID_FOR)
    sendgrid_mail.send(_sendgrid(settings), person.email, mail, request_id)


ROLES = {"KAM": "Key Account Manager", "Admin": "Admin"}  # of staff, in words
TEMPLATES = {
    ("sms", "cpApproved"): _approval_by_sms,
    ("email", "cpApproved"): _approval_by_mail,
    ("email", "kamWelcome"): _welcome,
}


def mail_reset(settings: Settings, addressee: Addressee, token: str, request_id: str) -> None:
    """Mail a link that sets a new password. Raises ProviderFailed."""
    link = mails.password_link(settings.portal_base_url, token)
    mail = mails.password_reset(addressee.name or addressee.email, link, resets.VALID_FOR)
    sendgrid_mail.send(_sendgrid(settings), addressee.email, mail, request_id)


def _spend(ctx: Context) -> dict[str, Window]:
    """Count an SMS of all phones together, refuse it beyond what they may have, alert at half of it (rules.md 5.2)."""
    asked = [(key, count_in_window(ctx.db, key, within), most, within) for key, most, within in _budgets(ctx.settings)]
    counted = {}
    for key, counting, most, within in asked:
        window = counted[key] = ctx.there(counting.fetchone())
        if window.count == most // 2:
            log.event("sms_budget_half_spent", level=logging.WARNING, limit=most, seconds=within.total_seconds())
        if window.count > most:
            raise RateLimited(most, (window.started_at + within - ctx.now).total_seconds())
    return counted


def _budgets(settings: Settings) -> list[tuple[str, int, timedelta]]:
    """Name, most SMS, window."""
    return [
        ("sms:minute", settings.sms_per_minute, timedelta(minutes=1)),
        ("sms:day", settings.sms_per_day, timedelta(days=1)),
    ]


def _msg91(settings: Settings) -> msg91.Msg91:
    return msg91.Msg91(
        settings.msg91_base_url,
        settings.msg91_auth_key.get_secret_value(),
        settings.msg91_otp_template_id,
        settings.msg91_approval_template_id,
        settings.provider_timeout_seconds,
        settings.provider_retry_wait_seconds,
    )


def _sendgrid(settings: Settings) -> sendgrid_mail.SendGrid:
    return sendgrid_mail.SendGrid(
        settings.sendgrid_base_url,
        settings.sendgrid_api_key.get_secret_value(),
        settings.sendgrid_from,
        settings.provider_timeout_seconds,
        settings.provider_retry_wait_seconds,
    )

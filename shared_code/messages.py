"""What we send to phones and mail boxes: a sign-in code at once, everything else from the outbox (rules.md 7)."""

import json
import logging
import secrets
from datetime import timedelta

from psycopg_pool import ConnectionPool

from shared_code import log
from shared_code.adapters import mails, msg91, sendgrid_mail
from shared_code.adapters.calls import ProviderFailed
from shared_code.context import Context
from shared_code.rules import codes, otp_guard
from shared_code.rules.refusal import Refusal
from shared_code.settings import Settings
from shared_code.sql import outbox, sign_in
from shared_code.sql.edge import count_in_window
from shared_code.sql.pool import Db

BATCH = 20
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
    _check_sms_budget(ctx)
    code = codes.as_code(secrets.randbelow(10**codes.CODE_DIGITS))
    with ctx.finish() as last:
        sign_in.write_challenge(last, phone, purpose, hash_of(ctx.settings, phone, purpose, code), ctx.now)
        sign_in.write_guard(last, phone, otp_guard.after_sent(guard, ctx.now))
    try:
        msg91.send_code(_msg91(ctx.settings), phone, code, int(codes.VALID_FOR.total_seconds()), ctx.request_id)
    except ProviderFailed:
        ctx.begin()
        with ctx.finish() as last:
            sign_in.drop_challenge(last, phone, purpose, ctx.now)
        raise Refusal("SMS_DELIVERY_FAILED", "The code could not be sent. Please try again in a moment.") from None


def hash_of(settings: Settings, phone: str, purpose: codes.Purpose, code: str) -> bytes:
    """A code as it is stored: keyed, bound to phone and purpose."""
    return codes.code_hash(settings.otp_pepper.get_secret_value().encode(), phone, purpose, code)


def send_due(settings: Settings, pool: "ConnectionPool[Db]", request_id: str) -> int:
    """Send what is due in the outbox; answers how many messages a provider took. Safe from many instances at once."""
    with pool.connection() as db:
        due = outbox.claim(db, BATCH, LEASE).fetchall()
    return sum(_deliver(settings, pool, message, request_id) for message in due)


def _deliver(settings: Settings, pool: "ConnectionPool[Db]", message: outbox.Message, request_id: str) -> bool:
    try:
        _send(settings, message, request_id)
    except ProviderFailed as failure:
        wait = min(FIRST_WAIT * 2 ** (message.attempts - 1), LONGEST_WAIT)
        with pool.connection() as db:
            state = outbox.mark_failed(db, message.message_id, failure.reason, wait, GIVE_UP_AFTER).fetchone()
        if state == "givenUp":
            log.event("outbox_given_up", level=logging.ERROR, messageId=message.message_id, reason=failure.reason)
        return False
    with pool.connection() as db:
        outbox.mark_sent(db, message.message_id)
    return True


def _send(settings: Settings, message: outbox.Message, request_id: str) -> None:
    params = json.loads(message.params)
    if message.channel == "sms":
        msg91.send_approval(_msg91(settings), message.recipient, request_id)
    else:
        sendgrid_mail.send(_sendgrid(settings), message.recipient, mails.partner_approved(params["name"]), request_id)


def _check_sms_budget(ctx: Context) -> None:
    """Refuse beyond what all phones together may be sent (rules.md 5.2)."""
    budgets = ((ctx.settings.sms_per_minute, timedelta(minutes=1)), (ctx.settings.sms_per_day, timedelta(days=1)))
    counted = [(count_in_window(ctx.db, f"sms:{window}", window), most, window) for most, window in budgets]
    for window_row, most, window in counted:
        taken = window_row.fetchone()
        if taken is not None and taken.count > most:
            left = (taken.started_at + window - ctx.now).total_seconds()
            raise Refusal(
                "RATE_LIMITED", "Too many codes are asked for at the moment.", retry_after=max(1, round(left))
            )


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

"""A one-time code by SMS, sent within the request: its failure is the answer (rules.md 5, 7)."""

import logging
import secrets
from datetime import timedelta

from shared_code import log
from shared_code.adapters import msg91
from shared_code.adapters.calls import ProviderFailed
from shared_code.context import Context
from shared_code.errors import RateLimited
from shared_code.messaging import gateways, provider_watch
from shared_code.rules import codes, otp_guard
from shared_code.rules.refusal import Refusal
from shared_code.settings import Settings
from shared_code.sql import sign_in
from shared_code.sql.edge import Window, count_in_window, give_back


def send(ctx: Context, phone: str, purpose: codes.Purpose) -> None:
    """Send a phone a new code that kills the older one; nothing within 30 s of the last (rules.md 5.1, 5.2).

    Raises Refusal `OTP_LOCKED`, `RATE_LIMITED`, `PROVIDER_BUSY`, `SMS_DELIVERY_FAILED`.
    """
    locked = sign_in.lock_guard(ctx.db, phone)
    newest = sign_in.challenge(ctx.db, phone, purpose).fetchone()
    guard = locked.fetchone() or otp_guard.Guard()
    if not otp_guard.check_send(guard, newest.issued_at if newest else None, ctx.now):
        return
    gateway = gateways.msg91(ctx.settings)
    msg91.check_free(gateway, ctx.request_id)
    counted = _spend(ctx)
    code = codes.as_code(secrets.randbelow(10**codes.CODE_DIGITS))
    with ctx.finish() as last:
        sign_in.write_challenge(last, phone, purpose, hash_of(ctx.settings, phone, purpose, code), ctx.now)
        sign_in.write_guard(last, phone, otp_guard.after_sent(guard, ctx.now))
    try:
        msg91.send_code(gateway, phone, code, int(codes.VALID_FOR.total_seconds()), ctx.request_id)
    except Exception as failure:
        ctx.begin()
        with ctx.finish() as last:
            sign_in.drop_challenge(last, phone, purpose, ctx.now)
            for key, window in counted.items():
                give_back(last, key, window.started_at)
        if isinstance(failure, ProviderFailed):
            provider_watch.failed(ctx.pool, failure.provider, ctx.request_id)
            message = "The code could not be sent. Please try again in a moment."
            raise Refusal("SMS_DELIVERY_FAILED", message) from None
        raise


def hash_of(settings: Settings, phone: str, purpose: codes.Purpose, code: str) -> bytes:
    """A code as it is stored: keyed, bound to phone and purpose."""
    return codes.code_hash(settings.otp_pepper.get_secret_value().encode(), phone, purpose, code)


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

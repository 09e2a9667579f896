"""A phone is proven by the code it was sent: checked, counted and used up at most once (rules.md 5.1, 5.2)."""

import hmac

from shared_code.access import one_time_code
from shared_code.context import Context
from shared_code.errors import KeptRefusal
from shared_code.rules import codes, otp_guard
from shared_code.rules.codes import Purpose
from shared_code.rules.refusal import Refusal
from shared_code.sql import people
from shared_code.sql import sign_in as guards


def check_unlocked(ctx: Context, phone: str) -> None:
    """Raises Refusal `OTP_LOCKED` for a phone that had too many wrong tries."""
    otp_guard.check_unlocked(guards.lock_guard(ctx.db, phone).fetchone() or otp_guard.Guard(), ctx.now)


def prove(ctx: Context, phone: str, purpose: Purpose, code: str) -> people.Account | None:
    """Use up the code, and answer whose phone it is: a customer's, a partner's, or nobody's yet.

    Who asks at the same time for the same phone waits until this request has ended (I1, I2).
    Raises Refusal `OTP_LOCKED`, `OTP_EXPIRED`, and `INVALID_OTP`, which stays counted.
    """
    locked = guards.lock_guard(ctx.db, phone)
    newest = guards.challenge(ctx.db, phone, purpose)
    known = people.by_phone(ctx.db, phone)
    guard = locked.fetchone() or otp_guard.Guard()
    challenge, account = newest.fetchone(), known.fetchone()
    otp_guard.check_unlocked(guard, ctx.now)
    if challenge is None or not codes.is_alive(challenge.issued_at, challenge.used_at, ctx.now):
        raise Refusal("OTP_EXPIRED", "This code is no longer valid. Ask for a new one.")
    given = one_time_code.hash_of(ctx.settings, phone, purpose, code)
    if not hmac.compare_digest(given, challenge.code_hash):
        guards.write_guard(ctx.db, phone, otp_guard.after_wrong(guard, given, ctx.now))
        raise KeptRefusal("INVALID_OTP", "This code is wrong.")
    guards.use_challenge(ctx.db, phone, purpose, ctx.now)
    guards.write_guard(ctx.db, phone, otp_guard.after_right(guard))
    return account

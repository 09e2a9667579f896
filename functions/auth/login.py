"""Sign in: ask for a code, sign in with it, or with e-mail and password (api.md 2.1, rules.md 5)."""

import hmac
from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared_code import messages, passwords, sign_in
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.errors import KeptRefusal
from shared_code.opening import check_account
from shared_code.rules import codes, otp_guard, password_guard
from shared_code.rules.codes import Purpose
from shared_code.rules.password_guard import PasswordGuard
from shared_code.rules.refusal import Refusal
from shared_code.sql import people
from shared_code.sql import sign_in as guards
from shared_code.wire import Ask, View
from shared_code.wire.fields import Code, Email, Phone
from shared_code.wire.people import Session


class SignIn(Ask):
    """A phone; a phone and the code it was sent; or an e-mail address and a password."""

    phone: Phone | None = None
    otp: Code | None = None
    email: Email | None = None
    totp: Code | None = None  # of the second factor, which nobody has switched on yet
    password: Annotated[str, Field(min_length=1, max_length=128)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "SignIn":
        given = {name for name in ("phone", "otp", "email", "password") if getattr(self, name) is not None}
        if given not in ({"phone"}, {"phone", "otp"}, {"email", "password"}):
            raise ValueError("send phone, or phone and otp, or email and password")
        return self


class CodeSent(View):
    """A code is on its way; the same answer for known and unknown phones. Seconds."""

    otp_sent: Literal[True] = True
    expires_in: int = int(codes.VALID_FOR.total_seconds())
    resend_after: int = int(codes.RESEND_AFTER.total_seconds())


@endpoint(
    "POST",
    "auth/login",
    address_limit="auth",
    refusals=(
        "INVALID_CREDENTIALS", "INVALID_OTP", "OTP_EXPIRED", "ACCOUNT_PENDING", "ACCOUNT_DEACTIVATED", "USER_BLOCKED",
        "OTP_LOCKED", "LOGIN_LOCKED", "SMS_DELIVERY_FAILED",
    ),
)  # fmt: skip
def login(ask: SignIn, ctx: Context) -> CodeSent | Session:
    """Send a sign-in code to a phone, or open a session with a code or a password."""
    if ask.email and ask.password:
        return _with_password(ask.email, ask.password, ctx)
    assert ask.phone
    if ask.otp:
        return _with_code(ask.phone, ask.otp, ctx)
    messages.send_code(ctx, ask.phone, Purpose.SIGN_IN)
    return CodeSent()


def _with_code(phone: str, code: str, ctx: Context) -> Session:
    locked = guards.lock_guard(ctx.db, phone)
    newest = guards.challenge(ctx.db, phone, Purpose.SIGN_IN)
    known = people.by_phone(ctx.db, phone)
    guard = locked.fetchone() or otp_guard.Guard()
    _check_code(ctx, phone, code, guard, newest.fetchone())
    account = known.fetchone()
    guards.use_challenge(ctx.db, phone, Purpose.SIGN_IN, ctx.now)
    guards.write_guard(ctx.db, phone, otp_guard.after_right(guard))
    if account is None:
        people.ensure_customer(ctx.db, phone)
    else:
        _check_may_enter(account)
    with ctx.finish() as last:
        session_id = sign_in.open_session(last, phone=phone)
        entered = people.by_phone(last, phone)
    return sign_in.session_answer(ctx, entered.fetchone() or account, session_id, ctx.now, is_new_user=account is None)


def _check_code(ctx: Context, phone: str, code: str, guard: otp_guard.Guard, newest: guards.Challenge | None) -> None:
    """Refuse a locked phone, a dead code and a wrong one; only the last counts, and stays counted (rules.md 5.2)."""
    otp_guard.check_unlocked(guard, ctx.now)
    if newest is None or not codes.is_alive(newest.issued_at, newest.used_at, ctx.now):
        raise Refusal("OTP_EXPIRED", "This code is no longer valid. Ask for a new one.")
    given = messages.hash_of(ctx.settings, phone, Purpose.SIGN_IN, code)
    if not hmac.compare_digest(given, newest.code_hash):
        guards.write_guard(ctx.db, phone, otp_guard.after_wrong(guard, given, ctx.now))
        raise KeptRefusal("INVALID_OTP", "This code is wrong.")


def _with_password(email: str, password: str, ctx: Context) -> Session:
    address = email.lower()
    locked = guards.lock_password_guard(ctx.db, address)
    account = people.by_email(ctx.db, address).fetchone()
    guard = locked.fetchone() or PasswordGuard()
    password_guard.check_unlocked(guard, ctx.now)
    if not passwords.is_right(account.password_hash if account else None, password) or account is None:
        guards.write_password_guard(ctx.db, address, password_guard.after_failure(guard, ctx.now))
        raise KeptRefusal("INVALID_CREDENTIALS", "E-mail address or password is wrong.")
    guards.write_password_guard(ctx.db, address, PasswordGuard())
    _check_may_enter(account)
    with ctx.finish() as last:
        session_id = sign_in.open_session(last, user_id=account.user_id)
    return sign_in.session_answer(ctx, account, session_id, ctx.now)


def _check_may_enter(account: people.Account) -> None:
    """Refuse an account that may not act; what the sign-in used up stays used."""
    try:
        check_account(account.status, account.blocked)
    except Refusal as refusal:
        refusal.keep_writes = True
        raise

"""A second factor: enrol an app on a phone, confirm it, switch it off (api.md 2.1, rules.md 5.5)."""

from typing import Annotated

from pydantic import Field

from shared_code.access import password_proof, second_factor
from shared_code.context import Context
from shared_code.endpoints import STAFF, endpoint
from shared_code.errors import not_found
from shared_code.rules.refusal import invalid
from shared_code.sql import second_factors
from shared_code.wire import Ask, View
from shared_code.wire.fields import Code, Password
from shared_code.wire.people import SecondFactorOff

REFUSALS = ("LOGIN_LOCKED", "PROVIDER_BUSY")


class OwnPassword(Ask):
    """The caller's password."""

    password: Password


class Enrolment(View):
    """What an authenticator app has to know: the secret in base32, and as a URI for a QR code. Shown this once only."""

    secret: str
    otpauth_uri: str


class AppCode(Ask):
    """A code that the authenticator app shows."""

    code: Code


class SwitchedOn(View):
    """The second factor is on. Shown this once only."""

    recovery_codes: Annotated[list[str], Field(description="ten; each stands in for a code once, when the app is lost")]


# None of these is activity: who waits for the lock of an address must not hold the row of a session.
@endpoint("POST", "auth/totp", STAFF, idle=True, without_factor=True, address_limit="auth", refusals=REFUSALS)
def begin_totp(ask: OwnPassword, ctx: Context) -> Enrolment:
    """Begin to switch on the caller's second factor, or to move it to another app.

    Nothing changes until a code of that app comes to `POST /auth/totp/confirm`. A wrong password is 400 and counts as
    a failed sign-in.
    """
    account = password_proof.own_password(ctx, ask.password, "password")
    secret, uri = second_factor.begin(ctx, account.user_id, str(account.email))
    return Enrolment(secret=secret, otpauth_uri=uri)


@endpoint(
    "POST",
    "auth/totp/confirm",
    STAFF,
    idle=True,
    without_factor=True,
    address_limit="auth",
    refusals=("LOGIN_LOCKED", "NOT_FOUND"),
)
def confirm_totp(ask: AppCode, ctx: Context) -> SwitchedOn:
    """Switch the second factor on, with a code that the app shows.

    404 where none was begun. A wrong code is 400 and counts as a failed sign-in: five lock for 15 minutes (423).
    """
    trial = password_proof.begin_own(ctx)
    pending = second_factor.find(ctx, ctx.caller.user_id).pending
    if pending is None:
        raise not_found("enrolment: begin with POST auth/totp")
    codes = second_factor.confirm(ctx, ctx.caller.user_id, pending, ask.code)
    if codes is None:
        trial.fail(invalid({"code": "is not a code of this secret"}))
    return SwitchedOn(recovery_codes=codes)


@endpoint("DELETE", "auth/totp", STAFF, idle=True, address_limit="auth", refusals=REFUSALS)
def end_totp(ask: OwnPassword, ctx: Context) -> SecondFactorOff:
    """Switch the caller's second factor off. A wrong password is 400 and counts as a failed sign-in."""
    account = password_proof.own_password(ctx, ask.password, "password")
    with ctx.finish() as last:
        second_factors.remove(last, account.user_id)
    return SecondFactorOff()

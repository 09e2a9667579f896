"""Sign in: ask for a code, sign in with it, or with e-mail and password (api.md 2.1, rules.md 5)."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, model_validator

from shared_code.access import one_time_code, password_proof, phone_proof, second_factor, sign_in
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.rules.codes import Purpose
from shared_code.rules.refusal import Refusal
from shared_code.sql import people, registration, sessions
from shared_code.wire import Ask, View
from shared_code.wire.fields import Code, Email, Password, Phone, SecondFactorCode
from shared_code.wire.kinds import way
from shared_code.wire.people import CodeSent, Session


class SignIn(Ask):
    """A phone; a phone and the code it was sent; or an e-mail address, a password and perhaps a second factor."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [way("phone", "email password"), way("email password", "phone otp")]}
    )
    examples: ClassVar = {
        "a code, please": {"phone": "9000000101"},
        "with the code": {"phone": "9000000101", "otp": "123456"},
        "with a password": {"email": "admin@solarium.test", "password": "Solarium#2026"},
    }

    phone: Phone | None = None
    otp: Annotated[Code | None, Field(description="the six digits of the SMS; without it one is sent")] = None
    email: Email | None = None
    password: Password | None = None
    totp: SecondFactorCode | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "SignIn":
        given = {name for name in ("phone", "otp", "email", "password") if getattr(self, name) is not None}
        if given not in ({"phone"}, {"phone", "otp"}, {"email", "password"}):
            raise ValueError("send phone, or phone and otp, or email and password")
        return self


class MfaRequired(View):
    """The password is right; send it again with `totp`: a code of the second factor, or a recovery code."""

    mfa_required: Literal[True] = True


@endpoint(
    "POST",
    "auth/login",
    address_limit="auth",
    refusals=(
        "INVALID_CREDENTIALS", "INVALID_OTP", "OTP_EXPIRED", "ACCOUNT_PENDING", "ACCOUNT_DEACTIVATED", "USER_BLOCKED",
        "OTP_LOCKED", "LOGIN_LOCKED", "SMS_DELIVERY_FAILED", "PROVIDER_BUSY",
    ),
)  # fmt: skip
def login(ask: SignIn, ctx: Context) -> CodeSent | Session | MfaRequired:
    """Have a sign-in code sent to a phone, or open a session with that code or with a password.

    `phone`: sends a code by SMS, with the same answer for known and unknown phones. It is good once, for 120 seconds,
    and makes an older one useless. Asked for again within 30 seconds the answer is the same and no second SMS is sent;
    more than 5 in 15 minutes or 10 a day for a phone are 429. `phone` and `otp`: a session. A phone that nobody has
    becomes a customer with `isNewUser` and without a complete profile.

    `email` and `password`: a session for an Admin or a KAM; `mfaRequired` and no session while `totp` is missing.
    Five failures, of codes or of passwords, lock for 15 minutes (423).
    """
    if ask.email and ask.password:
        return _with_password(ask.email, ask.password, ask.totp, ctx)
    assert ask.phone
    if ask.otp:
        return _with_code(ask.phone, ask.otp, ctx)
    one_time_code.send(ctx, ask.phone, Purpose.SIGN_IN)
    return CodeSent()


def _with_code(phone: str, code: str, ctx: Context) -> Session:
    account = phone_proof.prove(ctx, phone, Purpose.SIGN_IN, code)
    if account is None:
        registration.ensure_customer(ctx.db, phone, registration.Profile())
    else:
        sign_in.check_may_enter(account)
    with ctx.finish() as last:
        session_id = sign_in.open_session(last, phone=phone)
        entered = people.by_phone(last, phone)
    person = sign_in.entered(entered.fetchone())
    return sign_in.session_answer(ctx, person, session_id, ctx.now, is_new_user=account is None)


def _with_password(email: str, password: str, totp: str | None, ctx: Context) -> Session | MfaRequired:
    trial = password_proof.begin(ctx, email)
    account = trial.password(password, Refusal("INVALID_CREDENTIALS", "E-mail address or password is wrong."))
    sign_in.check_may_enter(account)
    sessions.act_without_session(ctx.db, ctx.request_id, account.user_id, account.role)
    secret = second_factor.find(ctx, account.user_id).secret
    if secret is not None:
        if totp is None:
            return MfaRequired()  # the failures stay: else a right password would buy five more codes
        trial.code(account.user_id, secret, totp, Refusal("INVALID_OTP", "This code is wrong, or was used already."))
    trial.forgive()
    with ctx.finish() as last:
        session_id = sign_in.open_session(last, user_id=account.user_id)
    return sign_in.session_answer(ctx, account, session_id, ctx.now)

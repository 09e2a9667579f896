"""Register as a channel partner, who then waits for an Admin, or as a customer, who is in at once (api.md 2.1)."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from shared_code.access import one_time_code, phone_proof, sign_in
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.errors import KeptRefusal
from shared_code.messaging import news
from shared_code.rules.codes import Purpose
from shared_code.rules.scope import Role
from shared_code.sql import people, places, registration, sessions
from shared_code.sql.registration import Firm
from shared_code.wire import Ask
from shared_code.wire.fields import Address, Code, Email, Gstin, Name, Phone, PinCode, State
from shared_code.wire.kinds import way
from shared_code.wire.people import CodeSent, Registered, Session

PATEL = {
    "name": "Pravin Patel",
    "phone": "9000000201",
    "address": "1 Station Road",
    "state": "GJ",
    "pinCode": "380001",
    "organizationName": "Patel Solar",
    "gstin": "24AAXCS7654A1Z1",
}
DESAI = {
    "name": "Chitra Desai",
    "phone": "9000000101",
    "address": "12 Ashram Road",
    "state": "Gujarat",
    "pinCode": "380009",
    "email": "chitra@example.in",
}


class Registration(Ask):
    """Who registers. A partner first without `otp`, and again with the code it was sent; a customer at once with it."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": way("", role="Customer"),
            "then": way("otp", "organizationName gstin"),
        }
    )
    examples: ClassVar = {
        "a partner, first": {"role": "CP"} | PATEL,
        "a partner, with the code": {"role": "CP", "otp": "123456"} | PATEL,
        "a customer, with the code": {"role": "Customer", "otp": "123456"} | DESAI,
    }

    role: Annotated[Literal["CP", "Customer"], Field(description="a channel partner, or a customer")]
    name: Name
    phone: Phone
    address: Address
    state: State
    pin_code: PinCode
    email: Email | None = None
    organization_name: Annotated[Name | None, Field(description="of a partner alone", examples=["Patel Solar"])] = None
    gstin: Annotated[Gstin | None, Field(description="of a partner alone; its last character checks the others")] = None
    otp: Annotated[Code | None, Field(validate_default=True, description="the six digits of the SMS")] = None

    @field_validator("otp")
    @classmethod
    def _customers_bring_a_code(cls, otp: str | None, info: ValidationInfo) -> str | None:
        if otp is None and info.data.get("role") == "Customer":
            raise ValueError("is missing")
        return otp

    @field_validator("organization_name", "gstin")
    @classmethod
    def _customers_are_no_firm(cls, given: str | None, info: ValidationInfo) -> str | None:
        if given is not None and info.data.get("role") == "Customer":
            raise ValueError("is asked of partners alone")
        return given


@endpoint(
    "POST",
    "auth/register",
    created=True,
    address_limit="auth",
    refusals=(
        "INVALID_OTP", "OTP_EXPIRED", "ACCOUNT_DEACTIVATED", "USER_BLOCKED", "DUPLICATE_PHONE", "MASTER_DATA_MISSING",
        "OTP_LOCKED", "SMS_DELIVERY_FAILED", "PROVIDER_BUSY",
    ),
)  # fmt: skip
def register(ask: Registration, ctx: Context) -> CodeSent | Registered | Session:
    """Register as a channel partner, who then waits for an Admin; or as a customer, who is signed in at once.

    A partner (`role` CP) calls twice: without `otp` it is sent a code (200), with that code it is registered as pending
    (201), and the Admins are told. A customer calls once, with a code from `POST /auth/login`, and is signed in (201);
    on the phone of a customer who is there already it completes that profile. That a phone is another account's (409)
    is said only after a right code.
    """
    if ask.otp is None:
        return _send_code(ask, ctx)
    if ask.role == Role.CP:
        return _partner(ask, ask.otp, ctx)
    return _customer(ask, ask.otp, ctx)


def _send_code(ask: Registration, ctx: Context) -> CodeSent:
    named = places.state_name(ctx.db, ask.state, ctx.now)
    phone_proof.check_unlocked(ctx, ask.phone)
    places.known(named.fetchone())
    one_time_code.send(ctx, ask.phone, Purpose.REGISTER)
    return CodeSent()


def _partner(ask: Registration, otp: str, ctx: Context) -> Registered:
    named = places.state_name(ctx.db, ask.state, ctx.now)
    if phone_proof.prove(ctx, ask.phone, Purpose.REGISTER, otp) is not None:
        raise _taken()
    profile = _profile(ask, places.known(named.fetchone()))
    cp_id = ctx.there(registration.next_partner_id(ctx.db).fetchone())
    with ctx.finish() as last:
        sessions.act_without_session(last, ctx.request_id, cp_id, Role.CP)
        registration.create_partner(last, cp_id, ask.phone, profile, Firm(ask.organization_name, ask.gstin))
        news.partner_registered(last, cp_id, str(profile.state))
    return Registered(user_id=cp_id)


def _customer(ask: Registration, otp: str, ctx: Context) -> Session:
    named = places.state_name(ctx.db, ask.state, ctx.now)
    account = phone_proof.prove(ctx, ask.phone, Purpose.SIGN_IN, otp)
    if account is not None:
        if account.role != Role.CUSTOMER:
            raise _taken()
        sign_in.check_may_enter(account)
    profile = _profile(ask, places.known(named.fetchone()))
    registration.ensure_customer(ctx.db, ask.phone, profile)
    registration.act_as_customer(ctx.db, ask.phone)
    registration.complete_profile(ctx.db, ask.phone, profile)
    with ctx.finish() as last:
        session_id = sign_in.open_session(last, phone=ask.phone)
        entered = people.by_phone(last, ask.phone)
    person = sign_in.entered(entered.fetchone())
    return sign_in.session_answer(ctx, person, session_id, ctx.now, is_new_user=account is None)


def _profile(ask: Registration, state: str) -> registration.Profile:
    return registration.Profile(state=state, **ask.model_dump(include={"name", "email", "address", "pin_code"}))


def _taken() -> KeptRefusal:
    return KeptRefusal("DUPLICATE_PHONE", "This phone number belongs to another account.")

"""Have a sign-in code or one of our mails sent (api.md 2.1)."""

from typing import Annotated, Literal

from pydantic import Field

from shared_code.access import one_time_code
from shared_code.context import Context
from shared_code.endpoints import ADMIN, endpoint
from shared_code.messaging import letters
from shared_code.rules.codes import Purpose
from shared_code.wire import Ask, View
from shared_code.wire.fields import Email, Phone


class CodeOrder(Ask):
    """The phone that is to be sent a sign-in code."""

    phone: Phone


class CodeOrdered(View):
    """A code is on its way; the same answer for known and unknown phones."""

    otp_sent: bool = True


@endpoint(
    "POST",
    "integrations/sendOTP",
    address_limit="auth",
    refusals=("OTP_LOCKED", "SMS_DELIVERY_FAILED", "PROVIDER_BUSY"),
)
def send_otp(ask: CodeOrder, ctx: Context) -> CodeOrdered:
    """Send a sign-in code by SMS. What is said of `POST /auth/login` with a phone alone holds here too."""
    one_time_code.send(ctx, ask.phone, Purpose.SIGN_IN)
    return CodeOrdered()


class MailOrder(Ask):
    """One of our mails, and who is to get it; words and links are ours."""

    to: Annotated[Email, Field(description="the address of a user", examples=["kiran@example.in"])]
    template: Annotated[
        letters.Letter,
        Field(description="passwordReset and kamWelcome to an active Admin or KAM, cpApproved to an active partner"),
    ]


class MailSent(View):
    """SendGrid, who sends our mails, took it."""

    email_sent: Literal[True] = True


@endpoint(
    "POST",
    "integrations/sendEmail",
    ADMIN,
    refusals=("RULE_VIOLATION", "RATE_LIMITED", "EMAIL_DELIVERY_FAILED", "PROVIDER_BUSY"),
)
def send_email(ask: MailOrder, ctx: Context) -> MailSent:
    """Send one of our mails to a user again, within this request.

    passwordReset and kamWelcome hold a link to set a password, which makes older ones useless; they count for the 10
    such mails that an account gets within an hour (429). cpApproved says that a partner may start. 422 where `to` is
    not the address of such a user.
    """
    letters.send(ctx, ask.to, ask.template)
    return MailSent()

"""Third parties by another door (api.md 2.1)."""

from typing import Literal

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
    """Send a sign-in code, as auth/login does with a phone alone."""
    one_time_code.send(ctx, ask.phone, Purpose.SIGN_IN)
    return CodeOrdered()


class MailOrder(Ask):
    """One of our mails, and the address of the user that is to get it; words and links are ours."""

    to: Email
    template: letters.Letter


class MailSent(View):
    """SendGrid took it."""

    email_sent: Literal[True] = True


@endpoint(
    "POST",
    "integrations/sendEmail",
    ADMIN,
    refusals=("RULE_VIOLATION", "RATE_LIMITED", "EMAIL_DELIVERY_FAILED", "PROVIDER_BUSY"),
)
def send_email(ask: MailOrder, ctx: Context) -> MailSent:
    """Mail an active Admin or KAM a link to set its password, or an active partner that it may start. Sent at once."""
    letters.send(ctx, ask.to, ask.template)
    return MailSent()

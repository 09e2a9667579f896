"""Third parties by another door (api.md 2.1)."""

from shared_code import messages
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.rules.codes import Purpose
from shared_code.wire import Ask, View
from shared_code.wire.fields import Phone


class CodeOrder(Ask):
    """The phone that is to be sent a sign-in code."""

    phone: Phone


class CodeOrdered(View):
    """A code is on its way; the same answer for known and unknown phones."""

    otp_sent: bool = True


@endpoint("POST", "integrations/sendOTP", address_limit="auth", refusals=("OTP_LOCKED", "SMS_DELIVERY_FAILED"))
def send_otp(ask: CodeOrder, ctx: Context) -> CodeOrdered:
    """Send a sign-in code, as auth/login does with a phone alone."""
    messages.send_code(ctx, ask.phone, Purpose.SIGN_IN)
    return CodeOrdered()

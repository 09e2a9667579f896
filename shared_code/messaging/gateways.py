"""The providers' gateways as the settings describe them (integrations.md, Settings)."""

from shared_code.adapters.msg91 import Msg91
from shared_code.adapters.sendgrid_mail import SendGrid
from shared_code.settings import Settings


def msg91(settings: Settings) -> Msg91:
    """The gateway for SMS."""
    return Msg91(
        settings.msg91_base_url,
        settings.msg91_auth_key.get_secret_value(),
        settings.msg91_otp_template_id,
        settings.msg91_approval_template_id,
        settings.provider_timeout_seconds,
        settings.provider_retry_wait_seconds,
    )


def sendgrid(settings: Settings) -> SendGrid:
    """The gateway for e-mail."""
    return SendGrid(
        settings.sendgrid_base_url,
        settings.sendgrid_api_key.get_secret_value(),
        settings.sendgrid_from,
        settings.provider_timeout_seconds,
        settings.provider_retry_wait_seconds,
    )

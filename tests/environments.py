"""An environment that holds every setting the app needs (integrations.md, Settings), and the settings read from it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared_code.settings import Settings

OLD_KEY, NEW_KEY = "o" * 32, "n" * 48
SECRETS = {
    "DATABASE_URL": "postgresql://app:database-secret@127.0.0.1:5432/solarium",
    "AZURE_STORAGE_CONNECTION_STRING": "AccountName=a;AccountKey=storage-secret",
    "JWT_SIGNING_KEYS": json.dumps([{"kid": "new", "key": NEW_KEY}, {"kid": "old", "key": OLD_KEY}]),
    "OTP_PEPPER": "pepper-secret-pepper-secret-pepper-secret",
    "MSG91_AUTH_KEY": "msg91-secret",
    "SENDGRID_API_KEY": "sendgrid-secret",
}
WHOLE = SECRETS | {
    "ENVIRONMENT": "prod",
    "JWT_ISSUER": "solarium",
    "JWT_AUDIENCE": "solarium-api",
    "MSG91_OTP_TEMPLATE_ID": "otp",
    "MSG91_APPROVAL_TEMPLATE_ID": "approval",
    "SENDGRID_FROM": "no-reply@solarium.example",
    "PORTAL_BASE_URL": "https://portal.solarium.example",
}


@contextmanager
def environment(**changes: str | None) -> Iterator[None]:
    """The whole environment, and of this process's own nothing, with some settings changed; None takes one out."""
    with pytest.MonkeyPatch.context() as patch:
        for name, field in Settings.model_fields.items():
            patch.delenv(field.alias or name.upper(), raising=False)
        for name, value in (WHOLE | changes).items():
            if value is not None:
                patch.setenv(name, value)
        yield


def settings(**changes: str | None) -> Settings:
    """The settings read from that environment."""
    with environment(**changes):
        return Settings.model_validate({})

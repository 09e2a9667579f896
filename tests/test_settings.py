"""Settings are checked at start: what is missing or malformed is named, and no value is printed (integrations.md)."""

import re
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from shared_code import settings as configuration
from shared_code.settings import Settings, SettingsInvalidError
from tests.environments import NEW_KEY, OLD_KEY, SECRETS, WHOLE, environment, settings

NEEDED = sorted(WHOLE.keys() - {"DATABASE_URL", "AZURE_STORAGE_CONNECTION_STRING"})
MALFORMED = {
    "ENVIRONMENT": "production",
    "JWT_SIGNING_KEYS": '[{"kid": "k", "key": "too-short-a-secret"}]',
    "OTP_PEPPER": "short-secret",
    "PROVIDER_TIMEOUT_SECONDS": "half a minute",
    "PROVIDER_RETRY_WAIT_SECONDS": "-1",
    "FEATURE_CUSTOMER_ACCEPTED": "perhaps",
    "MFA_REQUIRED": "sometimes",
    "SMS_PER_MINUTE": "many-secret",
    "SMS_PER_DAY": "1.5",
    "PYTHON_THREADPOOL_THREAD_COUNT": "0",
    "PORTAL_BASE_URL": "portal.solarium.example",
    "MSG91_BASE_URL": "ftp://msg91.example",
    "SENDGRID_BASE_URL": "https://",
    "MSG91_AUTH_KEY": "with-a-line-break\n",
    "SENDGRID_API_KEY": "ключ",
    "SENDGRID_FROM": "Solarium",
}
BLANK = (
    "MSG91_AUTH_KEY",
    "SENDGRID_API_KEY",
    "SENDGRID_FROM",
    "MSG91_OTP_TEMPLATE_ID",
    "JWT_ISSUER",
    "PORTAL_BASE_URL",
)


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    configuration.current.cache_clear()
    yield
    configuration.current.cache_clear()


def complaint(**changes: str | None) -> str:
    with environment(**changes), pytest.raises(SettingsInvalidError) as refused:
        configuration.current()
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    return str(refused.value)


def test_a_whole_environment_is_read() -> None:
    with environment():
        read = configuration.current()
        assert configuration.current() is read
    assert [key.kid for key in read.jwt_signing_keys] == ["new", "old"]
    assert (read.provider_timeout_seconds, read.provider_retry_wait_seconds) == (3.5, 1)
    assert (read.sms_per_minute, read.sms_per_day, read.feature_customer_accepted) == (120, 10_000, True)


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_setting_is_named(name: str) -> None:
    assert name in complaint(**{name: None})


@pytest.mark.parametrize(("name", "value"), MALFORMED.items())
def test_a_malformed_setting_is_named_and_its_value_is_not_printed(name: str, value: str) -> None:
    said = complaint(**{name: value})
    assert name in said
    assert value not in said


@pytest.mark.parametrize("name", BLANK)
@pytest.mark.parametrize("value", ["", " "])
def test_a_setting_without_a_value_is_a_missing_one(name: str, value: str) -> None:
    assert name in complaint(**{name: value})


@pytest.mark.parametrize(
    ("name", "least", "most"), [("PROVIDER_TIMEOUT_SECONDS", 3, 5), ("PROVIDER_RETRY_WAIT_SECONDS", 1, 2)]
)
def test_how_long_a_provider_is_given_keeps_within_its_bounds_but_on_a_developers_machine(
    name: str, least: int, most: int
) -> None:
    for value in (least - 0.1, most + 0.1):
        assert name in complaint(**{name: str(value)})
    for value in (least, most):
        assert getattr(settings(**{name: str(value)}), name.lower()) == value
    assert getattr(settings(**{name: "0.2", "ENVIRONMENT": "local"}), name.lower()) == 0.2


@pytest.mark.parametrize("name", ["MSG91_BASE_URL", "SENDGRID_BASE_URL", "PORTAL_BASE_URL"])
def test_an_address_may_end_in_a_slash_and_has_no_query(name: str) -> None:
    assert getattr(settings(**{name: "https://host.example/path/"}), name.lower()) == "https://host.example/path"
    for value in ("https://host.example?key=1", "https://host.example/#top", "https://a host.example"):
        assert name in complaint(**{name: value})


@pytest.mark.parametrize("sender", ["no-reply@solarium.example", "Solarium Green Energy <no-reply@solarium.example>"])
def test_mails_are_from_an_address_perhaps_with_a_name(sender: str) -> None:
    assert settings(SENDGRID_FROM=sender).sendgrid_from == sender


def test_no_value_is_in_the_error_behind_it_either() -> None:
    with environment(OTP_PEPPER="short-secret"), pytest.raises(ValidationError) as refused:
        Settings.model_validate({})
    assert "short-secret" not in str(refused.value)


def test_everything_that_is_wrong_is_named_at_once() -> None:
    said = complaint(OTP_PEPPER=None, JWT_ISSUER=None, SMS_PER_DAY="x")
    assert all(name in said for name in ("OTP_PEPPER", "JWT_ISSUER", "SMS_PER_DAY"))


def test_no_secret_is_printed_when_another_setting_is_wrong() -> None:
    said = complaint(ENVIRONMENT="nowhere", JWT_SIGNING_KEYS=f'[{{"kid": "", "key": "{NEW_KEY}"}}]')
    assert not [value for value in (*SECRETS.values(), NEW_KEY, OLD_KEY) if value in said]


@pytest.mark.parametrize("keys", ["", "{}", "[]", "[", '["key"]', '[{"kid": "a"}]'])
def test_signing_keys_are_a_list_of_at_least_one(keys: str) -> None:
    assert re.search("JWT_SIGNING_KEYS", complaint(JWT_SIGNING_KEYS=keys))


@pytest.mark.parametrize("lacking", [{}, {"DATABASE_HOST": "h"}, {"DATABASE_HOST": "h", "DATABASE_NAME": "d"}])
def test_a_database_is_named_by_a_url_or_by_host_name_and_user(lacking: dict[str, str]) -> None:
    names = dict.fromkeys(("DATABASE_URL", "DATABASE_HOST", "DATABASE_NAME", "DATABASE_USER"))
    assert all(name in complaint(**names | lacking) for name in names)
    assert settings(**names | {"DATABASE_HOST": "h", "DATABASE_NAME": "d", "DATABASE_USER": "u"}).database_user == "u"


def test_storage_is_named_by_a_connection_string_or_by_both_accounts() -> None:
    uris = {"UPLOADS_STORAGE__blobServiceUri": "https://u", "DOCUMENTS_STORAGE__blobServiceUri": "https://d"}
    read = settings(AZURE_STORAGE_CONNECTION_STRING=None, **uris)
    assert (read.uploads_storage_blob, read.documents_storage_blob) == ("https://u", "https://d")
    uris["DOCUMENTS_STORAGE__blobServiceUri"] = ""
    assert "AZURE_STORAGE_CONNECTION_STRING" in complaint(AZURE_STORAGE_CONNECTION_STRING=None, **uris)


def test_no_secret_shows_when_the_settings_are_printed() -> None:
    shown = repr(settings())
    assert not [value for value in (*SECRETS.values(), NEW_KEY, OLD_KEY) if value in shown]


def test_an_address_of_a_database_that_is_none_is_named_and_not_printed() -> None:
    said = complaint(DATABASE_URL="postgres//role:hidden@host/solarium")
    assert "DATABASE_URL" in said
    assert "hidden" not in said

"""What an operator sets, validated at start: a missing or malformed setting is named, its value never printed."""

import re
from functools import lru_cache
from typing import Annotated, Final, Literal

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    Json,
    SecretStr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

ADDRESS: Final = r"[^\s<>@]+@[^\s<>@]+"
# Away from a developer's own machine (integrations.md, Every call); there, tests may hurry.
SECONDS: Final = {"provider_timeout_seconds": (3, 5), "provider_retry_wait_seconds": (1, 2)}


def _for_a_header(key: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]+", key.get_secret_value()):
        raise ValueError("must be one or more visible characters of ASCII")
    return key


Word = Annotated[str, StringConstraints(pattern=r"^\S+$")]
Url = Annotated[str, Field(pattern=r"^https?://[^\s/?#]+[^\s?#]*$"), AfterValidator(lambda url: url.rstrip("/"))]
ApiKey = Annotated[SecretStr, AfterValidator(_for_a_header)]
Sender = Annotated[str, StringConstraints(pattern=rf"^({ADDRESS}|[^<>@]*<{ADDRESS}>)$")]


def is_database_address(url: str) -> bool:
    """Whether PostgreSQL's library can read it. Ask before it is used: the complaint repeats it, password and all."""
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return False
    return True


def _database_address(url: SecretStr) -> SecretStr:
    if not is_database_address(url.get_secret_value()):
        raise ValueError("must be an address like postgresql://role:password@host:5432/solarium")
    return url


class SigningKey(BaseModel):
    """A key that signs sessions: HS256, at least 32 bytes."""

    kid: str = Field(min_length=1)
    key: SecretStr = Field(min_length=32)


class Settings(BaseSettings):
    """Every setting of the app (integrations.md, Settings). Read once from the environment."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    environment: Literal["local", "dev", "staging", "prod"]
    database_url: Annotated[SecretStr, AfterValidator(_database_address)] | None = None
    database_host: str | None = None
    database_name: str | None = None
    database_user: str | None = None

    azure_storage_connection_string: SecretStr | None = None
    uploads_storage_blob: str | None = Field(None, alias="UPLOADS_STORAGE__blobServiceUri")
    documents_storage_blob: str | None = Field(None, alias="DOCUMENTS_STORAGE__blobServiceUri")
    identity_client_id: str | None = Field(None, alias="DOCUMENTS_STORAGE__clientId")

    jwt_signing_keys: Json[list[SigningKey]]
    jwt_issuer: Word
    jwt_audience: Word
    otp_pepper: SecretStr = Field(min_length=32)

    msg91_auth_key: ApiKey
    msg91_otp_template_id: Word
    msg91_approval_template_id: Word
    msg91_base_url: Url = "https://control.msg91.com"
    sendgrid_api_key: ApiKey
    sendgrid_from: Sender
    sendgrid_base_url: Url = "https://api.sendgrid.com"
    provider_timeout_seconds: float = Field(3.5, ge=0.1, le=5)
    provider_retry_wait_seconds: float = Field(1, ge=0, le=2)

    defender_verdict_required: bool = False
    clamav_address: Annotated[str, StringConstraints(pattern=r"^[^\s:]+:[0-9]{1,5}$")] | None = None

    feature_customer_accepted: bool = True
    mfa_required: bool = False
    sms_per_minute: int = Field(120, ge=1)
    sms_per_day: int = Field(10_000, ge=1)
    portal_base_url: Url
    python_threadpool_thread_count: int = Field(32, ge=1)

    @field_validator(*SECONDS)
    @classmethod
    def _within_bounds(cls, seconds: float, info: ValidationInfo) -> float:
        least, most = SECONDS[str(info.field_name)]
        if info.data.get("environment") != "local" and not least <= seconds <= most:
            raise ValueError(f"must be from {least} to {most}")
        return seconds

    @model_validator(mode="after")
    def _whole(self) -> "Settings":
        if not self.database_url and not (self.database_host and self.database_name and self.database_user):
            raise ValueError("DATABASE_URL, or DATABASE_HOST, DATABASE_NAME and DATABASE_USER")
        if not self.azure_storage_connection_string and not (self.uploads_storage_blob and self.documents_storage_blob):
            raise ValueError(
                "AZURE_STORAGE_CONNECTION_STRING, or UPLOADS_STORAGE__blobServiceUri"
                " and DOCUMENTS_STORAGE__blobServiceUri"
            )
        if not self.jwt_signing_keys:
            raise ValueError("JWT_SIGNING_KEYS holds no key")
        return self


class SettingsInvalidError(Exception):
    """The environment lacks a setting or holds a malformed one. The message names them, and no value."""


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings of this process. Raises SettingsInvalidError."""
    try:
        return Settings.model_validate({})
    except ValidationError as error:
        wrong = [
            f"{'.'.join(map(str, e['loc'])).upper() or 'settings'}: {e['msg']}"
            for e in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsInvalidError("; ".join(wrong)) from None

"""Azure Blob Storage: links that can do one thing, bytes stored once (integrations.md, Azure Blob; rules.md 6.8)."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from shared_code import log
from shared_code.adapters import credential
from shared_code.adapters.delegation_keys import DelegationKeys
from shared_code.rules.refusal import Refusal
from shared_code.settings import Settings

if TYPE_CHECKING:
    from azure.storage.blob import BlobServiceClient

Container = Literal["uploads", "docs", "quotations"]
LINK_LIFE = timedelta(minutes=30)
MOST_LISTED = 5000  # what storage gives in one answer


@dataclass(frozen=True)
class Stored:
    """What lies under a name: SHA-256 in hex, size in bytes."""

    sha256: str
    size_bytes: int

    @classmethod
    def of(cls, content: bytes) -> "Stored":
        """These bytes as they lie there."""
        return cls(hashlib.sha256(content).hexdigest(), len(content))


@dataclass(frozen=True)
class Listed:
    """A blob by its name within its container, when it was stored (UTC), its size in bytes."""

    name: str
    created_at: datetime
    size_bytes: int


def upload_link(settings: Settings, name: str, until: datetime) -> str:
    """A URL that can create the one blob `uploads/name`, and nothing else. Raises Refusal `STORAGE_FAILED`."""
    return _signed(settings, "uploads", name, "c", until)


def read_link(settings: Settings, container: Container, name: str, until: datetime, file_name: str) -> str:
    """A URL that reads one blob, as an attachment of that name. Raises Refusal `STORAGE_FAILED`."""
    return _signed(settings, container, name, "r", until, f"attachment; filename*=UTF-8''{quote(file_name, safe='')}")


def put_once(
    settings: Settings, container: Container, name: str, content: bytes, content_type: str, tags: dict[str, str]
) -> Stored:
    """Store bytes under a name of their own; the same bytes there already count as stored (rules.md 3.9).

    Raises Refusal `STORAGE_FAILED`.
    """
    from azure.core.exceptions import ResourceExistsError
    from azure.storage.blob import ContentSettings

    md5 = bytearray(hashlib.md5(content, usedforsecurity=False).digest())
    ours = there = Stored.of(content)
    with _storage_failures("put"):
        blob = _service(settings, container).get_blob_client(container, name)
        try:
            blob.upload_blob(
                content,
                overwrite=False,
                tags=tags,
                content_settings=ContentSettings(content_type=content_type, content_md5=md5),
            )
        except ResourceExistsError:
            there = Stored.of(blob.download_blob().readall())
    if there != ours:  # a name given twice, as after an older database was restored
        log.event("blob_name_taken", level=logging.ERROR, container=container, blob=name)
        raise Refusal("STORAGE_FAILED", "The file could not be stored. Please try again.")
    return ours


def listing(settings: Settings, container: Container, prefix: str, page_size: int = MOST_LISTED) -> Iterator[Listed]:
    """The blobs whose names begin with `prefix`, in the order of their names; one call and one page at a time.

    page_size: names per call, at most `MOST_LISTED`. Raises Refusal `STORAGE_FAILED`, also half way.
    """
    with _storage_failures("list"):
        container_client = _service(settings, container).get_container_client(container)
        for blob in container_client.list_blobs(prefix, results_per_page=page_size):
            yield Listed(blob.name, blob.creation_time, blob.size)


def read_upload(settings: Settings, name: str) -> bytes:
    """An upload's bytes. Nobody can change them: its link could only create it. Raises Refusal `STORAGE_FAILED`."""
    with _storage_failures("read"):
        return _service(settings, "uploads").get_blob_client("uploads", name).download_blob().readall()


def upload_tags(settings: Settings, name: str) -> dict[str, str]:
    """What is written beside an upload. Raises Refusal `STORAGE_FAILED`."""
    with _storage_failures("tags"):
        return _service(settings, "uploads").get_blob_client("uploads", name).get_blob_tags()


def remove_upload(settings: Settings, name: str) -> None:
    """Remove an upload that has its outcome; one that is gone already is fine."""
    from azure.core.exceptions import ResourceNotFoundError

    with _storage_failures("remove"), suppress(ResourceNotFoundError):
        _service(settings, "uploads").get_blob_client("uploads", name).delete_blob()


def check_reachable(settings: Settings) -> None:
    """Ask the storage of documents for a container. Raises Refusal `STORAGE_FAILED`."""
    with _storage_failures("health"):
        _service(settings, "docs").get_container_client("docs").get_container_properties()


class _storage_failures:  # noqa: N801 -- a context manager, used like a function
    """Whatever storage does to us becomes `STORAGE_FAILED`, its cause goes to the log."""

    def __init__(self, operation: str) -> None:
        self.operation = operation

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from azure.core.exceptions import AzureError

        if isinstance(error, AzureError):
            log.event("storage_failed", operation=self.operation, error=error)
            raise Refusal("STORAGE_FAILED", "The file storage did not answer. Please try again.") from error


def _signed(
    settings: Settings,
    container: Container,
    name: str,
    permission: str,
    until: datetime,
    disposition: str | None = None,
) -> str:
    from azure.storage.blob import generate_blob_sas

    with _storage_failures("sign"):
        service = _service(settings, container)
        token = generate_blob_sas(
            service.account_name or "",
            container,
            name,
            permission=permission,
            expiry=until,
            content_disposition=disposition,
            protocol="https" if service.url.startswith("https") else None,
            **_signing_key(settings, service, until),
        )
        return f"{service.get_blob_client(container, name).url}?{token}"


@lru_cache(maxsize=4)
def _connect(connection_string: str | None, url: str | None, client_id: str | None) -> "BlobServiceClient":
    from azure.storage.blob import BlobServiceClient, LinearRetry

    retries = LinearRetry(backoff=1, retry_total=2, random_jitter_range=0)
    if connection_string:
        return BlobServiceClient.from_connection_string(connection_string, retry_policy=retries, **credential.PATIENCE)
    return BlobServiceClient(url or "", credential.of_app(client_id), retry_policy=retries, **credential.PATIENCE)


def _service(settings: Settings, container: Container) -> "BlobServiceClient":
    """The account of a container: uploads are kept apart from what has been checked."""
    connection_string = settings.azure_storage_connection_string
    url = settings.uploads_storage_blob if container == "uploads" else settings.documents_storage_blob
    return _connect(
        connection_string.get_secret_value() if connection_string else None, url, settings.identity_client_id
    )


_delegation_keys = DelegationKeys()


def _signing_key(settings: Settings, service: "BlobServiceClient", until: datetime) -> dict[str, Any]:
    """What signs a link: the emulator's key locally, a user delegation key of the app's identity in Azure."""
    if settings.azure_storage_connection_string:
        return {"account_key": service.credential.account_key}
    return {"user_delegation_key": _delegation_keys.of(service, datetime.now(UTC), until)}

"""In Azure links are signed with a key that the app's identity fetches, once for many (rules.md 6.8)."""

import base64
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.storage.blob import BlobClient, UserDelegationKey

from shared_code import settings as configuration
from shared_code.adapters import blobs
from shared_code.adapters.blobs import Container
from shared_code.settings import Settings
from tests.world import codes, race

SOON = timedelta(minutes=30)


def in_time() -> datetime:
    return datetime.now(UTC) + SOON


class Account:
    """A storage account in Azure, as far as signing goes."""

    url, account_name = "https://solarium.blob.core.windows.net", "solarium"

    def __init__(self) -> None:
        self.fetched: list[tuple[datetime, datetime]] = []
        self.broken = False

    def get_user_delegation_key(self, start: datetime, expiry: datetime) -> UserDelegationKey:
        time.sleep(0.05)
        if self.broken:
            raise ClientAuthenticationError("no such identity")
        self.fetched.append((start, expiry))
        key = UserDelegationKey()  # type: ignore[no-untyped-call]
        key.signed_oid, key.signed_tid, key.signed_service, key.signed_version = "app", "tenant", "b", "2025-01-05"
        key.signed_start, key.signed_expiry = f"{start:%Y-%m-%dT%H:%M:%SZ}", f"{expiry:%Y-%m-%dT%H:%M:%SZ}"
        key.value = base64.b64encode(f"key {len(self.fetched)}".encode()).decode()
        return key

    def get_blob_client(self, container: Container, name: str) -> BlobClient:
        return BlobClient(self.url, container, name)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account that is reached by identity, with no key of it known yet."""
    account = Account()
    monkeypatch.setattr(blobs, "_connect", lambda *_: account)
    monkeypatch.setattr(blobs, "_delegation_keys", blobs.DelegationKeys())
    return account


@pytest.fixture
def in_azure(azurite: str) -> Settings:
    """Settings without an account key."""
    urls = {"uploads_storage_blob": Account.url, "documents_storage_blob": Account.url}
    return configuration.current().model_copy(update=urls | {"azure_storage_connection_string": None})


def test_in_azure_a_link_is_signed_by_the_apps_identity_and_works_over_https_alone(
    account: Account, in_azure: Settings
) -> None:
    until = in_time()
    signed = dict(parse_qsl(urlsplit(blobs.upload_link(in_azure, "a.pdf", until)).query))
    expected = {"sp": "c", "sr": "b", "spr": "https", "skoid": "app", "sktid": "tenant"}
    assert signed.items() >= (expected | {"se": f"{until:%Y-%m-%dT%H:%M:%SZ}"}).items()


def test_links_asked_for_by_many_at_once_need_one_key(account: Account, in_azure: Settings) -> None:
    links = race(20, lambda n: blobs.read_link(in_azure, "docs", f"{n}.pdf", in_time(), "a.pdf"))
    assert len({urlsplit(link).path for link in links}) == 20
    assert len(account.fetched) == 1


def test_a_key_is_fetched_again_before_a_link_could_outlive_it(account: Account) -> None:
    keys, start = blobs.DelegationKeys(), datetime(2026, 1, 15, tzinfo=UTC)
    moments = [start + timedelta(minutes=10) * n for n in range(24 * 6)]
    used = [(now, keys.of(account, now)) for now in moments]  # type: ignore[arg-type]  # all a key needs of it
    assert all(now + SOON < datetime.fromisoformat(key.signed_expiry) for now, key in used)
    assert len(account.fetched) == 3  # one for eleven hours


def test_a_key_that_cannot_be_fetched_fails_the_request_and_not_the_next(account: Account, in_azure: Settings) -> None:
    account.broken = True
    assert codes(race(2, lambda _: blobs.upload_link(in_azure, "a.pdf", in_time()))) == ["STORAGE_FAILED"] * 2
    account.broken = False
    assert blobs.upload_link(in_azure, "a.pdf", in_time()).startswith(f"{Account.url}/uploads/a.pdf?")

"""In Azure links are signed with a key that the app's identity fetches, once for many (rules.md 6.8)."""

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.storage.blob import BlobClient, UserDelegationKey

from shared_code import settings as configuration
from shared_code.adapters import blobs
from shared_code.adapters.blobs import Container
from shared_code.adapters.delegation_keys import DelegationKeys
from shared_code.settings import Settings
from tests.world import codes, race

SOON = timedelta(minutes=30)
MIDNIGHT = datetime(2026, 1, 15, tzinfo=UTC)


def in_time() -> datetime:
    return datetime.now(UTC) + SOON


class Account:
    """A storage account in Azure, as far as signing goes."""

    url, account_name = "https://solarium.blob.core.windows.net", "solarium"

    def __init__(self) -> None:
        self.asked, self.broken = 0, False
        self.fetched: list[tuple[datetime, datetime]] = []
        self.reached, self.answering = threading.Event(), threading.Event()
        self.answering.set()

    def get_user_delegation_key(self, start: datetime, expiry: datetime) -> UserDelegationKey:
        self.asked += 1
        self.reached.set()
        assert self.answering.wait(30)
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
    monkeypatch.setattr(blobs, "_delegation_keys", DelegationKeys())
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


def key_at(keys: DelegationKeys, account: Account, now: datetime) -> UserDelegationKey:
    """The key for a link that begins now."""
    return keys.of(account, now, now + SOON)  # type: ignore[arg-type]  # all a key needs of it


def test_a_key_is_fetched_again_before_a_link_could_outlive_it(account: Account) -> None:
    keys = DelegationKeys()
    moments = [MIDNIGHT + timedelta(minutes=10) * n for n in range(24 * 6)]
    used = [(now, key_at(keys, account, now)) for now in moments]
    assert all(now + SOON < datetime.fromisoformat(str(key.signed_expiry)) for now, key in used)
    assert len(account.fetched) == 3  # one for eleven hours


def test_others_go_on_with_the_old_key_while_one_fetches_the_new(account: Account) -> None:
    keys, late = DelegationKeys(), MIDNIGHT + timedelta(hours=11, minutes=10)
    old = key_at(keys, account, MIDNIGHT)
    account.answering.clear()
    account.reached.clear()
    with ThreadPoolExecutor(1) as somebody:
        new = somebody.submit(key_at, keys, account, late)
        assert account.reached.wait(30)
        assert key_at(keys, account, late) is old
        account.answering.set()
        assert new.result() is not old
    assert key_at(keys, account, late) is new.result()
    assert len(account.fetched) == 2


def test_a_key_that_cannot_be_renewed_signs_on_as_long_as_links_end_before_it(account: Account) -> None:
    keys = DelegationKeys()
    old = key_at(keys, account, MIDNIGHT)
    account.broken = True
    minutes = [MIDNIGHT + timedelta(hours=11, seconds=30 * n) for n in range(61)]
    assert {id(key_at(keys, account, now)) for now in minutes} == {id(old)}
    assert account.asked == 1 + 31  # tried again every minute
    with pytest.raises(ClientAuthenticationError):
        key_at(keys, account, minutes[-1] + timedelta(seconds=1))
    account.broken = False
    assert key_at(keys, account, minutes[-1] + timedelta(seconds=1)) is not old


def test_all_who_wait_for_a_key_learn_at_once_that_there_is_none(account: Account, in_azure: Settings) -> None:
    account.broken = True
    account.answering.clear()
    threading.Timer(1, account.answering.set).start()
    refused = codes(race(20, lambda _: blobs.upload_link(in_azure, "a.pdf", in_time())))
    assert refused == ["STORAGE_FAILED"] * 20
    assert account.asked < 5  # one, unless somebody came a second late
    account.broken = False
    assert blobs.upload_link(in_azure, "a.pdf", in_time()).startswith(f"{Account.url}/uploads/a.pdf?")

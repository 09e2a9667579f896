"""Links signed by the app's identity, on storage that checks them as Azure does (rules.md 6.8)."""

import base64
import time
import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient

from shared_code.adapters import blobs
from shared_code.adapters.delegation_keys import DelegationKeys
from shared_code.rules.refusal import Refusal
from shared_code.settings import Settings
from tests.azure_cloud import CLIENT_ID, Cloud
from tests.world import codes, race

SOON = timedelta(minutes=30)


def new_name() -> str:
    return f"{uuid.uuid4().hex}.pdf"


def link_to(settings: Settings, name: str) -> str:
    return blobs.upload_link(settings, name, datetime.now(UTC) + SOON)


def put(url: str) -> int:
    return requests.put(url, b"%PDF-1.7", headers={"x-ms-blob-type": "BlockBlob"}, timeout=10).status_code


def test_fifty_who_ask_at_once_need_one_key_and_one_token(cloud: Cloud, in_azure: Settings) -> None:
    before = keys_fetched(cloud, in_azure)
    cloud.start_anew()
    names = [new_name() for _ in range(50)]
    links = race(50, lambda n: link_to(in_azure, names[n]))
    assert codes(links) == ["ok"] * 50
    assert [put(links[n]) for n in (0, 49)] == [201, 201]
    assert cloud.keys_fetched(names[49]) - before == 1
    assert cloud.identity.asked == 1


def keys_fetched(cloud: Cloud, settings: Settings) -> int:
    """The delegation keys that the account has given out so far, one for this question included."""
    name = new_name()
    assert put(link_to(settings, name)) == 201
    return cloud.keys_fetched(name)


def test_a_link_says_who_signed_it_and_until_when_but_nothing_of_the_key(cloud: Cloud, in_azure: Settings) -> None:
    signed = dict(parse_qsl(urlsplit(link_to(in_azure, new_name())).query))
    assert (signed["skoid"], signed["sktid"], signed["spr"], signed["sp"]) == ("app", "tenant", "https", "c")
    assert len(base64.b64decode(signed["sig"])) == 32
    assert not {"se", "ske", "skt"} - signed.keys()


@pytest.mark.parametrize(
    ("part", "other"),
    [("sp", "cw"), ("se", "2099-01-01T00:00:00Z"), ("ske", "2099-01-01T00:00:00Z"), ("skoid", "me"), ("sig", "AAAA")],
)
def test_a_link_that_was_changed_is_refused(in_azure: Settings, part: str, other: str) -> None:
    path, _, query = link_to(in_azure, new_name()).partition("?")
    said = dict(parse_qsl(query))
    assert put(f"{path}?{urlencode(said | {part: other})}") == 403
    assert put(f"{path}?{urlencode(said)}") == 201


def test_a_key_is_renewed_before_it_ends_and_the_new_one_signs(cloud: Cloud) -> None:
    keys, now = DelegationKeys(), datetime.now(UTC)
    with BlobServiceClient(cloud.account, DefaultAzureCredential(managed_identity_client_id=CLIENT_ID)) as service:
        times = [timedelta(), timedelta(hours=10, minutes=59), timedelta(hours=11), timedelta(hours=12)]
        first, later, renewed, last = (keys.of(service, now + passed, now + passed + SOON) for passed in times)
    assert first is later
    assert renewed is last
    assert str(renewed.signed_expiry) > str(first.signed_expiry)
    assert renewed.value != first.value


@pytest.mark.parametrize("what", ["issuer", "client_id"])
def test_an_identity_that_is_not_known_signs_nothing(
    cloud: Cloud, in_azure: Settings, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(cloud.identity, what, "https://elsewhere.test/")
        assert codes(race(2, lambda _: link_to(in_azure, new_name()))) == ["STORAGE_FAILED"] * 2
    cloud.start_anew()
    assert put(link_to(in_azure, new_name())) == 201


def test_an_identity_service_that_never_answers_is_given_up_after_three_attempts_of_three_and_a_half_seconds(
    cloud: Cloud, in_azure: Settings
) -> None:
    cloud.identity.answering.clear()
    began = time.monotonic()
    with pytest.raises(Refusal) as refused:
        link_to(in_azure, new_name())
    took = time.monotonic() - began
    assert refused.value.code == "STORAGE_FAILED"
    assert cloud.identity.asked == 3
    assert 3 * 3.5 + 2 * 1 <= took < 3 * 3.5 + 2 * 1 + 2

"""Links to storage do one thing and no other; bytes are stored once (integrations.md, Azure Blob)."""

import base64
import hashlib
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
import requests
from azure.storage.blob import BlobServiceClient
from pydantic import SecretStr

from shared_code import settings as configuration
from shared_code.adapters import blobs
from shared_code.adapters.blobs import Stored
from shared_code.rules.refusal import Refusal
from shared_code.settings import Settings
from tests.world import codes, race

SOON, PAST = timedelta(minutes=30), timedelta(minutes=-1)
BLOCK = {"x-ms-blob-type": "BlockBlob"}
TAGS = {"docType": "quotation", "reference": "QUOT-1"}
PDF = "application/pdf"


@pytest.fixture(params=["by the emulator's key", "by the app's identity"])
def settings(request: pytest.FixtureRequest, azurite: str) -> Settings:
    """Settings of an app that signs locally, and of one that signs as in Azure: the same must hold for both."""
    if "key" in request.param:
        return configuration.current()
    in_azure: Settings = request.getfixturevalue("in_azure")
    return in_azure


@pytest.fixture
def storage(settings: Settings, azurite: str, request: pytest.FixtureRequest) -> Iterator[BlobServiceClient]:
    """The account that they name, opened by the key that we know of every emulator."""
    locally = settings.azure_storage_connection_string is not None
    connection_string = azurite if locally else request.getfixturevalue("cloud").azurite.connection_string
    with BlobServiceClient.from_connection_string(connection_string) as service:
        yield service


def new_name() -> str:
    return f"{uuid.uuid4().hex}.pdf"


def in_time(life: timedelta = SOON) -> datetime:
    return datetime.now(UTC) + life


def put(url: str, content: bytes = b"%PDF-1.7 first") -> int:
    return requests.put(url, content, headers=BLOCK, timeout=10).status_code


def listing(url: str) -> str:
    path, _, query = url.partition("?")
    return f"{path.rpartition('/')[0]}?restype=container&comp=list&{query}"


def test_an_upload_link_creates_its_blob_once_and_does_nothing_else(
    settings: Settings, storage: BlobServiceClient
) -> None:
    name = new_name()
    url = blobs.upload_link(settings, name, in_time())
    assert put(url) == 201
    attempts: dict[str, Callable[[], requests.Response]] = {
        "write again": lambda: requests.put(url, b"%PDF-1.7 second", headers=BLOCK, timeout=10),
        "read": lambda: requests.get(url, timeout=10),
        "delete": lambda: requests.delete(url, timeout=10),
        "list": lambda: requests.get(listing(url), timeout=10),
        "write another": lambda: requests.put(url.replace(name, new_name()), b"x", headers=BLOCK, timeout=10),
        "write elsewhere": lambda: requests.put(url.replace("/uploads/", "/docs/"), b"x", headers=BLOCK, timeout=10),
    }
    assert {what: attempt().status_code for what, attempt in attempts.items()} == dict.fromkeys(attempts, 403)
    assert storage.get_blob_client("uploads", name).download_blob().readall() == b"%PDF-1.7 first"


def test_an_upload_link_is_dead_when_its_time_is_over(settings: Settings) -> None:
    assert put(blobs.upload_link(settings, new_name(), in_time(PAST))) == 403


def test_a_read_link_reads_its_blob_as_an_attachment_and_does_nothing_else(settings: Settings) -> None:
    name, secret = new_name(), new_name()
    for blob in (name, secret):
        blobs.put_once(settings, "docs", blob, b"%PDF-1.7 checked", PDF, {})
    url = blobs.read_link(settings, "docs", name, in_time(), "Lichtbild; “Ramesh” बिल.pdf")
    answer = requests.get(url, timeout=10)
    assert (answer.status_code, answer.content) == (200, b"%PDF-1.7 checked")
    assert answer.headers["Content-Type"] == PDF
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''Lichtbild%3B%20%E2%80%9CRamesh%E2%80%9D%20%E0%A4%AC%E0%A4%BF%E0%A4%B2.pdf"
    )
    attempts: dict[str, Callable[[], requests.Response]] = {
        "write": lambda: requests.put(url, b"x", headers=BLOCK, timeout=10),
        "delete": lambda: requests.delete(url, timeout=10),
        "list": lambda: requests.get(listing(url), timeout=10),
        "read another": lambda: requests.get(url.replace(name, secret), timeout=10),
        "read elsewhere": lambda: requests.get(url.replace("/docs/", "/quotations/"), timeout=10),
    }
    assert {what: attempt().status_code for what, attempt in attempts.items()} == dict.fromkeys(attempts, 403)


def test_a_read_link_is_dead_when_its_time_is_over(settings: Settings) -> None:
    name = new_name()
    blobs.put_once(settings, "docs", name, b"%PDF-1.7", PDF, {})
    assert requests.get(blobs.read_link(settings, "docs", name, in_time(PAST), name), timeout=10).status_code == 403


def test_stored_bytes_carry_their_type_their_hash_and_their_tags(
    settings: Settings, storage: BlobServiceClient
) -> None:
    name, content = new_name(), b"%PDF-1.7 offer"
    stored = blobs.put_once(settings, "quotations", name, content, PDF, TAGS)
    assert stored == Stored(hashlib.sha256(content).hexdigest(), len(content))
    blob = storage.get_blob_client("quotations", name)
    properties = blob.get_blob_properties().content_settings
    assert properties.content_type == PDF
    assert properties.content_md5 == bytearray(hashlib.md5(content, usedforsecurity=False).digest())
    assert blob.get_blob_tags() == TAGS


def test_the_same_bytes_under_the_same_name_again_count_as_stored(settings: Settings) -> None:
    name = new_name()
    first = blobs.put_once(settings, "quotations", name, b"%PDF-1.7 offer", PDF, TAGS)
    assert blobs.put_once(settings, "quotations", name, b"%PDF-1.7 offer", PDF, TAGS) == first


def test_other_bytes_under_a_name_that_is_taken_are_refused_and_change_nothing(settings: Settings) -> None:
    name = new_name()
    answers = race(8, lambda n: blobs.put_once(settings, "docs", name, f"%PDF-1.7 {n}".encode(), PDF, {}))
    there = requests.get(blobs.read_link(settings, "docs", name, in_time(), name), timeout=10).content
    assert [answer for answer in answers if isinstance(answer, Stored)] == [Stored.of(there)]
    assert sorted(codes(answers)) == ["STORAGE_FAILED"] * 7 + ["ok"]


def test_an_upload_is_removed_and_one_that_is_gone_already_is_fine(
    settings: Settings, storage: BlobServiceClient
) -> None:
    name = new_name()
    put(blobs.upload_link(settings, name, in_time()))
    blobs.remove_upload(settings, name)
    blobs.remove_upload(settings, name)
    assert not storage.get_blob_client("uploads", name).exists()


@contextmanager
def silence() -> Iterator[tuple[str, list[socket.socket]]]:
    """A storage that accepts connections and never answers: its connection string, and the connections so far."""
    callers: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def listen() -> None:
            with suppress(OSError):
                while True:
                    callers.append(door.accept()[0])

        threading.Thread(target=listen, daemon=True).start()
        key, port = base64.b64encode(b"key").decode(), door.getsockname()[1]
        yield (
            f"DefaultEndpointsProtocol=http;AccountName=a;AccountKey={key};BlobEndpoint=http://127.0.0.1:{port}/a;",
            callers,
        )
        door.shutdown(socket.SHUT_RDWR)
    for caller in callers:
        caller.close()


def test_a_storage_that_never_answers_is_given_up_after_three_attempts_of_three_and_a_half_seconds(
    azurite: str,
) -> None:
    with silence() as (connection_string, callers):
        hanging = configuration.current().model_copy(
            update={"azure_storage_connection_string": SecretStr(connection_string)}
        )
        began = time.monotonic()
        with pytest.raises(Refusal) as refused:
            blobs.put_once(hanging, "docs", new_name(), b"%PDF-1.7", PDF, {})
        took = time.monotonic() - began
    assert refused.value.code == "STORAGE_FAILED"
    assert len(callers) == 3
    assert 3 * 3.5 + 2 * 1 <= took < 3 * 3.5 + 2 * 1 + 2

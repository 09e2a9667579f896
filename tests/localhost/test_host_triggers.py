"""The local host starts functions by blobs, queue messages and the clock."""

import base64
import json
import uuid
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import ContainerClient
from azure.storage.queue import QueueClient

from tests.localhost.host_process import SampleHost, sample_host, wait_for


class Store:
    """A container and a queue of its own on the emulator."""

    def __init__(self, connection: str) -> None:
        name = f"sample-{uuid.uuid4().hex[:12]}"
        self.container = ContainerClient.from_connection_string(connection, name)
        self.queue = QueueClient.from_connection_string(connection, name)
        self.queue_poison = QueueClient.from_connection_string(connection, f"{name}-poison")
        self.blob_poison = QueueClient.from_connection_string(connection, "webjobs-blobtrigger-poison")
        self.settings = {"SAMPLE_STORAGE": connection, "SAMPLE_CONTAINER": name, "SAMPLE_QUEUE": name}

    def put(self, name: str, content: bytes) -> None:
        self.container.upload_blob(name, content, overwrite=True)

    def send(self, text: str) -> None:
        self.queue.send_message(base64.b64encode(text.encode()).decode())


@pytest.fixture(scope="module")
def store(azurite: str) -> Store:
    store = Store(azurite)
    store.container.create_container()
    store.queue.create_queue()
    return store


@pytest.fixture(scope="module")
def host(store: Store) -> Iterator[SampleHost]:
    with sample_host(SAMPLE_SCHEDULE="0 0 0 1 1 *", **store.settings) as running:
        yield running


def poisoned(queue: QueueClient, part: str) -> list[str]:
    with suppress(ResourceNotFoundError):
        messages = [base64.b64decode(each.content).decode() for each in queue.peek_messages(32)]
        return [message for message in messages if part in message]
    return []


def blobs(host: SampleHost, name: str) -> list[dict[str, Any]]:
    return [each for each in host.seen("blob") if each["blob"].endswith(name)]


def test_a_new_blob_reaches_its_function_once(host: SampleHost, store: Store) -> None:
    store.put("in/folder/one.txt", b"hello")
    (came,) = wait_for(lambda: blobs(host, "one.txt"))
    container = store.container.container_name
    assert came["blob"] == f"{container}/in/folder/one.txt"
    assert (came["length"], came["content"]) == (5, "hello")
    assert came["uri"] == store.container.get_blob_client("in/folder/one.txt").url
    store.put("in/two.txt", b"later")
    wait_for(lambda: blobs(host, "two.txt"))
    assert len(blobs(host, "one.txt")) == 1


def test_a_blob_that_is_written_again_is_new(host: SampleHost, store: Store) -> None:
    store.put("in/again.txt", b"first")
    wait_for(lambda: blobs(host, "again.txt"))
    store.put("in/again.txt", b"second")
    wait_for(lambda: [each["content"] for each in blobs(host, "again.txt")] == ["first", "second"])


def test_blobs_too_large_or_elsewhere_are_left_alone(host: SampleHost, store: Store) -> None:
    store.put("in/large.txt", b"x" * 1001)
    store.put("elsewhere/small.txt", b"x")
    store.put("in/limit.txt", b"x" * 1000)
    wait_for(lambda: blobs(host, "limit.txt"))
    assert not blobs(host, "large.txt")
    assert not blobs(host, "small.txt")


def test_a_blob_that_keeps_failing_is_poison(host: SampleHost, store: Store) -> None:
    store.put("in/bad.txt", b"bad")
    container = store.container.container_name
    (text,) = wait_for(lambda: poisoned(store.blob_poison, container))
    message = json.loads(text)
    etag = store.container.get_blob_client("in/bad.txt").get_blob_properties().etag
    assert message == {
        "Type": "BlobTrigger",
        "FunctionId": "Host.Functions.blob_came",
        "BlobType": "BlockBlob",
        "ContainerName": container,
        "BlobName": "in/bad.txt",
        "ETag": etag,
    }
    assert len(blobs(host, "bad.txt")) == 2


def test_a_message_reaches_its_function_and_is_gone(host: SampleHost, store: Store) -> None:
    store.send("hello ☀")
    (came,) = wait_for(lambda: host.seen("message"))
    assert (came["message"], came["count"]) == ("hello ☀", 1)
    wait_for(lambda: store.queue.get_queue_properties().approximate_message_count == 0)


def test_a_message_that_keeps_failing_is_poison(host: SampleHost, store: Store) -> None:
    store.send("bad")
    assert wait_for(lambda: poisoned(store.queue_poison, "bad")) == ["bad"]
    tries = [each["count"] for each in host.seen("message") if each["message"] == "bad"]
    assert tries == [1, 2]
    wait_for(lambda: store.queue.get_queue_properties().approximate_message_count == 0)


def test_what_lies_there_when_the_host_starts_is_delivered(azurite: str) -> None:
    store = Store(azurite)
    store.container.create_container()
    store.put("in/waiting.txt", b"since long")
    with sample_host(**store.settings) as host:
        wait_for(lambda: blobs(host, "waiting.txt"))
    with sample_host(**store.settings) as host:
        wait_for(lambda: blobs(host, "waiting.txt"))


def test_storage_that_comes_late_is_waited_for(azurite: str) -> None:
    store = Store(azurite)
    with sample_host(**store.settings) as host:
        store.container.create_container()
        store.put("in/late.txt", b"x")
        wait_for(lambda: blobs(host, "late.txt"))


def test_a_timer_runs_at_start_and_on_schedule(store: Store) -> None:
    off = {f"AzureWebJobs.{name}.Disabled": "true" for name in ("blob_came", "message_came")}
    with sample_host(SAMPLE_SCHEDULE="* * * * * *", **off) as host:
        ticks = wait_for(lambda: len(host.seen("tick")) >= 3 and host.seen("tick"))
    at_start, *scheduled = (tick["tick"] for tick in ticks)
    assert all(moment % 1 < 0.5 for moment in scheduled)
    assert all(0.5 < later - before < 1.5 for before, later in pairwise(scheduled))
    assert at_start < scheduled[0]
    assert not ticks[0]["past_due"]

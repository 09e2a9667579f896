"""The storage emulator: what the app finds in it, and that it gives back what was written."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from azure.storage.blob import BlobServiceClient

from localhost.azurite import CONTAINERS, Azurite, make_containers


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """A running emulator."""
    azurite = Azurite(tmp_path_factory.mktemp("azurite"))
    azurite.start()
    yield azurite
    azurite.stop()


def put(azurite: Azurite, container: str, name: str, content: bytes) -> None:
    """Store a blob."""
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        service.get_blob_client(container, name).upload_blob(content)


def get(azurite: Azurite, container: str, name: str) -> bytes:
    """Read a blob."""
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        return service.get_blob_client(container, name).download_blob().readall()


def test_the_apps_containers_are_there(emulator: Azurite) -> None:
    with BlobServiceClient.from_connection_string(emulator.connection_string) as service:
        assert {each.name for each in service.list_containers()} == set(CONTAINERS)


def test_making_containers_leaves_what_is_in_them(emulator: Azurite) -> None:
    put(emulator, "docs", "kept", b"as it was")
    make_containers(emulator.connection_string)
    assert get(emulator, "docs", "kept") == b"as it was"


def test_a_page_of_any_origin_may_put_an_upload(emulator: Azurite) -> None:
    endpoint = dict(part.split("=", 1) for part in emulator.connection_string.split(";") if part)["BlobEndpoint"]
    asked = {
        "Origin": "https://portal.example",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "x-ms-blob-type,content-type",
    }
    answer = requests.options(f"{endpoint}/uploads/new", headers=asked, timeout=5)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://portal.example"
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]


def test_every_service_is_on_loopback(emulator: Azurite) -> None:
    hosts = re.findall(r"(\w+)Endpoint=http://([^:]+):\d+/devstoreaccount1;", emulator.connection_string)
    assert hosts == [("Blob", "127.0.0.1"), ("Queue", "127.0.0.1"), ("Table", "127.0.0.1")]


def test_blobs_survive_a_restart(tmp_path: Path) -> None:
    azurite = Azurite(tmp_path)
    azurite.start()
    put(azurite, "quotations", "QUOT-1001.pdf", b"%PDF-")
    azurite.stop()
    azurite.start()
    assert get(azurite, "quotations", "QUOT-1001.pdf") == b"%PDF-"
    azurite.stop()

"""The storage emulator: what the app finds in it, and that it gives back what was written."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from azure.storage.blob import BlobServiceClient

from localhost.azurite import CONTAINERS, Azurite, admit_pages, make_containers

PORTAL = "https://portal.test"


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """A running emulator."""
    azurite = Azurite(tmp_path_factory.mktemp("azurite"), [PORTAL, "https://staging.portal.test"])
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


def preflight(azurite: Azurite, **asked: str) -> requests.Response:
    """Ask as a browser does before a page of the portal may PUT an upload."""
    usual = {"Origin": PORTAL, "Method": "PUT", "Headers": "x-ms-blob-type,content-type"} | asked
    headers = {name if name == "Origin" else f"Access-Control-Request-{name}": said for name, said in usual.items()}
    endpoint = dict(part.split("=", 1) for part in azurite.connection_string.split(";") if part)["BlobEndpoint"]
    return requests.options(f"{endpoint}/uploads/new", headers=headers, timeout=5)


@pytest.mark.parametrize("method", ["PUT", "GET", "HEAD"])
def test_a_page_of_the_portal_may_upload_and_read(emulator: Azurite, method: str) -> None:
    answer = preflight(emulator, Method=method)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, PORTAL)
    assert answer.headers["Access-Control-Allow-Methods"] == method
    assert answer.headers["Access-Control-Max-Age"] == "3600"


@pytest.mark.parametrize(
    "asked", [{"Origin": "https://elsewhere.test"}, {"Method": "DELETE"}, {"Headers": "x-ms-blob-type,authorization"}]
)
def test_no_other_page_and_nothing_else_is_admitted(emulator: Azurite, asked: dict[str, str]) -> None:
    answer = preflight(emulator, **asked)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_pages_admitted_are_those_of_the_newest_start(tmp_path: Path) -> None:
    admitted = []
    for origins in ([PORTAL], ["https://new.test"], []):
        azurite = Azurite(tmp_path, origins)
        azurite.start()
        admitted.append([preflight(azurite, Origin=origin).ok for origin in (PORTAL, "https://new.test")])
        azurite.stop()
    assert admitted == [[True, False], [False, True], [False, False]]


def test_a_storage_that_is_not_ours_keeps_its_rules_and_is_given_some_where_it_has_none(tmp_path: Path) -> None:
    azurite = Azurite(tmp_path)
    azurite.start()
    admit_pages(azurite.connection_string, [PORTAL], keep=True)
    admit_pages(azurite.connection_string, ["https://new.test"], keep=True)
    admitted = [preflight(azurite, Origin=origin).ok for origin in (PORTAL, "https://new.test")]
    azurite.stop()
    assert admitted == [True, False]


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

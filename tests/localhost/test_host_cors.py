"""Which pages may call the app from a browser: the host answers in the platform's place (api.md 1)."""

from collections.abc import Iterator

import pytest
import requests

from localhost.host.cors import Cors
from localhost.host.invocation import HttpAnswer
from tests.localhost.host_process import SampleHost, sample_host

PORTAL, ELSEWHERE = "https://portal.test", "https://elsewhere.test"


@pytest.fixture(scope="module")
def host() -> Iterator[SampleHost]:
    off = {f"AzureWebJobs.{name}.Disabled": "true" for name in ("blob_came", "message_came", "tick")}
    with sample_host(**off) as running:
        yield running


def preflight(host: SampleHost, path: str = "/api/v1/things/summary", **headers: str) -> requests.Response:
    asked = {"Origin": PORTAL, "Access-Control-Request-Method": "PUT"} | headers
    return host.request("OPTIONS", path, headers=asked)


def test_a_page_of_an_allowed_origin_gets_leave_for_what_it_asks(host: SampleHost) -> None:
    answer = preflight(host, **{"Access-Control-Request-Headers": "authorization, x-thing"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == PORTAL
    assert answer.headers["Access-Control-Allow-Methods"] == "PUT"
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization, x-thing"
    assert answer.headers["Access-Control-Max-Age"] == "86400"
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin", [ELSEWHERE, "http://portal.test", f"{PORTAL}:8443", f"{PORTAL}.evil.test", "null", ""]
)
def test_a_page_of_another_origin_gets_none(host: SampleHost, origin: str) -> None:
    answer = preflight(host, Origin=origin)
    assert answer.status_code == 404
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_a_preflight_is_answered_without_a_key_and_also_where_nothing_is(host: SampleHost) -> None:
    assert preflight(host, "/api/v1/with-key").status_code == 204
    assert preflight(host, "/api/v1/nowhere").status_code == 204


@pytest.mark.parametrize("path", ["/text", "/with-key", "/nowhere"])
def test_a_page_of_an_allowed_origin_may_read_every_answer(host: SampleHost, path: str) -> None:
    assert host.get(path, headers={"Origin": PORTAL}).headers["Access-Control-Allow-Origin"] == PORTAL


@pytest.mark.parametrize("headers", [{}, {"Origin": ELSEWHERE}, {"Origin": PORTAL}])
def test_no_cache_gives_an_answer_of_one_origin_to_another(host: SampleHost, headers: dict[str, str]) -> None:
    answer = host.get("/text", headers=headers)
    assert answer.headers["Vary"] == "Origin"
    assert answer.headers.get("Access-Control-Allow-Origin") == (PORTAL if PORTAL in headers.values() else None)


def test_the_host_has_the_last_word_and_leaves_what_the_app_varies_by() -> None:
    said = HttpAnswer(200, [("access-control-allow-origin", "*"), ("Vary", "Accept-Encoding")])
    answer = Cors([PORTAL]).readable(said, {"origin": ELSEWHERE})
    assert answer.headers == [("Vary", "Accept-Encoding"), ("Vary", "Origin")]


def test_a_star_lets_every_page_in() -> None:
    cors = Cors(["*"])
    assert cors.preflight("OPTIONS", {"origin": ELSEWHERE, "access-control-request-method": "GET"})
    assert ("Access-Control-Allow-Origin", ELSEWHERE) in cors.readable(HttpAnswer(200), {"origin": ELSEWHERE}).headers

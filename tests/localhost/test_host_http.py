"""The local host answers HTTP as Azure's Functions host does."""

import http.client
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.localhost.host_process import SampleHost, sample_host, wait_for


@pytest.fixture(scope="module")
def host() -> Iterator[SampleHost]:
    off = {f"AzureWebJobs.{name}.Disabled": "true" for name in ("blob_came", "message_came", "tick")}
    with sample_host(PYTHON_THREADPOOL_THREAD_COUNT="16", **off) as running:
        yield running


def echo(host: SampleHost, path: str, **options: Any) -> dict[str, Any]:
    answer = host.get(f"/echo/{path}", **options)
    assert answer.status_code == 200
    seen: dict[str, Any] = answer.json()
    return seen


def test_a_function_sees_the_request(host: SampleHost) -> None:
    headers = {"X-Thing": "a", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    answer = host.request("POST", "/api/v1/echo/a%20b%2Fc/7?q=1", data=b"\x00\xff", headers=headers).json()
    assert answer["method"] == "POST"
    assert answer["url"] == f"http://127.0.0.1:{host.port}/api/v1/echo/a%20b%2Fc/7?q=1"
    assert answer["route"] == {"word": "a b%2Fc", "number": "7"}
    assert answer["body"] == "\x00\xff"
    assert answer["headers"]["x-thing"] == "a"
    assert answer["function"] == "echo"
    assert answer["trace"] == headers["traceparent"]
    assert len(answer["invocation"]) == 36


def test_empty_query_values_are_dropped_and_repeated_ones_joined(host: SampleHost) -> None:
    assert echo(host, "x?a=1&b=&A=2&c&a=&d=%C3%A4+e")["query"] == {"a": "1,2", "d": "ä e"}


def test_the_clients_address_comes_last_in_x_forwarded_for(host: SampleHost) -> None:
    alone = echo(host, "x")["headers"]["x-forwarded-for"]
    assert alone.rpartition(":")[0] == "127.0.0.1"
    behind = echo(host, "x", headers={"X-Forwarded-For": "203.0.113.7"})["headers"]["x-forwarded-for"]
    assert behind.startswith("203.0.113.7, 127.0.0.1:")


def test_the_host_listens_on_one_loopback_address_only(host: SampleHost) -> None:
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", host.port), timeout=2)


def test_a_chunked_body_arrives_empty_and_the_connection_lives_on(host: SampleHost) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=10)
    connection.request("POST", "/api/v1/echo/x", body=iter([b"one", b"two"]), encode_chunked=True)
    assert b'"body": ""' in connection.getresponse().read()
    connection.request("POST", "/api/v1/echo/x", body=b"three")
    assert b'"body": "three"' in connection.getresponse().read()
    connection.close()


def test_a_body_over_the_limit_is_refused_unread(host: SampleHost) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=10)
    connection.putrequest("POST", "/api/v1/echo/x")
    connection.putheader("Content-Length", "104857601")
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (413, b"")
    connection.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/api/v1/echo/x"),
        ("HEAD", "/api/v1/echo/x"),
        ("OPTIONS", "/api/v1/echo/x"),
        ("GET", "/api/v1/echo/x/seven"),
        ("GET", "/api/v1/none"),
        ("GET", "/echo/x"),
        ("GET", "/"),
        ("GET", "/api/v1/Administration"),
    ],
)
def test_no_function_for_it_is_a_plain_404(host: SampleHost, method: str, path: str) -> None:
    answer = host.request(method, path)
    assert (answer.status_code, answer.content) == (404, b"")
    assert "content-type" not in answer.headers


def test_the_first_function_by_name_wins_and_method_is_part_of_the_match(host: SampleHost) -> None:
    assert host.get("/things/summary").text == "thing summary"
    assert host.request("PUT", "/api/v1/things/summary").text == "summary by PUT"
    assert host.get("/THINGS/Summary/").text == "thing Summary"
    assert host.request("DELETE", "/api/v1/every-method").text == "DELETE"


def test_the_table_shows_what_is_served(host: SampleHost) -> None:
    table = {name: rest for name, *rest in host.functions}
    assert table["a_thing"] == ["http", "things/{thingId}", ["GET"]]
    assert not table.keys() & {"z_duplicate", "administration", "tick"}
    names = [name for name, *_ in host.functions]
    assert names == sorted(names, key=str.upper)


@pytest.mark.parametrize("status", [200, 401])
def test_keys_open_functions_that_are_not_anonymous(host: SampleHost, status: int) -> None:
    def given(key: str, path: str) -> list[int]:
        by_header = host.get(path, headers={"x-functions-key": key})
        return [by_header.status_code, host.get(path, params={"code": key}).status_code]

    function, admin = (host.keys[level] if status == 200 else "wrong" for level in ("function", "admin"))
    assert given(function, "/with-key") == [status, status]
    assert given(admin, "/with-key") == [status, status]
    assert given(admin, "/with-admin-key") == [status, status]
    assert given(host.keys["function"], "/with-admin-key") == [401, 401]
    assert host.get("/with-key").status_code == 401


@pytest.mark.parametrize("path", ["/boom", "/nothing", "/bad-header", "/sleep/15"])
def test_a_function_that_fails_is_500_without_a_word(host: SampleHost, path: str) -> None:
    answer = host.get(path)
    assert (answer.status_code, answer.content) == (500, b"")


def test_an_answer_carries_what_the_function_gave(host: SampleHost) -> None:
    answer = host.get("/answer")
    assert (answer.status_code, answer.content) == (201, b"\x00\xff")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["ETag"] == '"3"'
    assert answer.headers["Content-Length"] == "2"
    assert answer.headers["Set-Cookie"] == "taste=sweet; HttpOnly; Path=/api; SameSite=Lax"
    assert host.get("/empty").status_code == 204
    assert (host.get("/text").text, host.get("/text").headers["Content-Type"]) == ("plain", "text/plain; charset=utf-8")
    assert host.get("/coroutine").text == "awaited"


def test_a_mounted_app_sees_its_whole_path(host: SampleHost) -> None:
    assert host.request("GET", "/dev/inbox").text == "/dev/inbox"
    assert host.request("GET", "/developer").status_code == 404


def test_more_requests_than_may_wait_are_429(host: SampleHost) -> None:
    with ThreadPoolExecutor(14) as callers:
        answers = list(callers.map(lambda _: host.get("/sleep/5").status_code, range(14)))
    assert sorted(answers) == [200] * 12 + [429] * 2
    assert host.get("/text").status_code == 200


def test_a_running_request_is_answered_before_the_host_ends() -> None:
    off = {f"AzureWebJobs__{name}__Disabled": "1" for name in ("blob_came", "message_came", "tick")}
    with sample_host(**off) as host, ThreadPoolExecutor(1) as caller:
        answer = caller.submit(host.get, "/sleep/5")
        wait_for(lambda: host.seen("sleeping"))
        host.process.terminate()
        assert answer.result().text == "rested"
        assert host.process.wait(5) == 0

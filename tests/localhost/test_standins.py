"""The stand-ins answer as the providers do, keep what they were sent, fail when told to, and always stop."""

import asyncio
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from localhost.standins import StandIns
from localhost.standins.standins import running

CODE = {"template_id": "t", "mobile": "919000000001", "otp": "123456", "otp_expiry": "2"}
MAIL: dict[str, Any] = {
    "from": {"email": "no-reply@solarium.test"},
    "personalizations": [{"to": [{"email": "kavita@solarium.test"}]}],
    "subject": "Hello",
    "content": [{"type": "text/plain", "value": "Hi"}, {"type": "text/html", "value": "<p>Hi</p>"}],
}


@pytest.fixture(scope="module")
def standins() -> Iterator[StandIns]:
    with running() as started:
        yield started


def post_code(standins: StandIns, path: str = "/api/v5/otp", **request: Any) -> requests.Response:
    sent: dict[str, Any] = {"params": CODE, "headers": {"authkey": "k"}, "timeout": 10} | request
    return requests.post(standins.msg91_url + path, **sent)


def post_mail(standins: StandIns, **request: Any) -> requests.Response:
    sent: dict[str, Any] = {"json": MAIL, "headers": {"Authorization": "Bearer k"}, "timeout": 10} | request
    return requests.post(standins.sendgrid_url + "/v3/mail/send", **sent)


def test_msg91_says_success(standins: StandIns) -> None:
    answer = post_code(standins)
    assert answer.status_code == 200
    assert answer.json().keys() == {"type", "request_id"}
    assert answer.json()["type"] == "success"


@pytest.mark.parametrize(
    "request_",
    [
        {"headers": {}},
        {"params": CODE | {"mobile": "9000000001"}},
        {"params": CODE | {"mobile": "915000000001"}},
        {"params": CODE | {"otp": "12x456"}},
        {"params": CODE | {"otp_expiry": "0"}},
        {"params": CODE | {"template_id": ""}},
        {"path": "/api/v5/flow/", "json": {"template_id": "t", "recipients": []}},
        {"path": "/api/v5/flow/", "json": {"template_id": "t", "recipients": [{"mobiles": "12"}]}},
        {"path": "/api/v5/flow/", "json": {"recipients": [{"mobiles": "919000000001"}]}},
        {"path": "/api/v5/flow/", "data": "not json"},
    ],
)
def test_msg91_reports_errors_inside_a_200_and_sends_nothing(standins: StandIns, request_: dict[str, Any]) -> None:
    before = len(standins.inbox.find())
    answer = post_code(standins, **request_)
    assert (answer.status_code, answer.json()["type"]) == (200, "error")
    assert len(standins.inbox.find()) == before


def test_sendgrid_takes_a_mail_with_202_and_nothing_else(standins: StandIns) -> None:
    answer = post_mail(standins)
    assert (answer.status_code, answer.content) == (202, b"")
    message = standins.inbox.find("Kavita@solarium.test")[0].as_json()
    assert message == {
        "id": message["id"], "channel": "email", "to": "kavita@solarium.test", "at": message["at"],
        "text": "Hi", "subject": "Hello", "html": "<p>Hi</p>",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"from": {"email": "nobody"}}, "from.email"),
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": [{}]}, "personalizations.0.to"),
        ({"personalizations": [{"to": [{"email": "a@b"}]}]}, "personalizations.0.to.0.email"),
        ({"subject": ""}, "subject"),
        ({"content": []}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0.value"),
        ({"content": MAIL["content"][::-1]}, "content.0.type"),
    ],
)
def test_sendgrid_names_the_field_it_objects_to(standins: StandIns, change: dict[str, Any], field: str) -> None:
    answer = post_mail(standins, json=MAIL | change)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert answer.json()["errors"][0].keys() == {"message", "field", "help"}


@pytest.mark.parametrize(
    ("request_", "status"),
    [({"headers": {}}, 401), ({"json": None, "data": "{}"}, 415), ({"json": "a mail"}, 400)],
)
def test_sendgrid_refuses_before_reading_a_mail(standins: StandIns, request_: dict[str, Any], status: int) -> None:
    answer = post_mail(standins, **request_)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, None)


@pytest.mark.parametrize(
    ("mode", "status", "header"),
    [("500", 500, None), ("503", 503, "Retry-After"), ("429", 429, "X-RateLimit-Reset"), ("error200", 200, None)],
)
def test_a_fault_speaks_the_providers_language(standins: StandIns, mode: str, status: int, header: str | None) -> None:
    standins.faults.set("msg91", mode, 1)
    standins.faults.set("sendgrid", mode, 1)
    code, mail = post_code(standins), post_mail(standins)
    assert (code.status_code, mail.status_code) == (status, status)
    assert code.json()["type"] == "error"
    assert mail.json()["errors"][0].keys() == {"message", "field", "help"}
    assert header is None or (header in code.headers and header in mail.headers)


def test_a_reset_is_a_reset(standins: StandIns) -> None:
    standins.faults.set("msg91", "reset", 1)
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        post_code(standins)


@pytest.mark.parametrize("mode", ["halfopen", "timeout", "drip", "off"])
def test_stopping_does_not_wait_for_anybody(mode: str) -> None:
    async def scene() -> None:
        standins = StandIns()
        await standins.start()
        standins.faults.set("msg91", mode)
        address = urlsplit(standins.msg91_url)
        with socket.create_connection((address.hostname, address.port)) as client:
            client.sendall(b"POST /api/v5/otp HTTP/1.1\r\nHost: x\r\n\r\n" if mode != "off" else b"POST /api")
            await asyncio.sleep(0.1)
            await asyncio.wait_for(standins.stop(), timeout=2)
            client.settimeout(2)
            while client.recv(1000):
                pass

    before = time.monotonic()
    asyncio.run(scene())
    assert time.monotonic() - before < 4

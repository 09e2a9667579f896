"""The inbox keeps and finds messages, shows them under /dev, and takes orders to fail (integrations.md)."""

import asyncio
import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from localhost.standins import StandIns
from localhost.standins.faults import MODES, Faults
from localhost.standins.inbox import KEPT, Inbox
from localhost.standins.inbox_app import FILES, PAGE

ALL_OFF = {"msg91": {"mode": "off", "count": None}, "sendgrid": {"mode": "off", "count": None}}


@pytest.fixture
def standins() -> StandIns:
    return StandIns()


@pytest.mark.parametrize("written", ["9000000021", "+919000000021", "919000000021", "09000000021", "+91 90000 00021"])
def test_a_phone_is_found_however_it_is_written(written: str) -> None:
    inbox = Inbox()
    inbox.keep("sms", "9000000021", "one", code="111111")
    inbox.keep("sms", "9000000022", "other")
    inbox.keep("sms", "9000000021", "two", code="222222")
    assert [message.code for message in inbox.find(written)] == ["222222", "111111"]


def test_the_inbox_keeps_the_newest() -> None:
    inbox = Inbox()
    for number in range(KEPT + 1):
        inbox.keep("sms", "9000000021", str(number))
    texts = [message.text for message in inbox.find()]
    assert (len(texts), texts[0], texts[-1]) == (KEPT, str(KEPT), "1")


def test_a_fault_holds_for_as_many_requests_as_it_was_set_for() -> None:
    faults = Faults()
    faults.order({"provider": "msg91", "mode": "500", "count": 2})
    assert [faults.take("msg91") for _ in range(3)] == ["500", "500", "off"]
    faults.order({"provider": "msg91", "mode": "reset"})
    assert [faults.take("msg91") for _ in range(3)] == ["reset"] * 3
    faults.order({"provider": "msg91", "mode": "off", "count": 5})
    assert faults.as_json() == ALL_OFF


def call(standins: StandIns, method: str, address: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """One request to the pages under /dev, as an ASGI server hands it over."""
    target, events = urlsplit(address), []
    scope = {"type": "http", "method": method, "path": target.path, "query_string": target.query.encode()}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: Any) -> None:
        events.append(event)

    asyncio.run(standins.inbox_app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in events[0]["headers"]}
    return events[0]["status"], headers, events[1]["body"]


def test_the_inbox_as_json(standins: StandIns) -> None:
    standins.inbox.keep("sms", "9000000030", "another")
    standins.inbox.keep("sms", "9000000031", "the text", code="700700")
    status, headers, body = call(standins, "GET", "/dev/inbox.json?to=%2B919000000031")
    (item,) = json.loads(body)["items"]
    assert (status, headers["content-type"], headers["cache-control"]) == (200, "application/json", "no-store")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", item.pop("at"))
    assert item == {"id": "2", "channel": "sms", "to": "9000000031", "text": "the text", "code": "700700"}


@pytest.mark.parametrize(
    ("order", "wrong"),
    [
        ({"provider": "twilio", "mode": "500"}, {"provider"}),
        ({"provider": "msg91", "mode": 500}, {"mode"}),
        ({"provider": "msg91", "mode": "500", "count": 0}, {"count"}),
        ({"provider": "msg91", "mode": "500", "count": True}, {"count"}),
        ({"provider": "msg91", "mode": "500", "times": 3}, {"times"}),
        ({}, {"provider", "mode"}),
        ([], {""}),
    ],
)
def test_a_fault_that_cannot_be_understood_is_not_set(standins: StandIns, order: object, wrong: set[str]) -> None:
    status, _, body = call(standins, "POST", "/dev/faults", json.dumps(order).encode())
    assert (status, json.loads(body)["details"].keys()) == (400, wrong)
    assert standins.faults.as_json() == ALL_OFF


@pytest.mark.parametrize("mode", MODES)
def test_every_fault_can_be_set_and_seen(standins: StandIns, mode: str) -> None:
    order = {"provider": "sendgrid", "mode": mode, "count": 7}
    status, _, body = call(standins, "POST", "/dev/faults", json.dumps(order).encode())
    count = None if mode == "off" else 7
    assert (status, json.loads(body)["sendgrid"]) == (200, {"mode": mode, "count": count})
    assert call(standins, "GET", "/dev/faults")[2] == body
    standins.faults.set("sendgrid", "off")


def test_the_page_asks_nobody_else(standins: StandIns) -> None:
    for path, (name, content_type) in FILES.items():
        status, headers, body = call(standins, "GET", path)
        assert (status, headers["content-type"], body) == (200, content_type, (PAGE / name).read_bytes())
        assert "default-src 'none'" in headers["content-security-policy"]
        others = set(re.findall(r"https?://[\w.]+", body.decode())) - {"http://www.w3.org"}
        assert not others


def test_nothing_else_is_there(standins: StandIns) -> None:
    assert call(standins, "GET", "/dev/other")[0] == 404
    assert call(standins, "POST", "/dev/faults", b"{")[0] == 400

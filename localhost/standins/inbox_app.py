"""Shows the inbox and takes orders to fail, under `/dev` of the local host. Nothing of it exists in Azure."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from localhost.standins.answers import Answer, json_answer
from localhost.standins.faults import BadFault, Faults
from localhost.standins.inbox import KEPT, Inbox

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LONGEST_ORDER = 4096  # bytes
PAGE = Path(__file__).parent / "page"
FILES = {
    "/dev/inbox": ("inbox.html", "text/html; charset=utf-8"),
    "/dev/inbox.css": ("inbox.css", "text/css; charset=utf-8"),
    "/dev/inbox.js": ("inbox.js", "text/javascript; charset=utf-8"),
}
# The mails in it are shown with their own styles, but load nothing and run nothing.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'"
)


class InboxApp:
    """ASGI app: GET /dev/inbox, GET /dev/inbox.json?to=, GET and POST /dev/faults."""

    def __init__(self, inbox: Inbox, faults: Faults) -> None:
        self._inbox = inbox
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(scope, receive)
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **answer.headers}
        headers["Content-Length"] = str(len(answer.body))
        lines = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": lines})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        match scope["method"], scope["path"]:
            case "GET", path if path in FILES:
                return _file(path)
            case "GET", "/dev/inbox.json":
                return self._messages(dict(parse_qsl(scope["query_string"].decode("latin-1"))))
            case "GET", "/dev/faults":
                return json_answer(200, self._faults.as_json())
            case "POST", "/dev/faults":
                return self._order(await _body(receive))
        return json_answer(404, {"error": "Nothing here. Try /dev/inbox."})

    def _messages(self, query: dict[str, str]) -> Answer:
        limit = query.get("limit", "")
        found = self._inbox.find(
            query.get("to", ""), query.get("search", ""), int(limit) if limit.isdecimal() else KEPT
        )
        return json_answer(200, {"items": [message.as_json() for message in found]})

    def _order(self, body: bytes) -> Answer:
        try:
            self._faults.order(json.loads(body))
        except BadFault as bad:
            return json_answer(400, {"error": "The fault was not set.", "details": bad.problems})
        except ValueError:
            return json_answer(400, {"error": "The body is not JSON."})
        return json_answer(200, self._faults.as_json())


def _file(path: str) -> Answer:
    name, content_type = FILES[path]
    return Answer(200, (PAGE / name).read_bytes(), {"Content-Type": content_type, "Content-Security-Policy": POLICY})


async def _body(receive: Receive) -> bytes:
    """The request's body; of one that is too long, the beginning."""
    body, more = b"", True
    while more and len(body) <= LONGEST_ORDER:
        event = await receive()
        body += event.get("body", b"")
        more = event.get("more_body", False)
    return body

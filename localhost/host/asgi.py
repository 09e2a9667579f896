"""Speaks ASGI for the host: reads a request into the values a function sees and sends an answer."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from .invocation import HttpAnswer, HttpCall

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 104_857_600


class BodyTooLargeError(Exception):
    """The body is over MAX_BODY_BYTES."""


class ClientGoneError(Exception):
    """The client closed the connection before its request was complete."""


def read_headers(scope: Scope) -> dict[str, str]:
    """The request's headers, and in `x-forwarded-for` the client's address as the last entry.

    Azure's front end appends `ip:port`, an IPv6 address in brackets; so does this.
    """
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        _join(headers, name.decode("latin-1"), value.decode("utf-8", "replace"))
    if scope["client"]:
        ip, port = scope["client"]
        address = f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
        before = headers.get("x-forwarded-for")
        headers["x-forwarded-for"] = f"{before}, {address}" if before else address
    return headers


def read_query(query_string: bytes) -> dict[str, str]:
    """Query values without the empty ones; repeated ones joined by commas. Names differ by more than their case."""
    query: dict[str, str] = {}
    names: dict[str, str] = {}
    if query_string:
        for name, value in parse_qsl(query_string.decode("latin-1")):
            _join(query, names.setdefault(name.upper(), name), value)
    return query


async def read_body(headers: dict[str, str], receive: Receive) -> bytes:
    """The whole body; empty for a chunked one, as in Azure. Raises BodyTooLargeError, ClientGoneError."""
    announced = int(headers.get("content-length", 0))
    if announced > MAX_BODY_BYTES:
        raise BodyTooLargeError
    if not announced and "transfer-encoding" not in headers:
        return b""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY_BYTES:
            raise BodyTooLargeError
        more = message.get("more_body", False)
    return b"".join(parts) if announced else b""


def http_call(scope: Scope, headers: dict[str, str], params: dict[str, str], body: bytes) -> HttpCall:
    """Put a request together; its url is the one the client asked for."""
    query_string = scope["query_string"]
    path = scope["raw_path"].decode("ascii", "replace")
    question = f"?{query_string.decode('latin-1')}" if query_string else ""
    url = f"{scope['scheme']}://{headers.get('host', 'localhost')}{path}{question}"
    return HttpCall(scope["method"], url, headers, read_query(query_string), params, body)


async def send_answer(answer: HttpAnswer, send: Send) -> None:
    """Send an answer with its length. Raises UnicodeEncodeError before anything is sent when a header is not ASCII."""
    body = b"" if answer.status in {204, 304} else answer.body
    headers = [
        (name.lower().encode("ascii"), value.encode("ascii"))
        for name, value in answer.headers
        if name.lower() != "content-length"
    ]
    if answer.status not in {204, 304}:
        headers.append((b"content-length", str(len(body)).encode("ascii")))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _join(values: dict[str, str], name: str, value: str) -> None:
    before = values.get(name)
    values[name] = f"{before},{value}" if before and value else before or value

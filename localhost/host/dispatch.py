"""Answers HTTP requests as Azure's Functions host would: route, key, limits, function, CORS."""

import asyncio
import hmac
import logging
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from .asgi import (
    ASGIApp,
    BodyTooLargeError,
    ClientGoneError,
    Receive,
    Scope,
    Send,
    http_call,
    read_body,
    read_headers,
    read_query,
    send_answer,
)
from .cors import Cors
from .invocation import FunctionDefinition, FunctionError, HttpAnswer, Invocation, TypedValue
from .invoker import Invoker
from .routes import RouteTable
from .settings import HostSettings

logger = logging.getLogger(__name__)


@dataclass
class Dispatcher:
    """The ASGI app in front of the functions.

    `mounts` are other ASGI apps by path prefix (`/dev`); they get the request unchanged, with its whole path, before
    any function. `keys` maps the auth levels `function` and `admin` to their key; the admin key opens both.
    """

    routes: RouteTable
    invoker: Invoker
    settings: HostSettings
    mounts: Mapping[str, ASGIApp]
    cors: Cors
    keys: Mapping[str, str]

    def __post_init__(self) -> None:
        """Nothing is under way yet."""
        parallel = self.settings.max_concurrent_requests
        self._turn = asyncio.Semaphore(parallel) if parallel > 0 else nullcontext()
        self._outstanding = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope["path"]
        for prefix, app in self.mounts.items():
            if path == prefix or path.startswith(f"{prefix}/"):
                await app(scope, receive, send)
                return
        headers = read_headers(scope)
        try:
            answer = self.cors.preflight(scope["method"], headers) or await self._answer(scope, headers, receive)
            await send_answer(self.cors.readable(answer, headers), send)
        except ClientGoneError:
            logger.info("The client left before %s %s was complete", scope["method"], path)
        except UnicodeEncodeError:
            logger.exception("%s %s: the function answered with a header that is not ASCII", scope["method"], path)
            await send_answer(HttpAnswer(500), send)

    async def _answer(self, scope: Scope, headers: dict[str, str], receive: Receive) -> HttpAnswer:
        if 0 <= self.settings.max_outstanding_requests <= self._outstanding:
            return HttpAnswer(429)
        self._outstanding += 1
        try:
            async with self._turn:
                return await self._call(scope, headers, receive)
        finally:
            self._outstanding -= 1

    async def _call(self, scope: Scope, headers: dict[str, str], receive: Receive) -> HttpAnswer:
        found = self.routes.match(scope["method"], scope["raw_path"].decode("ascii", "replace"))
        if not found:
            return HttpAnswer(404)
        function, params = found
        if function.auth_level != "anonymous" and not self._opens(function, headers, scope["query_string"]):
            return HttpAnswer(401)
        try:
            body = await read_body(headers, receive)
        except BodyTooLargeError:
            return HttpAnswer(413, [("connection", "close")])
        call = http_call(scope, headers, params, body)
        invocation = Invocation(function, TypedValue("http", call), trace_parent=headers.get("traceparent", ""))
        try:
            return await self.invoker.run(invocation) or HttpAnswer(500)
        except FunctionError:
            return HttpAnswer(500)

    def _opens(self, function: FunctionDefinition, headers: Mapping[str, str], query_string: bytes) -> bool:
        given = headers.get("x-functions-key") or read_query(query_string).get("code", "")
        keys = {self.keys["admin"], self.keys.get(function.auth_level, "")}
        return any(hmac.compare_digest(given.encode(), key.encode()) for key in keys if key)

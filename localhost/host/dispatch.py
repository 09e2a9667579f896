"""Answers HTTP requests as Azure's Functions host would: route, key, limits, function, CORS."""

import asyncio
import hmac
import logging
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace

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
    allowed_origins: Collection[str]
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
            answer = self._preflight(scope["method"], headers) or await self._answer(scope, headers, receive)
            await send_answer(self._with_cors(answer, headers), send)
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

    def _preflight(self, method: str, headers: Mapping[str, str]) -> HttpAnswer | None:
        asked = headers.get("access-control-request-method")
        if method != "OPTIONS" or not asked or not self._allows(headers.get("origin")):
            return None
        answer = [("Access-Control-Allow-Methods", asked), ("Access-Control-Max-Age", "86400")]
        if wanted := headers.get("access-control-request-headers"):
            answer.append(("Access-Control-Allow-Headers", wanted))
        return HttpAnswer(204, answer)

    def _with_cors(self, answer: HttpAnswer, headers: Mapping[str, str]) -> HttpAnswer:
        origin = headers.get("origin")
        if not origin or not self._allows(origin):
            return answer
        kept = [pair for pair in answer.headers if pair[0].lower() != "access-control-allow-origin"]
        return replace(answer, headers=[*kept, ("Access-Control-Allow-Origin", origin), ("Vary", "Origin")])

    def _allows(self, origin: str | None) -> bool:
        return origin in self.allowed_origins or "*" in self.allowed_origins

"""The edge: HTTP becomes values, a workflow runs in a transaction, values become HTTP. The only HTTP-aware file."""

import gzip
import ipaddress
import logging
import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import azure.functions as func
import psycopg
from pydantic_core import to_json

from shared_code import errors, identity, log, parsing, settings
from shared_code.context import Context
from shared_code.endpoints import REGISTRY, Endpoint
from shared_code.limits import count_address
from shared_code.opening import Opening, Replay, Reply, fingerprint, idempotency_key
from shared_code.rules.refusal import Refusal
from shared_code.sql.pool import pool
from shared_code.wire import Json, Raw

BODY_LIMIT = 1024 * 1024  # bytes
GZIP_FROM = 1400  # bytes: what fits one packet gains nothing
FORM_LIMIT = 11 * BODY_LIMIT  # where a file comes along
KEPT_STATUSES = {400, 404, 409, 422}  # refusals that an Idempotency-Key gives again (api.md 1)
EXPOSED = "ETag, Retry-After, X-Correlation-ID, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
CORRELATION_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
KEPT_WORD = re.compile(r"^(admin|runtime)\w*")  # the host keeps routes that begin so to itself, whatever their prefix


def serve(app: func.FunctionApp, workflow: Callable[..., Any]) -> None:
    """Register a declared workflow as an HTTP function; the worker reads the signature of what it is given."""
    endpoint = REGISTRY[workflow]

    def run(req: func.HttpRequest) -> func.HttpResponse:
        return answer(endpoint, req)

    template = KEPT_WORD.sub(lambda word: f"{{keptWord:regex(^({word[0]})$)}}", endpoint.route)
    route = app.route(template, methods=[func.HttpMethod(endpoint.method)], auth_level=func.AuthLevel.ANONYMOUS)
    app.function_name(endpoint.name)(route(run))


def answer(endpoint: Endpoint, req: func.HttpRequest) -> func.HttpResponse:
    """Answer one request, whatever happens, and log one line about it."""
    began = time.perf_counter()
    try:
        environment = settings.current()
    except settings.SettingsInvalidError as error:
        log.event("settings_invalid", level=logging.CRITICAL, problem=str(error))
        return func.HttpResponse(status_code=500)
    ctx = Context(
        environment,
        pool(),
        correlation_id(req),
        datetime.now(UTC),
        Opening(endpoint, None),
        address(req),
        req.headers.get("If-None-Match", ""),
    )
    reply = _attempt(endpoint, req, ctx)
    log.event(
        "request",
        function=endpoint.name,
        status=reply.status,
        code=reply.code,
        durationMs=round((time.perf_counter() - began) * 1000, 1),
        requestId=ctx.request_id,
        userId=ctx.caller.user_id if ctx.is_signed_in else None,
    )
    return _to_http(reply, req, ctx.request_id)


def _attempt(endpoint: Endpoint, req: func.HttpRequest, ctx: Context) -> Reply:
    opening = Opening(endpoint, None)
    try:
        opening = ctx.opening = _knock(endpoint, req, ctx)
        if not endpoint.bare:
            ctx.begin()
        result = endpoint.workflow(_question(endpoint, req), ctx)
        reply = _success(endpoint, result)
        opening.keep(ctx, reply)
        ctx.commit()
    except Replay as again:
        ctx.rollback()
        return again.reply
    except Exception as error:  # noqa: BLE001 -- the edge answers whatever happens
        if endpoint.when_ended is not None and getattr(error, "code", None) == "SESSION_EXPIRED":
            ctx.rollback()
            return _success(endpoint, endpoint.when_ended)
        return _refuse(opening, ctx, error)
    _afterwards(ctx)
    return reply


def _knock(endpoint: Endpoint, req: func.HttpRequest, ctx: Context) -> Opening:
    """What is refused before the transaction, in the order of api.md 1: body size, address limit, token."""
    most = FORM_LIMIT if _is_form(endpoint, req) else BODY_LIMIT
    if len(req.get_body()) > most:
        raise Refusal("BODY_TOO_LARGE", f"A request's body may have {most // BODY_LIMIT} MiB.")
    if endpoint.address_limit and endpoint.uncounted_with not in req.params:
        count_address(ctx, endpoint.address_limit)
    if not endpoint.roles:
        return Opening(endpoint, None)
    scheme, _, token = req.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal("AUTH_REQUIRED", "Sign in first: this needs a token.")
    claims = identity.read_access(ctx.settings, token.strip(), ctx.now)
    key = idempotency_key(endpoint, req.headers.get("Idempotency-Key"))
    return Opening(
        endpoint, claims, key, fingerprint(req.method, urlsplit(req.url).path, req.get_body()) if key else b""
    )


def _question(endpoint: Endpoint, req: func.HttpRequest) -> Any:
    path = {name: value for name, value in req.route_params.items() if name != "keptWord"}
    if endpoint.method == "GET":
        return parsing.of_query(endpoint.ask, path, req.params)
    if _is_form(endpoint, req):
        return parsing.of_form(endpoint.ask, path, req.params, lambda: (req.form, req.files))
    return parsing.of_body(endpoint.ask, path, req.params, req.get_body(), req.headers.get("If-Match"))


def _is_form(endpoint: Endpoint, req: func.HttpRequest) -> bool:
    """Whether a file may come along, and this request says that one does."""
    kind = req.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return endpoint.takes_file and kind == "multipart/form-data"


def _success(endpoint: Endpoint, result: Any) -> Reply:
    if isinstance(result, Raw):
        return Reply(result.status, result.body, result.headers, mimetype=result.mimetype)
    if not isinstance(result, Json):
        result = Json(to_json(result, by_alias=True), endpoint.status_of(type(result)))
    if result.status == 304:
        return Reply(304, b"", result.headers)
    status = result.status or endpoint.status_of(Json)
    return Reply(status, b'{"success":true,"data":' + result.data + b',"error":null}', result.headers)


def _refuse(opening: Opening, ctx: Context, error: Exception) -> Reply:
    """Undo, or keep what has to be kept, and say no."""
    refusal = _as_refusal(error, ctx)
    status = errors.STATUS[refusal.code]
    problem: dict[str, object] = {"code": refusal.code, "message": refusal.message, "requestId": ctx.request_id}
    if refusal.details is not None:
        problem["details"] = refusal.details
    body = to_json({"success": False, "data": None, "error": problem})
    reply = Reply(status, body, errors.headers_of(refusal), refusal.code)
    try:
        if refusal.keep_writes:
            ctx.commit()
        elif ctx.answer_is_kept and status in KEPT_STATUSES:
            _keep_refusal(opening, ctx, reply, after_failure=isinstance(error, psycopg.Error))
    except Replay as again:
        ctx.rollback()
        return again.reply
    except (psycopg.Error, Refusal) as failed:
        ctx.rollback()
        return _refuse(opening, ctx, failed)
    ctx.rollback()
    return reply


def _keep_refusal(opening: Opening, ctx: Context, reply: Reply, after_failure: bool) -> None:
    """Undo what the workflow did, not the claim of its Idempotency-Key, and store the refusal with it."""
    if ctx.transaction is None:  # the workflow had paused: claim the key again
        ctx.begin()
    else:
        ctx.transaction.undo_to_savepoint(after_failure)
    opening.keep(ctx, reply)
    ctx.commit()


def _as_refusal(error: Exception, ctx: Context) -> Refusal:
    if isinstance(error, psycopg.Error):
        error = errors.of_database(error) or error
    if isinstance(error, Refusal):
        return error
    log.event("failed", level=logging.ERROR, error=error, requestId=ctx.request_id)
    return Refusal(
        "INTERNAL_ERROR", "Something went wrong on our side. Please look whether it was done, and try again."
    )


def _afterwards(ctx: Context) -> None:
    for act in ctx.afterwards:
        try:
            act()
        except Exception as error:  # noqa: BLE001 -- the work is done and durable
            log.event("afterwards_failed", level=logging.ERROR, error=error, requestId=ctx.request_id)


def _to_http(reply: Reply, req: func.HttpRequest, request_id: str) -> func.HttpResponse:
    headers = {
        "X-Correlation-ID": request_id,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Expose-Headers": EXPOSED,
        **reply.headers,
    }
    body = reply.body
    if len(body) >= GZIP_FROM and GZIP.search(req.headers.get("Accept-Encoding", "")):
        body, headers["Content-Encoding"] = gzip.compress(body, 5, mtime=0), "gzip"
    return func.HttpResponse(body, status_code=reply.status, headers=headers, mimetype=reply.mimetype, charset="utf-8")


def correlation_id(req: func.HttpRequest) -> str:
    """The caller's own id of this request, the trace it belongs to, or a new id."""
    wanted: str = req.headers.get("X-Correlation-ID", "")
    if CORRELATION_ID.fullmatch(wanted):
        return wanted
    trace = TRACEPARENT.fullmatch(req.headers.get("traceparent", ""))
    return trace.group(1) if trace else uuid.uuid4().hex


def address(req: func.HttpRequest) -> str:
    """The caller's address: the last entry of X-Forwarded-For, which the front end appends; IPv6 by its /64."""
    last = req.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    bare = last.partition("]")[0].removeprefix("[") if last.startswith("[") else last
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        ip = ipaddress.ip_address(bare)
    except ValueError:
        return "unknown"
    ip = (ip.version == 6 and ip.ipv4_mapped) or ip
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)

"""What an operation answers: its successes, 304, every refusal with an example; each with its headers (api.md 1)."""

import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from shared_code.endpoints import PATH_PARAMETER, Endpoint
from shared_code.errors import STATUS
from shared_code.reference.examples import compose
from shared_code.reference.refusals import WHEN
from shared_code.reference.schemas import Schema
from shared_code.rules.scope import Role
from shared_code.wire import Json

Told = Mapping[type[BaseModel], Schema]  # the models a function answers, and where they are described
ALWAYS = ("VALIDATION_ERROR", "BODY_TOO_LARGE", "INTERNAL_ERROR")
SIGNED_IN = ("AUTH_REQUIRED", "INVALID_TOKEN", "SESSION_EXPIRED", "FORBIDDEN", "USER_BLOCKED", "ACCOUNT_DEACTIVATED")
OWN = {"sessionId", "notificationId"}  # what nobody but its owner may ask for: nobody's scope, to all others not there
LIMITS = ("Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
DONE = {200: "Done.", 201: "Created."}
PROBLEM: Schema = {
    "description": "A refusal. `details` maps a field to what is wrong with it; some codes have details of their own.",
    "type": "object",
    "required": ["success", "data", "error"],
    "additionalProperties": False,
    "properties": {
        "success": {"const": False},
        "data": {"type": "null"},
        "error": {
            "type": "object",
            "required": ["code", "message", "requestId"],
            "additionalProperties": False,
            "properties": {
                "code": {"type": "string", "description": "stable, for programs", "enum": sorted(STATUS)},
                "message": {"type": "string", "description": "a sentence a person can act on"},
                "details": {
                    "type": "object",
                    "description": "what is wrong, by field; of some codes more",
                },
                "requestId": {"type": "string", "description": "the X-Correlation-ID of this answer"},
            },
        },
    },
}
HEADERS: Mapping[str, Schema] = {
    "X-Correlation-ID": {
        "description": "the caller's own id of this request, the trace it belongs to, or a new id",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    },
    "ETag": {
        "description": "the version of what is answered, in quotes",
        "required": True,
        "schema": {"type": "string", "pattern": '^"[0-9a-f]+"$'},
    },
    "Retry-After": {
        "description": "seconds after which the same request may succeed",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "X-RateLimit-Limit": {
        "description": "how many such requests are taken within one window of time",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "X-RateLimit-Remaining": {
        "description": "how many of them are left",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    },
    "X-RateLimit-Reset": {
        "description": "seconds until that window is over and the count begins anew",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
}


def models(endpoint: Endpoint) -> list[type[BaseModel]]:
    """The models an endpoint answers: one, or one of several."""
    answers = typing.get_args(endpoint.answer) or (endpoint.answer,)
    if typing.get_origin(endpoint.answer) is Json:
        return list(typing.get_args(answers[0])) if isinstance(answers[0], types.UnionType) else [answers[0]]
    shapes = [typing.get_args(answer)[0] if typing.get_origin(answer) is Json else answer for answer in answers]
    return [shape for shape in shapes if isinstance(shape, type) and issubclass(shape, BaseModel)]


def successes(endpoint: Endpoint, told: Told, definitions: Mapping[str, Schema]) -> dict[str, Any]:
    """The answers to what is done, by status; 304 where the caller may have the answer already."""
    by_status: dict[int, list[Schema]] = {}
    for model, ref in told.items():
        by_status.setdefault(endpoint.status_of(model), []).append(ref)
    found = {str(status): _enveloped(status, refs, definitions) for status, refs in sorted(by_status.items())}
    if not told:
        found["200"] = {"description": DONE[200], "content": {kind: {"schema": {}} for kind in endpoint.media}}
    tagged = ("ETag",) if endpoint.etag else ()
    found = {status: answer | {"headers": _headers(tagged)} for status, answer in found.items()}
    if endpoint.etag == "content":
        unchanged = "The caller has this answer already: its ETag is the one in If-None-Match."
        found["304"] = {"description": unchanged, "headers": _headers(tagged)}
    return found


def refusals(endpoint: Endpoint) -> dict[int, list[str]]:
    """The codes it can answer, by status."""
    codes: dict[int, set[str]] = {}
    for code in _codes(endpoint):
        codes.setdefault(STATUS[code], set()).add(code)
    return {status: sorted(names) for status, names in sorted(codes.items())}


def refused(status: int, codes: Iterable[str]) -> dict[str, Any]:
    """The answer that refuses with one of these codes, all of that status."""
    names = list(codes)
    waits = {423: LIMITS[:1], 429: LIMITS}.get(status, LIMITS[:1] if names == ["PROVIDER_BUSY"] else ())
    one_of = {"properties": {"error": {"properties": {"code": {"enum": names}}}}}
    content = {
        "schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, one_of]},
        "examples": {name: {"$ref": f"#/components/examples/{name}"} for name in names},
    }
    return {
        "description": "\n".join(f"- `{name}`: {WHEN[name][0]}" for name in names),
        "x-codes": names,
        "headers": _headers(waits),
        "content": {"application/json": content},
    }


def _enveloped(status: int, refs: list[Schema], definitions: Mapping[str, Schema]) -> dict[str, Any]:
    data = refs[0] if len(refs) == 1 else {"anyOf": refs}
    envelope = {
        "type": "object",
        "required": ["success", "data", "error"],
        "additionalProperties": False,
        "properties": {"success": {"const": True}, "data": data, "error": {"type": "null"}},
    }
    shown = {
        ref["$ref"].rsplit("/", 1)[1] if "$ref" in ref else "example": {
            "value": {"success": True, "data": compose(ref, definitions, whole=True), "error": None}
        }
        for ref in refs
    }
    return {
        "description": DONE[status],
        "content": {"application/json": {"schema": envelope, "examples": shown}},
    }


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Correlation-ID", *names)}


def _codes(endpoint: Endpoint) -> Iterator[str]:
    """Every code it can answer: what it declares, and what follows from how it is declared."""
    in_path = set(PATH_PARAMETER.findall(endpoint.route))
    yield from (*ALWAYS, *endpoint.refusals)
    if endpoint.roles:
        yield from (code for code in SIGNED_IN if not (code == "SESSION_EXPIRED" and endpoint.when_ended))
    if endpoint.address_limit:
        yield "RATE_LIMITED"
    if endpoint.honours_key:
        yield "IDEMPOTENCY_CONFLICT"
    if in_path:
        yield "NOT_FOUND"
    if in_path - OWN and Role.KAM in endpoint.roles:
        yield "OUT_OF_SCOPE"

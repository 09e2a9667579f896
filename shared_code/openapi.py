"""The reference, generated from the declarations and models that run; there is no second description (api.md 2.10)."""

import re
import types
import typing
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared_code.endpoints import Endpoint
from shared_code.errors import STATUS
from shared_code.wire import Ask, Json

PATH_PARAMETER = re.compile(r"\{(\w+)(?::[^{}]*)?\}")
REFS = "#/components/schemas/{model}"
ANY = ("VALIDATION_ERROR", "BODY_TOO_LARGE", "INTERNAL_ERROR")
Told = dict[type[BaseModel], dict[str, Any]]  # the models a function answers, and where they are described
SIGNED_IN = ("AUTH_REQUIRED", "INVALID_TOKEN", "SESSION_EXPIRED", "FORBIDDEN", "USER_BLOCKED", "ACCOUNT_DEACTIVATED")


def document(endpoints: Iterable[Endpoint], version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these endpoints."""
    known = list(endpoints)
    answers = {endpoint: _answer_models(endpoint) for endpoint in known}
    asked = [(ask, "validation") for endpoint in known if endpoint.method != "GET" for ask in _variants(endpoint.ask)]
    told = [(model, "serialization") for models in answers.values() for model in models]
    schemas, definitions = models_json_schema([*asked, *told], ref_template=REFS)  # type: ignore[list-item]
    paths: dict[str, Any] = {}
    for endpoint in known:
        path = "/api/v1/" + PATH_PARAMETER.sub(r"{\1}", endpoint.route)
        told_refs = {model: schemas[(model, "serialization")] for model in answers[endpoint]}
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, told_refs, definitions["$defs"])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Solarium backend",
            "version": version,
            "description": "Rooftop solar: leads, quotations, documents, commissions.",
        },
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"] | {"Problem": PROBLEM},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["success", "data", "error"],
    "properties": {
        "success": {"const": False},
        "data": {"type": "null"},
        "error": {
            "type": "object",
            "required": ["code", "message", "requestId"],
            "properties": {
                "code": {"enum": sorted(STATUS)},
                "message": {"type": "string"},
                "details": {"type": "object"},
                "requestId": {"type": "string"},
            },
        },
    },
}


def _answer_models(endpoint: Endpoint) -> list[type[BaseModel]]:
    """The models an endpoint answers: one, or one of several."""
    answers = typing.get_args(endpoint.answer) or (endpoint.answer,)
    if typing.get_origin(endpoint.answer) is Json:
        return list(typing.get_args(answers[0])) if isinstance(answers[0], types.UnionType) else [answers[0]]
    shapes = [typing.get_args(answer)[0] if typing.get_origin(answer) is Json else answer for answer in answers]
    return [shape for shape in shapes if isinstance(shape, type) and issubclass(shape, BaseModel)]


def _operation(endpoint: Endpoint, told: Told, schemas: dict[str, Any]) -> dict[str, Any]:
    in_path = PATH_PARAMETER.findall(endpoint.route)
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.workflow.__module__.split(".")[1]],
        "security": [{"bearer": []}] if endpoint.roles else [],
        "x-roles": sorted(endpoint.roles),
        "parameters": [_parameter(endpoint.ask, name, "path") for name in in_path],
        "responses": _responses(endpoint, told),
    }
    if endpoint.method == "GET":
        names = [field.alias or name for name, field in endpoint.ask.model_fields.items()]
        operation["parameters"] += [_parameter(endpoint.ask, name, "query") for name in names if name not in in_path]
    elif bodies := [body for ask in _variants(endpoint.ask) if (body := _body(schemas[ask.__name__], in_path))]:
        content = {"application/json": {"schema": bodies[0] if len(bodies) == 1 else {"anyOf": bodies}}}
        if endpoint.takes_file:
            content["multipart/form-data"] = {"schema": _form(bodies[0])}
        operation["requestBody"] = {
            "content": content,
            "required": any(body["required"] for body in bodies),
        }
    return operation


def _variants(ask: type[Ask]) -> list[type[Ask]]:
    """What may be asked, where a word in the path decides."""
    return list(ask.variants.values()) or [ask]


def _body(schema: dict[str, Any], in_path: list[str]) -> dict[str, Any] | None:
    """The question without what stands in the path."""
    properties = {name: value for name, value in schema.get("properties", {}).items() if name not in in_path}
    required = [name for name in schema.get("required", []) if name not in in_path]
    return schema | {"properties": properties, "required": required} if properties else None


def _form(body: dict[str, Any]) -> dict[str, Any]:
    """The same as parts of a form: the file comes along, and says itself what is known of it."""
    known = {"fileName", "contentType", "fileSize"}
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    texts = {name: value for name, value in body["properties"].items() if name != "fileSize"}
    return body | {
        "properties": {"file": file} | texts,
        "required": ["file", *(name for name in body["required"] if name not in known)],
    }


def _parameter(ask: type[Ask], name: str, place: str) -> dict[str, Any]:
    """A field of the question as it stands in the path or the query; definitions are taken in."""
    schema = ask.model_json_schema(by_alias=True, ref_template="{model}")
    definitions = schema.get("$defs", {})
    own = _inlined(schema["properties"][name], definitions)
    return {"name": name, "in": place, "required": name in schema.get("required", []), "schema": own}


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return definitions[schema["$ref"]]
    return {key: _inlined(value, definitions) for key, value in schema.items()}


def _responses(endpoint: Endpoint, told: Told) -> dict[str, Any]:
    by_status: dict[int, list[dict[str, Any]]] = {} if told else {200: []}
    for model, ref in told.items():
        by_status.setdefault(endpoint.status_of(model), []).append(ref)
    responses: dict[str, Any] = {str(status): _success(refs) for status, refs in sorted(by_status.items())}
    codes: dict[int, list[str]] = {}
    for code in _refusals(endpoint):
        codes.setdefault(STATUS[code], []).append(code)
    for status, names in sorted(codes.items()):
        problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        responses[str(status)] = {"description": ", ".join(sorted(set(names))), "content": problem}
    return responses


def _success(refs: list[dict[str, Any]]) -> dict[str, Any]:
    envelope = {
        "type": "object",
        "required": ["success", "data", "error"],
        "properties": {
            "success": {"const": True},
            "data": refs[0] if len(refs) == 1 else {"oneOf": refs},
            "error": {"type": "null"},
        },
    }
    return {"description": "Done", "content": {"application/json": {"schema": envelope}}}


def _refusals(endpoint: Endpoint) -> Iterator[str]:
    """Every code it can answer: what it declares, and what follows from how it is declared."""
    yield from (*ANY, *endpoint.refusals)
    if endpoint.roles:
        yield from SIGNED_IN
    if endpoint.address_limit:
        yield "RATE_LIMITED"
    if endpoint.honours_key:
        yield "IDEMPOTENCY_CONFLICT"
    if PATH_PARAMETER.search(endpoint.route):
        yield from ("NOT_FOUND", "OUT_OF_SCOPE")

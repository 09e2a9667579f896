"""The whole OpenAPI 3.1 document."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from shared_code.endpoints import PATH_PARAMETER, Endpoint
from shared_code.errors import STATUS
from shared_code.reference import answers, operations, refusals
from shared_code.reference.nouns import place_of, tags
from shared_code.reference.schemas import Schema, describe, needed

INTRODUCTION: Final = Path(__file__).parent.parent / "assets" / "reference" / "introduction.txt"
BASE: Final = "/api/v1"


def document(endpoints: Iterable[Endpoint], version: str) -> dict[str, Any]:
    """The reference of these endpoints."""
    known = sorted(endpoints, key=place_of)
    asked = [ask for endpoint in known for ask in operations.bodies(endpoint).values()]
    told = [model for endpoint in known for model in answers.models(endpoint)]
    shapes, definitions = describe(
        [*((ask, "validation") for ask in asked), *((model, "serialization") for model in told)]
    )
    for endpoint in known:
        for ask in operations.bodies(endpoint).values():
            definitions[ask.__name__] = operations.body_of(endpoint, definitions[ask.__name__])
    paths: dict[str, Any] = {}
    shared: dict[str, Any] = {}
    for endpoint in known:
        path = "/" + PATH_PARAMETER.sub(r"{\1}", endpoint.route)
        refs = {model: shapes[model, "serialization"] for model in answers.models(endpoint)}
        responses = answers.successes(endpoint, refs, definitions) | _refusals(endpoint, shared)
        takes = operations.request_body(endpoint, definitions)
        whole = operations.operation(endpoint) | ({"requestBody": takes} if takes else {}) | {"responses": responses}
        paths.setdefault(path, {})[endpoint.method.lower()] = whole
    return _head(known, version) | {"paths": paths, "components": _components(paths, shared, definitions)}


def _refusals(endpoint: Endpoint, shared: dict[str, Any]) -> dict[str, Any]:
    """The refusals of an operation by reference: many have the same, which stand in the document once."""
    found = {}
    for status, codes in answers.refusals(endpoint).items():
        name = "-or-".join(codes)
        shared.setdefault(name, answers.refused(status, codes))
        found[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return found


def _head(known: list[Endpoint], version: str) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Solarium",
            "version": version,
            "summary": "Rooftop solar in India: leads, quotations, documents, commissions.",
            "description": INTRODUCTION.read_text("utf-8"),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": BASE, "description": "where this document came from"}],
        "tags": tags(known),
    }


def _components(paths: dict[str, Any], shared: dict[str, Any], definitions: dict[str, Schema]) -> dict[str, Any]:
    return {
        "schemas": needed(definitions, paths) | {"Problem": answers.PROBLEM},
        "responses": dict(sorted(shared.items())),
        "parameters": operations.PARAMETERS,
        "headers": answers.HEADERS,
        "examples": {code: refusals.example(code) for code in STATUS},
        "securitySchemes": {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "The `accessToken` that `POST /auth/login` answers.",
            }
        },
    }

"""What the running app's own reference says of each function, and whether an answer is what it says."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import requests
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

import function_app
from functions.reference import openapi_json
from tests.app_process import Person

assert function_app.app
Refusals = dict[str, set[tuple[int, str]]]


def documented(person: Person) -> Refusals:
    """Per function, by its name, the refusals it may answer: status and code."""
    document: dict[str, Any] = person.get("openapi.json").json()
    return {
        operation["operationId"]: {
            (int(status), code)
            for status, response in operation["responses"].items()
            for code in resolved(response, document).get("x-codes", [])
        }
        for operations in document["paths"].values()
        for operation in operations.values()
    }


@cache
def document() -> dict[str, Any]:
    """The reference, as the code makes it."""
    made: dict[str, Any] = json.loads(openapi_json())
    return made


@cache
def operations() -> dict[str, dict[str, Any]]:
    """Its operations by the names of their functions."""
    return {
        operation["operationId"]: operation
        for methods in document()["paths"].values()
        for operation in methods.values()
    }


def resolved(part: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
    """A part of the document, or what it refers to."""
    found: Any = part
    while "$ref" in found:
        names = found["$ref"].removeprefix("#/").split("/")
        found = whole
        for name in names:
            found = found[name]
    return found


def faults(schema: Mapping[str, Any], value: Any) -> list[str]:
    """What is wrong with a value by a schema of the document."""
    validator = Draft202012Validator({**schema, "components": document()["components"]})
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]


def check_documented(name: str, answer: requests.Response) -> None:
    """The answer has a status that the reference has, its headers and, to the last field, its body."""
    responses = operations()[name]["responses"]
    assert str(answer.status_code) in responses, f"{name}: {answer.status_code} {answer.text[:300]}"
    said = resolved(responses[str(answer.status_code)], document())
    missing = {
        header for header, about in said["headers"].items()
        if resolved(about, document()).get("required") and header not in answer.headers
    }  # fmt: skip
    assert not missing, f"{name}: {missing}"
    media = answer.headers.get("Content-Type", "").partition(";")[0]
    if "content" in said:
        assert media in said["content"], f"{name}: {media}"
        if media == "application/json":
            wrong = faults(said["content"][media]["schema"], answer.json())
            assert not wrong, f"{name}: {wrong} {answer.text[:500]}"
    else:
        assert not answer.content

"""The reference is whole and true to itself: valid, up to date, every operation said and shown (api.md 2.10)."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from functions.reference import openapi_json
from shared_code.endpoints import REGISTRY
from shared_code.errors import STATUS
from shared_code.reference.page import FOLDER, File, asset, page
from shared_code.reference.refusals import WHEN
from shared_code.wire import Raw
from tests.app_process import ROOT
from tests.end_to_end.reference import document, faults, operations, resolved

LOCK = ROOT / "localhost" / "swagger_ui" / "package-lock.json"
ENDPOINTS = {endpoint.name: endpoint for endpoint in REGISTRY.values()}
named = pytest.mark.parametrize("name", sorted(ENDPOINTS))


def shown(content: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Each example of a body with the schema of that body."""
    for media in content.values():
        for example in media.get("examples", {}).values():
            yield media["schema"], resolved(example, document())["value"]


def test_the_document_is_openapi_3_1() -> None:
    assert document()["openapi"] == "3.1.0"
    assert [str(error) for error in OpenAPIV31SpecValidator(document()).iter_errors()] == []


def test_the_committed_document_is_what_the_code_says_now() -> None:
    assert (ROOT / "docs" / "openapi.json").read_bytes() == openapi_json(), "run `make openapi` and commit the result"


def test_every_function_is_an_operation_and_nothing_else_is() -> None:
    assert operations().keys() == ENDPOINTS.keys()


def test_every_noun_of_an_operation_is_described_and_used() -> None:
    nouns = {tag["name"]: tag["description"] for tag in document()["tags"]}
    assert all(nouns.values())
    assert {tag for operation in operations().values() for tag in operation["tags"]} == set(nouns)


@named
def test_an_operation_says_what_it_does_for_whom_and_what_it_takes(name: str) -> None:
    said, endpoint = operations()[name], ENDPOINTS[name]
    assert said["summary"].endswith("."), said["summary"]
    assert set(said["x-roles"]) == {role.value for role in endpoint.roles}
    assert said["security"] == ([{"bearer": []}] if endpoint.roles else [])
    assert all(role in said["description"] for role in said["x-roles"])
    parameters = [resolved(parameter, document()) for parameter in said["parameters"]]
    assert [parameter["name"] for parameter in parameters if not parameter.get("description")] == []
    headers = {parameter["name"] for parameter in parameters if parameter["in"] == "header"}
    assert ("Idempotency-Key" in headers) is endpoint.honours_key
    assert ("If-None-Match" in headers) is ("304" in said["responses"]) is (endpoint.etag == "content")


@named
def test_every_body_is_shown_and_what_is_shown_is_one(name: str) -> None:
    said = operations()[name]
    asked = list(shown(said.get("requestBody", {}).get("content", {})))
    assert bool(asked) is ("requestBody" in said)
    told = [
        example
        for status, response in said["responses"].items()
        if status != "304" and ENDPOINTS[name].answer is not Raw
        for example in shown(resolved(response, document())["content"])
    ]
    assert [wrong for schema, value in [*asked, *told] for wrong in faults(schema, value)] == []


@named
def test_every_answer_has_its_headers_and_every_refusal_an_example_of_each_of_its_codes(name: str) -> None:
    for status, ref in operations()[name]["responses"].items():
        response = resolved(ref, document())
        assert "X-Correlation-ID" in response["headers"]
        assert ("Retry-After" in response["headers"]) is (status in ("423", "429") or "PROVIDER_BUSY" in str(ref))
        if int(status) >= 400:
            codes = response["x-codes"]
            assert {STATUS[code] for code in codes} == {int(status)}
            assert list(response["content"]["application/json"]["examples"]) == codes
            assert [code for code in codes if f"`{code}`: {WHEN[code][0]}" not in response["description"]] == []


def test_every_code_says_when_it_comes() -> None:
    assert WHEN.keys() == STATUS.keys()
    sentences = [words for _, message, *_ in WHEN.values() for words in [message]]
    assert [words for words in sentences if not (words[0].isupper() and words.endswith("."))] == []


def test_the_pages_files_are_those_of_the_package_that_the_lock_file_pins() -> None:
    readme = (FOLDER / "README.md").read_text()
    package = json.loads(LOCK.read_text())["packages"]["node_modules/swagger-ui-dist"]
    assert package["version"] in readme
    assert package["integrity"] in readme
    sums = dict(line.strip("| ").split(" | ") for line in readme.splitlines() if line.count("|") == 3 and "." in line)
    assert {"swagger-ui-bundle.js", "swagger-ui.css"} <= sums.keys()
    assert {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in sums} == sums


def test_the_page_names_each_file_with_its_version_and_nothing_inline() -> None:
    html = page().decode()
    assert [name for name in get_args(File) if f'"docs/{name}?v={asset(name).version}"' not in html] == []
    assert [
        part for part in ("<style", " style=", "onclick", "<script>", "http:", "https:", "//") if part in html
    ] == []

"""One operation: what it is for, who may call it, what it takes."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from shared_code.endpoints import PATH_PARAMETER, Endpoint
from shared_code.reference.examples import compose
from shared_code.reference.nouns import noun_of
from shared_code.reference.schemas import SOURCE, Schema, never_null, of_field, without
from shared_code.rules.scope import Role
from shared_code.wire import Ask

SORT_BY = "what to sort by; equal ones are ordered by id, the newest first"
FILE_SAYS = {"fileName", "contentType", "fileSize"}  # what a file that comes along says itself
PARAMETERS: Mapping[str, Schema] = {
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": (
            "A text of the client's choice, another one for each thing it does. For 24 hours the same request with the "
            "same key is answered as before and does nothing; any other request with that key is refused."
        ),
        "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
    },
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "description": "The version that the caller has seen, in quotes: another way to send `expectedVersion`.",
        "schema": {"type": "string", "pattern": '^"[1-9][0-9]{0,8}"$', "examples": ['"3"']},
    },
    "If-None-Match": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` of the answer that the caller has; while that is the newest, the answer is 304.",
        "schema": {"type": "string"},
    },
}


def operation(endpoint: Endpoint) -> dict[str, Any]:
    """What it is called, for whom it is, and its parameters."""
    first, _, rest = endpoint.summary.partition("\n")
    who = _who(endpoint)
    return {
        "operationId": endpoint.name,
        "tags": [noun_of(endpoint)],
        "summary": SOURCE.sub("", first),
        "description": "\n\n".join([who, *_paragraphs(rest)]),
        "security": [{"bearer": []}] if endpoint.roles else [],
        "x-roles": _roles(endpoint),
        "parameters": [*_in_path(endpoint), *_in_query(endpoint), *_in_headers(endpoint)],
    }


def _paragraphs(text: str) -> list[str]:
    """What a docstring says after its first line."""
    return [" ".join(SOURCE.sub("", part).split()) for part in text.strip().split("\n\n") if part]


def bodies(endpoint: Endpoint) -> Mapping[str, type[Ask]]:
    """What a write may ask, by the word in its path that decides; by `""` where none does."""
    return {} if endpoint.method == "GET" else endpoint.ask.variants or {"": endpoint.ask}


def body_of(endpoint: Endpoint, asked: Schema) -> Schema:
    """The question without what stands in the path."""
    return without(asked, PATH_PARAMETER.findall(endpoint.route))


def request_body(endpoint: Endpoint, definitions: Mapping[str, Schema]) -> dict[str, Any] | None:
    """What it takes besides, as JSON and, where a file may come along, as a form; None where it takes nothing."""
    asks = [(word, ask) for word, ask in bodies(endpoint).items() if definitions[ask.__name__].get("properties")]
    if not asks:
        return None
    refs = [{"$ref": f"#/components/schemas/{ask.__name__}"} for _, ask in asks]
    examples = {
        title: {"value": value} for word, ask in asks for title, value in _examples(ask, word, definitions).items()
    }
    content: dict[str, Any] = {
        "application/json": {"schema": refs[0] if len(refs) == 1 else {"anyOf": refs}, "examples": examples}
    }
    if endpoint.takes_file:
        content["multipart/form-data"] = {"schema": _form(definitions[asks[0][1].__name__])}
    wanted = any({"required", "anyOf", "oneOf"} & definitions[ask.__name__].keys() for _, ask in asks)
    about = {"description": definitions[asks[0][1].__name__]["description"]} if len(asks) == 1 else {}
    return about | {"required": wanted, "content": content}


def _roles(endpoint: Endpoint) -> list[Role]:
    return [role for role in Role if role in endpoint.roles]


def _who(endpoint: Endpoint) -> str:
    if not endpoint.roles:
        return "**For everybody:** no token is needed."
    return f"**For** {', '.join(_roles(endpoint))}."


def _examples(ask: type[Ask], word: str, definitions: Mapping[str, Schema]) -> Mapping[str, Any]:
    return ask.examples or {word or "example": compose(definitions[ask.__name__], definitions, whole=False)}


def _in_path(endpoint: Endpoint) -> list[Schema]:
    return [
        _parameter(endpoint.ask, name, "path") | {"required": True} for name in PATH_PARAMETER.findall(endpoint.route)
    ]


def _in_query(endpoint: Endpoint) -> list[Schema]:
    if endpoint.method != "GET":
        return []
    in_path = PATH_PARAMETER.findall(endpoint.route)
    names = [field.alias or name for name, field in endpoint.ask.model_fields.items()]
    required = endpoint.ask.model_json_schema(by_alias=True).get("required", [])
    return [
        _parameter(endpoint.ask, name, "query") | ({"required": True} if name in required else {})
        for name in names
        if name not in in_path
    ]


def _in_headers(endpoint: Endpoint) -> list[Schema]:
    honoured = {
        "Idempotency-Key": endpoint.honours_key,
        "If-Match": endpoint.method != "GET" and "expected_version" in endpoint.ask.model_fields,
        "If-None-Match": endpoint.etag == "content",
    }
    return [{"$ref": f"#/components/parameters/{name}"} for name, is_read in honoured.items() if is_read]


def _parameter(ask: type[BaseModel], name: str, place: str) -> Schema:
    """A field of the question as it stands in the path or the query."""
    schema = of_field(ask, name)
    about = schema.pop("description", SORT_BY if name == "sortBy" else None)
    said = {"description": about} if about else {}
    listed = {"style": "form", "explode": False} if schema.get("type") == "array" and place == "query" else {}
    return {"name": name, "in": place, **said, **listed, "schema": schema}


def _form(body: Schema) -> Schema:
    """The same as parts of a form: the file comes along, and says itself what is known of it."""
    file = {"type": "string", "format": "binary", "description": "the file itself, at most 10 MB"}
    texts = {name: value for name, value in body["properties"].items() if name != "fileSize"}
    needed = ["file", *(name for name in body.get("required", []) if name not in FILE_SAYS)]
    form: Schema = never_null(body | {"properties": {"file": file} | texts, "required": needed})
    return form

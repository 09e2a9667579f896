"""Bytes become a question: JSON or query, path ids, unknown fields refused, every wrong field named at once."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails, from_json, to_json

from shared_code.rules.refusal import Refusal, invalid
from shared_code.wire import Ask
from shared_code.wire.documents import FileAsk

A = TypeVar("A", bound=Ask)
VERSION = re.compile(r'"([1-9][0-9]{0,8})"')
WORDS = {"missing": "is missing", "extra_forbidden": "is not a field of this request"}


def of_query(model: type[A], path: Mapping[str, str], query: Mapping[str, str]) -> A:
    """The question of a GET. Raises Refusal VALIDATION_ERROR."""
    _refuse_clash(path, query)
    return _validated(lambda: model.model_validate(dict(query) | dict(path), by_alias=True, by_name=False))


def of_body(
    model: type[A], path: Mapping[str, str], query: Mapping[str, str], body: bytes, if_match: str | None = None
) -> A:
    """The question of a POST, PATCH or DELETE; no body is an empty object. Raises Refusal VALIDATION_ERROR.

    `if_match`: the header, which stands for `expectedVersion` where a question has that.
    """
    fields = _object(body) if body.strip() else {}
    _refuse_clash(path, fields)
    if query:
        raise invalid(dict.fromkeys(query, "does not belong in the address of this request"))
    model = variant(model, path)
    if if_match is not None and "expected_version" in model.model_fields:
        version = _version(if_match)
        if fields.get("expectedVersion") is None:
            fields["expectedVersion"] = version
    question = to_json(fields | dict(path))
    return _validated(lambda: model.model_validate_json(question, strict=True, by_alias=True, by_name=False))


def of_form(
    model: type[A], path: Mapping[str, str], query: Mapping[str, str], read: Callable[[], tuple[Any, Any]]
) -> A:
    """The question of a form: its text parts as fields, and the part `file`. Raises Refusal VALIDATION_ERROR.

    read: takes the form apart into texts and files, each a mapping of lists. Name and type are the file's own where no
    text part says them; its size is what came, whatever is said of it.
    """
    try:
        texts, files = read()
    except Exception:  # noqa: BLE001 -- whatever the parser makes of it, it is no form
        raise Refusal("VALIDATION_ERROR", "The body is not a form with a file.") from None
    if list(files) != ["file"] or len(files.getlist("file")) != 1:
        raise invalid({"file": "one part of this name is needed, and no other file"})
    if twice := [name for name in texts if len(texts.getlist(name)) > 1]:
        raise invalid(dict.fromkeys(twice, "is there twice"))
    part = files["file"]
    content = part.read()
    kind = part.mimetype or "application/octet-stream"  # what a part is that does not say it (RFC 7578 4.4)
    fields: dict[str, object] = {"fileName": part.filename or "", "contentType": kind} | texts.to_dict()
    _refuse_clash(path, fields)
    if query:
        raise invalid(dict.fromkeys(query, "does not belong in the address of this request"))
    ask = whole(model, fields | {"fileSize": len(content)} | dict(path))
    if isinstance(ask, FileAsk):
        ask.take(content)
    return ask


def variant(model: type[A], path: Mapping[str, object]) -> type[A]:
    """What is asked under this path."""
    return next(
        (model.variants[word] for word in path.values() if isinstance(word, str) and word in model.variants), model
    )


def whole(model: type[A], fields: Mapping[str, object]) -> A:
    """What fields are together that were sent and that were there already. Raises Refusal VALIDATION_ERROR."""
    return _validated(lambda: model.model_validate(fields, by_alias=True, by_name=False))


def _object(body: bytes) -> dict[str, object]:
    try:
        fields = from_json(body, allow_inf_nan=False)
        to_json(fields)
    except (ValueError, RecursionError):
        raise Refusal("VALIDATION_ERROR", "The body is not JSON in UTF-8.") from None
    if not isinstance(fields, dict):
        raise Refusal("VALIDATION_ERROR", "The body must be a JSON object.")
    return fields


def _version(if_match: str) -> int:
    if not (version := VERSION.fullmatch(if_match.strip())):
        raise invalid({"If-Match": 'must be a version in quotes, such as "3"'})
    return int(version[1])


def _refuse_clash(path: Mapping[str, str], fields: Mapping[str, object]) -> None:
    if clash := path.keys() & fields.keys():
        raise invalid(dict.fromkeys(clash, "stands in the path already"))


def _validated(parse: Callable[[], A]) -> A:
    try:
        return parse()
    except ValidationError as error:
        raise invalid(_by_field(error.errors(include_url=False, include_input=False))) from None


def _by_field(wrong: list[ErrorDetails]) -> dict[str, str]:
    """Field to what is wrong with it; never the value, which may be a secret."""
    return {".".join(map(str, e["loc"])) or "body": WORDS.get(e["type"]) or _sentence(e) for e in reversed(wrong)}


def _sentence(error: ErrorDetails) -> str:
    return error["msg"].removeprefix("Value error, ")

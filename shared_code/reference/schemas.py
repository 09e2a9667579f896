"""The shapes of questions and answers as JSON schemas: what pydantic says of the models, put shortly and truly."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core.core_schema import DecimalSchema

Schema = dict[str, Any]
Shapes = dict[tuple[type[BaseModel], JsonSchemaMode], Schema]  # where each model is described, asked and told
REFS = "#/components/schemas/{model}"
MOST_DIGITS = 15
SOURCE = re.compile(r"\s*\((?:rules|api|running)\.md[^)]*\)")
LITERAL = {"const", "default", "enum", "examples"}  # values, not schemas
PAGE_OF = re.compile(r"Page_(\w+)_")


class _Schemas(GenerateJsonSchema):
    """Decimals with all that is checked of them, which come as numbers, or as the same in a string."""

    def decimal_schema(self, schema: DecimalSchema) -> JsonSchemaValue:
        if self.mode == "serialization":
            return super().decimal_schema(schema)
        places = min(schema.get("decimal_places") or 0, MOST_DIGITS)
        whole = (schema.get("max_digits") or MOST_DIGITS + places) - (schema.get("decimal_places") or 0)
        top = 10**whole - 1
        told: Schema = {"type": ["number", "string"], "maximum": float(schema.get("le", top))}
        for limit, keyword in (("ge", "minimum"), ("gt", "exclusiveMinimum")):
            if limit in schema:
                told[keyword] = float(schema[limit])  # type: ignore[literal-required]
        told |= {} if {"ge", "gt"} & schema.keys() else {"minimum": -float(top)}
        step = schema.get("multiple_of") or (10**-places if places <= 2 else None)
        sign = "" if {"ge", "gt"} & schema.keys() else "-?"
        fraction = rf"(\.[0-9]{{1,{places}}})?" if places else ""
        told |= {"multipleOf": float(step)} if step else {}
        return told | {"format": "decimal", "pattern": f"^{sign}[0-9]{{1,{whole}}}{fraction}$"}


def describe(models: Iterable[tuple[type[BaseModel], JsonSchemaMode]]) -> tuple[Shapes, dict[str, Schema]]:
    """Where each model is described, and the descriptions by name. A mode says whether it is asked or told."""
    shapes, found = models_json_schema(
        list(dict.fromkeys(models)),
        ref_template=REFS,
        schema_generator=_Schemas,
    )
    definitions = tidy(found.get("$defs", {}))
    return tidy(shapes), {_short(name): schema for name, schema in definitions.items()}


def of_field(model: type[BaseModel], name: str) -> Schema:
    """One field as it stands in a path or a query: never null, and with all that it refers to."""
    whole = model.model_json_schema(by_alias=True, ref_template="{model}", schema_generator=_Schemas)
    own: Schema = never_null(tidy(_inlined(whole["properties"][name], whole.get("$defs", {}))))
    if variants := [each for each in own.get("anyOf", []) if each is not False]:
        own = {key: value for key, value in own.items() if key != "anyOf"}
        own |= variants[0] | own if len(variants) == 1 else {"anyOf": variants}
    return own


def never_null(part: Any) -> Any:
    """The same where nothing can be null, as in a form: what may be null may be left out."""
    if isinstance(part, list):
        return [never_null(each) for each in part]
    if not isinstance(part, dict):
        return part
    if part in ({"type": "null"}, {"not": {"type": "null"}}):
        return "not" in part
    schema = {key: value if key in LITERAL else never_null(value) for key, value in part.items()}
    if isinstance(schema.get("type"), list):
        kinds = [kind for kind in schema["type"] if kind != "null"]
        schema["type"] = kinds[0] if len(kinds) == 1 else kinds
    return schema


def without(schema: Schema, names: Iterable[str]) -> Schema:
    """An object's schema without some of its fields."""
    left = schema | {"properties": {n: value for n, value in schema.get("properties", {}).items() if n not in names}}
    if required := [name for name in schema.get("required", []) if name not in names]:
        return left | {"required": required}
    return {key: value for key, value in left.items() if key != "required"}


def needed(definitions: Mapping[str, Schema], *roots: Any) -> dict[str, Schema]:
    """Those of the descriptions that the roots refer to, by one another too."""
    found: dict[str, Schema] = {}
    waiting: list[Any] = list(roots)
    while waiting:
        for name in refs(waiting.pop()):
            if name in definitions and name not in found:
                found[name] = definitions[name]
                waiting.append(definitions[name])
    return dict(sorted(found.items()))


def refs(part: Any) -> Iterable[str]:
    """The names of the schemas that a part of the document refers to."""
    if isinstance(part, list):
        for each in part:
            yield from refs(each)
    elif isinstance(part, dict):
        if isinstance(part.get("$ref"), str) and part["$ref"].startswith(REFS.format(model="")):
            yield part["$ref"].rsplit("/", 1)[1]
        for each in part.values():
            yield from refs(each)


def tidy(part: Any) -> Any:
    """Without titles and defaults that say nothing and sources nobody has; what may be null says so in its type."""
    if isinstance(part, list):
        return [tidy(each) for each in part]
    if not isinstance(part, dict):
        return part
    schema = {
        key: value if key in LITERAL else tidy(value) for key, value in part.items() if not _says_nothing(key, value)
    }
    if isinstance(schema.get("description"), str):
        schema["description"] = " ".join(SOURCE.sub("", schema["description"]).split())
    if isinstance(schema.get("$ref"), str):
        schema["$ref"] = _short(schema["$ref"])
    return _nullable(schema)


def _nullable(schema: Schema) -> Schema:
    """Null as one of the types, where there is but one other variant."""
    variants = schema.get("anyOf", [])
    others = [each for each in variants if each != {"type": "null"}]
    if len(others) != 1 or len(variants) != 2:
        return schema
    outer = {key: value for key, value in schema.items() if key != "anyOf"}
    kind = others[0].get("type")
    if kind and not {"enum", "const"} & others[0].keys():
        whole: Schema = others[0] | {"type": [*(kind if isinstance(kind, list) else [kind]), "null"]} | outer
        return whole
    spoken = {key: others[0][key] for key in ("description", "examples") if key in others[0]}
    return schema | spoken | outer


def _says_nothing(key: str, value: object) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value is None)


def _short(name: str) -> str:
    return PAGE_OF.sub(r"PageOf\1", name)


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"]], definitions) | {k: v for k, v in schema.items() if k != "$ref"}
    return {key: _inlined(value, definitions) for key, value in schema.items()}

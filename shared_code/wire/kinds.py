"""Kinds of texts and ids: how each is checked, and how the reference describes it, said in one place (api.md 1)."""

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function, str_schema

from shared_code.rules import text

CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
BUT_BREAKS = r"\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f"


@dataclass(frozen=True)
class Text:
    """A text: trimmed, NFC, no control characters, at most `longest`; `filled`: not empty; `lines`: may break.

    about, example: what the reference says of it, and shows.
    """

    longest: int
    filled: bool = True
    lines: bool = False
    about: str | None = None
    example: str | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self.clean, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        barred = BUT_BREAKS if self.lines else CONTROLS
        filled = f"[^{barred}]*[^{barred}\\s][^{barred}]*" if self.filled else f"[^{barred}]*"
        told: dict[str, Any] = {"pattern": f"^{filled}$", "maxLength": self.longest}
        told |= {"minLength": 1} if self.filled else {}
        told |= {"description": self.about} if self.about else {}
        return handler(schema) | told | ({"examples": [self.example]} if self.example else {})

    def clean(self, value: str) -> str:
        """The text as it is kept. Raises ValueError."""
        clean = (text.long_text if self.lines else text.one_line)(value, self.longest)
        if self.filled and not clean:
            raise ValueError("must not be empty")
        return clean


@dataclass(frozen=True)
class Id:
    """The id of a record: its prefix and a number; `of`: what it is the id of."""

    prefix: str
    of: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return str_schema(pattern=rf"^{self.prefix}-[0-9]{{1,18}}$")

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        example = f"{self.prefix}-1001"
        return handler(schema) | {"description": f"the id of {self.of}, such as {example}", "examples": [example]}


def told(about: str, *examples: object, **schema: Any) -> WithJsonSchema:
    """How a field is described whose check cannot be read from its type: a sentence, examples, more of its schema."""
    more = {"examples": list(examples)} if examples else {}
    return WithJsonSchema({"type": "string", **schema, "description": about, **more})


def way(needs: str, lacks: str = "", **values: str | list[str]) -> Any:
    """One of several ways to ask, as a schema: the fields, by their names on the wire, that it has and has not.

    values: fields that it has too, and what they are, or one of what.
    """
    has: dict[str, Any] = {name: {"not": {"type": "null"}} for name in needs.split()}
    has |= {name: {"const": value} if isinstance(value, str) else {"enum": value} for name, value in values.items()}
    fields: dict[str, Any] = has | {name: {"type": "null"} for name in lacks.split()}
    return {"properties": fields} | ({"required": list(has)} if has else {})

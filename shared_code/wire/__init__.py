"""What travels: the shapes of questions and answers, as models that parse, answer and document (api.md 1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

T = TypeVar("T")


class Ask(BaseModel):
    """A question: path ids, and the fields of the body (or, with GET, of the query). Unknown fields are refused.

    variants: where a word in the path decides what may be asked, the question for each such word.
    examples: bodies to show, by what each is for; without them one is put together from what the fields show.
    """

    variants: ClassVar[Mapping[str, type[Any]]] = {}
    examples: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
    )


class Nothing(Ask):
    """A question without fields."""


class View(BaseModel):
    """An answer's `data`, or a part of it.

    creates: False for an answer that is 200 where others of the same endpoint are 201.
    """

    creates: ClassVar[bool] = True
    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        extra="forbid",
        frozen=True,
    )


@dataclass(frozen=True)
class Json(Generic[T]):
    """An answer's `data` as JSON that PostgreSQL built, passed on as bytes; T is its shape.

    status: instead of the endpoint's own (304: no body is sent). headers: besides the usual ones, such as ETag.
    """

    data: bytes
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """An answer that is not in the envelope: the reference and its page. status: 304 where no body is sent."""

    body: bytes
    mimetype: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


class Page(View, Generic[T]):
    """A list's `data`."""

    items: list[T]
    total: int
    offset: int
    limit: int

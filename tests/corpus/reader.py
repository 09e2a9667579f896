"""A second, small reader of PDFs in the plain form that the checker writes; shares nothing with the checker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(
    rb"[\s\0]+|%[^\r\n]*|(?P<open><<|\[)|(?P<close>>>|\])|/(?P<name>[^\s\0()<>\[\]{}/%]*)"
    rb"|<(?P<hex>[0-9A-Fa-f\s]*)>|\((?P<text>(?:[^()\\]|\\.)*)\)|(?P<word>[^\s\0()<>\[\]{}/%]+)",
    re.DOTALL,
)
NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)")
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class UnreadableError(Exception):
    """The file is not written as the checker writes."""


class Name(str):
    """A PDF name without its slash."""

    __slots__ = ()


@dataclass(frozen=True)
class Reference:
    """Points to an indirect object."""

    number: int


@dataclass
class Stream:
    """A dictionary with packed data."""

    entries: dict[str, Any]
    data: bytes


@dataclass
class Document:
    """Everything in a file."""

    objects: dict[int, Any] = field(default_factory=dict)
    trailer: dict[str, Any] = field(default_factory=dict)

    def find(self, value: Any) -> Any:
        """The value itself, or what it refers to."""
        seen = 0
        while isinstance(value, Reference) and seen < 9:
            value, seen = self.objects.get(value.number), seen + 1
        return value

    def dictionaries(self) -> Iterator[tuple[dict[str, Any], bytes | None]]:
        """Every dictionary, however deep; with its data if it is a stream's."""
        pending: list[Any] = [self.trailer, *self.objects.values()]
        while pending:
            item = pending.pop()
            if isinstance(item, Stream):
                yield item.entries, item.data
                pending += item.entries.values()
            elif isinstance(item, dict):
                yield item, None
                pending += item.values()
            elif isinstance(item, list):
                pending += item


def read(content: bytes) -> Document:
    """The document; UnreadableError when any byte does not belong to it."""
    document, place = Document(), content.find(b"\n")
    stack: list[Any] = []
    marks: list[int] = []
    while place < len(content):
        token = TOKEN.match(content, place)
        if not token:
            raise UnreadableError(content[place : place + 20])
        place = token.end()
        kind = token.lastgroup
        if kind == "open":
            marks.append(len(stack))
        elif kind == "close":
            start = marks.pop()
            stack[start:] = [_closed(token[0], stack[start:])]
        elif kind == "word" and token[0] == b"stream":
            length = stack[-1]["Length"]
            stack[-1] = Stream(stack[-1], content[place + 1 : place + 1 + length])
            place += 1 + length
        elif kind == "word":
            _word(document, stack, token[0])
        elif kind:
            stack.append(_literal(kind, token[kind]))
    return document


def _word(document: Document, stack: list[Any], word: bytes) -> None:
    if word == b"R":
        stack[-2:] = [Reference(stack[-2])]
    elif word == b"endobj":
        number, _, _, value = stack
        document.objects[number] = value
        stack.clear()
    elif word == b"startxref":
        document.trailer = stack[-1]
        stack.clear()
    elif word != b"endstream":
        stack.append(_value(word))


def _value(word: bytes) -> Any:
    if word.lstrip(b"+-").isdigit():
        return int(word)
    if NUMBER.fullmatch(word):
        return float(word)
    return {b"true": True, b"false": False, b"null": None}.get(word, ...)


def _closed(bracket: bytes, items: list[Any]) -> Any:
    return items if bracket == b"]" else dict(zip(items[::2], items[1::2], strict=True))


def _literal(kind: str, raw: bytes) -> Any:
    if kind == "name":
        return Name(
            re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), raw).decode("latin-1")
        )
    if kind == "hex":
        digits = b"".join(raw.split()).decode()
        return bytes.fromhex(digits + "0" * (len(digits) % 2))
    return re.sub(rb"\\([0-7]{1,3}|.)", _unescaped, raw, flags=re.DOTALL)


def _unescaped(found: re.Match[bytes]) -> bytes:
    mark = found[1]
    return bytes([int(mark, 8) & 255]) if mark[:1].isdigit() else ESCAPES.get(mark, mark)

"""Walks a PDF for whatever could do more than be read: scripts, files, forms, media, references (rules.md 6.4)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from shared_code.adapters.upload_check import pdf_powers as powers
from shared_code.adapters.upload_check.pdf_functions import is_calculation
from shared_code.adapters.upload_check.pdf_weight import Scales
from shared_code.adapters.upload_check.verdict import RefusedError

# What stands in a dictionary: values as pikepdf gives them, some of them Python's own.
Entries = dict[str, Any]


def forbid_powers(document: Pdf) -> None:
    """Raise RefusedError on the first thing in `document`, wherever it stands, that is more than a page to be read."""
    scales = Scales()
    for node, entries in nodes(document):
        for check in (_forbidden, _link, _action, _misshapen):
            if reason := check(entries):
                raise RefusedError(reason)
        if reason := _file(entries, isinstance(node, Stream)):
            raise RefusedError(reason)
        if isinstance(node, Stream):
            scales.add(node, entries)
            if reason := _postscript(node, entries):
                raise RefusedError(reason)


def nodes(document: Pdf) -> Iterator[tuple[Object, Entries]]:
    """Every dictionary and stream of the document, once, with its entries; indirect ones are in the document's list."""
    for start in chain([document.trailer], document.objects):
        pending: list[object] = [start]
        while pending:
            item = pending.pop()
            if isinstance(item, Dictionary | Stream):
                entries = dict(item.items())
                yield item, entries
                pending += [value for value in entries.values() if not getattr(value, "is_indirect", True)]
            elif isinstance(item, Array):
                pending += [value for value in item if not getattr(value, "is_indirect", True)]


def _name(value: object) -> str:
    """A PDF name as text, whatever bytes it is made of and wherever it stands; empty for anything else."""
    return value.unparse(resolved=True).decode("ascii", "replace") if isinstance(value, Name) else ""


def _forbidden(entries: Entries) -> str | None:
    for key in sorted(entries.keys() & powers.KEYS.keys()):
        return powers.KEYS[key]
    for key in powers.KIND_KEYS:
        if reason := powers.KINDS.get(_name(entries.get(key))):
            return reason
    return None


def _file(entries: Entries, is_stream: bool) -> str | None:
    """The name of another file: a file specification, or a stream whose data lie elsewhere."""
    outside = any(isinstance(entries[key], String) for key in entries.keys() & powers.FILE_KEYS)
    return "PDF_EXTERNAL_REFERENCE" if outside or (is_stream and "/F" in entries) else None


def _link(entries: Entries) -> str | None:
    """A link must be one a person may click without harm, and so must the base of relative links."""
    for key in entries.keys() & {"/URI", "/Base"}:
        target = entries[key]
        ordinary = isinstance(target, String) and powers.ORDINARY_LINK.fullmatch(bytes(target))
        if not ordinary and not isinstance(target, Dictionary):
            return "PDF_EXTERNAL_REFERENCE"
    return None


def _action(entries: Entries) -> str | None:
    """What stands where an action stands must be known to be harmless."""
    if _name(entries.get("/S")) == "/Named" and _name(entries.get("/N")) not in powers.NAMED_ACTIONS:
        return "PDF_UNKNOWN_ACTION"
    for action in _actions(entries):
        name = _name(action["/S"])
        if name not in powers.HARMLESS_ACTIONS:
            return powers.ACTIONS.get(name, "PDF_UNKNOWN_ACTION")
    return None


def _actions(entries: Entries) -> Iterator[Object]:
    places = [entries[key] for key in sorted(entries.keys() & powers.ACTION_KEYS)]
    if isinstance(entries.get("/AA"), Dictionary):
        places += [action for _, action in entries["/AA"].items()]
    for place in places:
        choices = list(place) if isinstance(place, Array) else [place]
        yield from (choice for choice in choices if isinstance(choice, Dictionary) and "/S" in choice)


def _misshapen(entries: Entries) -> str | None:
    """A viewer that builds code from these must find numbers, never text."""
    for key in entries.keys() & (powers.FUNCTION_KEYS if "/FunctionType" in entries else powers.NUMBER_KEYS):
        value = entries[key]
        if not isinstance(value, Array) or not all(isinstance(number, int | Decimal) for number in value):
            return "PDF_DAMAGED"
    return None


def _postscript(stream: Stream, entries: Entries) -> str | None:
    """Of PostScript there may be calculations alone."""
    if "/PS" in entries:
        return "PDF_UNKNOWN_ACTION"
    if "/FunctionType" not in entries or entries["/FunctionType"] in (0, 2, 3):
        return None
    return None if is_calculation(stream.read_bytes()) else "PDF_DAMAGED"

"""The inline constraints of ASP.NET route templates, such as `:int` and `:regex(^LEAD-[0-9]+$)`."""

import re
from collections.abc import Callable, Mapping
from uuid import UUID

from .invocation import AppLoadError

Constraint = Callable[[str], bool]

_CONSTRAINT = re.compile(r":(?P<name>\w+)(?:\((?P<arguments>.*?)\))?(?=:|$)")
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


def parse_constraints(template: str, text: str) -> list[Constraint]:
    """The checks of a parameter, written one after the other: `:int:min(1)`. Raises AppLoadError for others."""
    found = list(_CONSTRAINT.finditer(text))
    unknown = [each["name"] for each in found if each["name"] not in _CONSTRAINTS]
    if unknown or sum(len(each[0]) for each in found) != len(text):
        raise AppLoadError(f"route {template!r}: cannot apply the constraint {text!r}")
    try:
        return [_CONSTRAINTS[each["name"]](each["arguments"] or "") for each in found]
    except (ValueError, re.error) as error:
        raise AppLoadError(f"route {template!r}: the constraint {text!r} is malformed: {error}") from error


def _whole(bits: int) -> Constraint:
    bound = 2 ** (bits - 1)
    return lambda value: bool(re.fullmatch(r"\s*[+-]?[0-9]{1,40}\s*", value)) and -bound <= int(value) < bound


def _between(measure: Callable[[str], int], low: int, high: int) -> Constraint:
    return lambda value: low <= measure(value) <= high


def _bounds(text: str) -> tuple[int, int]:
    low, _, high = text.partition(",")
    return int(low), int(high or low)


def _number(value: str) -> int:
    return int(value) if _whole(64)(value) else _LOWEST - 1


def _is_guid(value: str) -> bool:
    try:
        return bool(UUID(value))
    except ValueError:
        return False


def _regex(text: str) -> Constraint:
    found = re.compile(text, re.IGNORECASE)
    return lambda value: bool(found.search(value))


_CONSTRAINTS: Mapping[str, Callable[[str], Constraint]] = {
    "alpha": lambda _: lambda value: bool(re.fullmatch("[a-zA-Z]*", value)),
    "bool": lambda _: lambda value: value.strip().lower() in {"true", "false"},
    "guid": lambda _: _is_guid,
    "int": lambda _: _whole(32),
    "length": lambda text: _between(len, *_bounds(text)),
    "long": lambda _: _whole(64),
    "max": lambda text: _between(_number, _LOWEST, int(text)),
    "maxlength": lambda text: _between(len, 0, int(text)),
    "min": lambda text: _between(_number, int(text), _HIGHEST),
    "minlength": lambda text: _between(len, int(text), _HIGHEST),
    "range": lambda text: _between(_number, *_bounds(text)),
    "regex": _regex,
}

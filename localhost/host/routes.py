"""Finds the function that serves a path, by the rules of ASP.NET route templates as Azure's host applies them."""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from .constraints import Constraint, parse_constraints
from .invocation import AppLoadError, FunctionDefinition

logger = logging.getLogger(__name__)

_TOKEN = re.compile(r"\{(?P<parameter>(?:\{\{|\}\}|[^{}])+)\}|(?P<literal>(?:\{\{|\}\}|[^{}])+)")
_PARAMETER = re.compile(r"(?P<catch_all>\*{0,2})(?P<name>[^:?=*]+)(?P<constraints>(?::.+?)?)(?P<optional>\??)")
_ESCAPED_SLASH = re.compile(r"%2f", re.IGNORECASE)
_RESERVED = ("admin", "runtime")


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled route template: the groups of `pattern` are the parameters in their order."""

    pattern: re.Pattern[str]
    names: Sequence[str]
    constraints: Sequence[Sequence[Constraint]]

    def match(self, path: str) -> dict[str, str] | None:
        """The route values of a path without its outer slashes; an optional one that is absent is left out."""
        found = self.pattern.fullmatch(path)
        if not found:
            return None
        values = found.groups()
        for value, constraints in zip(values, self.constraints, strict=True):
            if value is not None and not all(allows(value) for allows in constraints):
                return None
        return {name: value for name, value in zip(self.names, values, strict=True) if value is not None}


def compile_template(text: str) -> Template:
    """Compile a template such as `leads/{leadId:regex(^LEAD-[0-9]+$)}/docs/{n:int?}`. Raises AppLoadError."""
    pattern, names, constraints, end = "", [], [], 0
    for token in _TOKEN.finditer(text):
        if token.start() != end:
            break
        end = token.end()
        if token["literal"]:
            pattern += re.escape(_unescape(token["literal"]))
            continue
        parameter = _PARAMETER.fullmatch(_unescape(token["parameter"]))
        if not parameter:
            raise AppLoadError(f"route {text!r}: cannot read {{{token['parameter']}}}")
        names.append(parameter["name"])
        constraints.append(parse_constraints(text, parameter["constraints"]))
        group = "(.*)" if parameter["catch_all"] else "([^/]+)"
        if not (parameter["catch_all"] or parameter["optional"]):
            pattern += group
        elif pattern.endswith("/"):
            pattern = f"{pattern[:-1]}(?:/{group})?"
        elif not pattern:
            pattern = f"{group}?"
        else:
            raise AppLoadError(f"route {text!r}: an optional part must be a segment of its own")
    if end != len(text):
        raise AppLoadError(f"route {text!r} has unbalanced braces")
    return Template(re.compile(pattern, re.IGNORECASE), names, constraints)


def _unescape(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")


@dataclass(frozen=True, slots=True)
class Route:
    """A function with its compiled template; `start` is what every path of it begins with, in lower case."""

    function: FunctionDefinition
    methods: frozenset[str]
    start: str
    template: Template


class RouteTable:
    """The app's HTTP functions in the order in which the host tries them.

    The order is that of their names, compared in capitals. There is no precedence of literals over parameters and the
    method is part of the match. A route under `admin` or `runtime`, and one that another function has for the same
    method, is refused: the function is logged and left out.
    """

    def __init__(self, functions: Iterable[FunctionDefinition], prefix: str) -> None:
        self.routes: list[Route] = []
        for function in sorted(functions, key=lambda each: each.name.upper()):
            reason = self._refusal(function)
            if reason:
                logger.error("The function %s is in error: %s", function.name, reason)
            else:
                self.routes.append(_route(function, prefix))

    def match(self, method: str, raw_path: str) -> tuple[FunctionDefinition, dict[str, str]] | None:
        """The first function whose route and methods fit, with its route values. `raw_path` is percent-encoded."""
        path = "%2F".join(unquote(part) for part in _ESCAPED_SLASH.split(raw_path))
        path = path.removeprefix("/").removesuffix("/")
        lowered = path.lower()
        for route in self.routes:
            if lowered.startswith(route.start) and (method in route.methods or not route.methods):
                values = route.template.match(path)
                if values is not None:
                    return route.function, values
        return None

    def _refusal(self, function: FunctionDefinition) -> str | None:
        route = _bare(function)
        if route.startswith(_RESERVED):
            return "its route conflicts with one or more built-in routes"
        for other in self.routes:
            both = function.methods & other.methods or not function.methods or not other.methods
            if route == _bare(other.function) and both:
                return f"its route conflicts with that of {other.function.name}"
        return None


def _bare(function: FunctionDefinition) -> str:
    return (function.route or "").strip("/").lower()


def _route(function: FunctionDefinition, prefix: str) -> Route:
    text = f"{prefix}/{(function.route or '').strip('/')}".strip("/")
    start = text.partition("{")[0].rstrip("/").lower()
    return Route(function, function.methods, start, compile_template(text))

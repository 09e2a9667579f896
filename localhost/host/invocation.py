"""What passes between the local host and the worker that runs the app's functions."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Kind = Literal["http", "blob", "queue", "timer"]

_TRIGGERS: Mapping[str, Kind] = {
    "httpTrigger": "http",
    "blobTrigger": "blob",
    "queueTrigger": "queue",
    "timerTrigger": "timer",
}


class AppLoadError(Exception):
    """The app cannot be served: Azure would refuse it too, or it needs what this host does not have."""


class FunctionError(Exception):
    """The function raised, or answered what its binding cannot carry. The text is for the log only."""


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """One indexed function. `binding` is its trigger as function.json would have it."""

    id: str
    name: str
    kind: Kind
    binding: Mapping[str, Any]

    @property
    def parameter(self) -> str:
        """The Python argument which the trigger fills."""
        return str(self.binding["name"])

    @property
    def route(self) -> str | None:
        """The route template without the prefix; the function's name when it gave none; None if not HTTP."""
        return str(self.binding.get("route") or self.name) if self.kind == "http" else None

    @property
    def methods(self) -> frozenset[str]:
        """HTTP methods in capitals; empty means every method."""
        return frozenset(method.upper() for method in self.binding.get("methods") or ())

    @property
    def auth_level(self) -> str:
        """`anonymous`, `function` or `admin`."""
        return str(self.binding.get("authLevel") or "function").lower()


def define(function_id: str, name: str, raw_bindings: Sequence[str]) -> FunctionDefinition:
    """Read a function's bindings, each a JSON text of function.json. Raises AppLoadError for kinds we cannot serve."""
    bindings = [json.loads(raw) for raw in raw_bindings]
    triggers = [binding for binding in bindings if binding["type"] in _TRIGGERS]
    others = {binding["type"] for binding in bindings if binding not in triggers and binding["name"] != "$return"}
    if others or len(triggers) != 1:
        raise AppLoadError(
            f"{name}: this host serves one HTTP, blob, queue or timer trigger each, not {sorted(others)}"
        )
    return FunctionDefinition(function_id, name, _TRIGGERS[triggers[0]["type"]], triggers[0])


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A request as a function sees it. Names of headers are in lower case, repeated values joined by commas."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    params: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A response on its way out."""

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""


def text_answer(text: str) -> HttpAnswer:
    """The 200 that Azure's host makes of a function that returns a plain string."""
    return HttpAnswer(200, [("content-type", "text/plain; charset=utf-8")], text.encode())


@dataclass(frozen=True, slots=True)
class TypedValue:
    """A value with the wire type Azure's host would give it. For `http` the value is an HttpCall."""

    type: Literal["http", "bytes", "string", "json"]
    value: Any


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of one function."""

    function: FunctionDefinition
    data: TypedValue
    metadata: Mapping[str, TypedValue] = field(default_factory=dict)
    trace_parent: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


class Worker(Protocol):
    """Runs functions of one loaded app."""

    @property
    def functions(self) -> Sequence[FunctionDefinition]:
        """Every function of the app."""

    def start(self) -> None:
        """Start the thread pool of the synchronous functions."""

    def stop(self) -> None:
        """End the thread pool; blocks until running functions have returned."""

    async def invoke(self, invocation: Invocation) -> HttpAnswer | None:
        """Run the function. HTTP functions answer, others give None. Raises FunctionError."""

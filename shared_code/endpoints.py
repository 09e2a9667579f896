"""Declares workflows: which method and route, who may call, what is asked and answered. The reference reads it too."""

import re
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeVar

from shared_code.rules.scope import Role
from shared_code.wire import Ask, View
from shared_code.wire.documents import FileAsk

Method = Literal["GET", "POST", "PATCH", "DELETE"]
ETag = Literal["version", "content"]
Workflow = TypeVar("Workflow", bound=Callable[..., Any])
EVERYONE = frozenset(Role)
STAFF = frozenset({Role.ADMIN, Role.KAM})
ADMIN = frozenset({Role.ADMIN})
PATH_PARAMETER = re.compile(r"\{(\w+)(?::[^{}]*)?\}")  # in a route; group 1: its name


@dataclass(frozen=True)
class Endpoint:
    """One HTTP-triggered function.

    roles: who may call; empty means no token is needed. created: a success is 201, unless its View creates nothing.
    idle: calling it is not activity (rules.md 5.4). bare: no transaction is opened for it.
    address_limit: which count of requests per address it belongs to (rules.md 5.2). uncounted_with: a parameter of the
    query; a request that has it asks for something else, which does not count.
    when_ended: what it answers when the session has ended already, instead of 401.
    without_factor: whether staff may call it that lacks the second factor which MFA_REQUIRED asks for (rules.md 5.5).
    refusals: the codes it can answer besides those every endpoint can.
    etag: what the ETag of its answer is of: a `version`, for If-Match; or all its content: If-None-Match gives 304.
    media: what an answer may be that is not in the envelope.
    """

    workflow: Callable[..., Any]
    method: Method
    route: str
    roles: frozenset[Role]
    created: bool
    idle: bool
    bare: bool
    address_limit: Literal["auth", "upload"] | None
    uncounted_with: str | None
    when_ended: View | None
    without_factor: bool
    refusals: tuple[str, ...]
    etag: ETag | None
    media: tuple[str, ...]

    @cached_property
    def ask(self) -> type[Ask]:
        """What it is asked."""
        return self._hints["ask"]  # type: ignore[no-any-return]

    @cached_property
    def answer(self) -> Any:
        """What it answers: a model, `Json` of one, or one of several."""
        return self._hints["return"]

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return typing.get_type_hints(self.workflow)

    @property
    def name(self) -> str:
        """The function's name in Azure: the workflow's own."""
        return self.workflow.__name__

    def status_of(self, answer: type[Any]) -> int:
        """The HTTP status of a success whose answer is of that type."""
        return 201 if self.created and getattr(answer, "creates", True) else 200

    @property
    def honours_key(self) -> bool:
        """Whether an Idempotency-Key is honoured (api.md 1: signed-in writes outside auth)."""
        return self.method != "GET" and bool(self.roles) and not self.route.startswith("auth/")

    @property
    def takes_file(self) -> bool:
        """Whether a file may come along, as a part of a form."""
        return issubclass(self.ask, FileAsk)

    @property
    def summary(self) -> str:
        """What it does, in its author's words."""
        return (self.workflow.__doc__ or "").strip()


REGISTRY: dict[Callable[..., Any], Endpoint] = {}


def endpoint(  # noqa: PLR0913 -- a declaration, all of it by name
    method: Method,
    route: str,
    roles: Iterable[Role] = (),
    *,
    created: bool = False,
    idle: bool = False,
    bare: bool = False,
    address_limit: Literal["auth", "upload"] | None = None,
    uncounted_with: str | None = None,
    when_ended: View | None = None,
    without_factor: bool = False,
    refusals: tuple[str, ...] = (),
    etag: ETag | None = None,
    media: tuple[str, ...] = (),
) -> Callable[[Workflow], Workflow]:
    """Declare a workflow `(ask, ctx) -> answer` as an endpoint and leave it a plain function."""

    def declare(workflow: Workflow) -> Workflow:
        REGISTRY[workflow] = Endpoint(
            workflow=workflow,
            method=method,
            route=route,
            roles=frozenset(roles),
            created=created,
            idle=idle,
            bare=bare,
            address_limit=address_limit,
            uncounted_with=uncounted_with,
            when_ended=when_ended,
            without_factor=without_factor,
            refusals=refusals,
            etag=etag,
            media=media,
        )
        return workflow

    return declare

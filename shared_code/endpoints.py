"""Declares workflows: which method and route, who may call, what is asked and answered. The reference reads it too."""

import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from shared_code.rules.scope import Role
from shared_code.wire import Ask, View
from shared_code.wire.documents import FileAsk

Method = Literal["GET", "POST", "PATCH", "DELETE"]
Workflow = TypeVar("Workflow", bound=Callable[..., Any])
EVERYONE = frozenset(Role)
STAFF = frozenset({Role.ADMIN, Role.KAM})
ADMIN = frozenset({Role.ADMIN})


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
    """

    workflow: Callable[..., Any]
    method: Method
    route: str
    roles: frozenset[Role]
    ask: type[Ask]
    answer: Any
    created: bool
    idle: bool
    bare: bool
    address_limit: Literal["auth", "upload"] | None
    uncounted_with: str | None
    when_ended: View | None
    without_factor: bool
    refusals: tuple[str, ...]

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
) -> Callable[[Workflow], Workflow]:
    """Declare a workflow `(ask, ctx) -> answer` as an endpoint and leave it a plain function."""

    def declare(workflow: Workflow) -> Workflow:
        hints = typing.get_type_hints(workflow)
        REGISTRY[workflow] = Endpoint(
            workflow=workflow,
            method=method,
            route=route,
            roles=frozenset(roles),
            ask=hints["ask"],
            answer=hints["return"],
            created=created,
            idle=idle,
            bare=bare,
            address_limit=address_limit,
            uncounted_with=uncounted_with,
            when_ended=when_ended,
            without_factor=without_factor,
            refusals=refusals,
        )
        return workflow

    return declare

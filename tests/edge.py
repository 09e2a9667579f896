"""The real edge in this process: requests as the host hands them over, people signed in without a code."""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func
import pytest

import function_app
from localhost.host.routes import compile_template
from shared_code import edge, identity
from shared_code import settings as configuration
from shared_code.endpoints import REGISTRY
from shared_code.rules.scope import Caller
from shared_code.sql.pool import close_pool
from tests.world import World

del function_app  # importing it declares every endpoint
TEMPLATES = [(endpoint, compile_template(endpoint.route)) for endpoint in REGISTRY.values()]


@dataclass(frozen=True)
class Answer:
    """What the edge answered: status, headers, and the body unpacked from JSON, `{}` where there is none."""

    status: int
    headers: Mapping[str, str]
    said: Any

    @property
    def data(self) -> Any:
        """The `data` of a request that must have succeeded."""
        assert self.said["success"], self.said
        return self.said["data"]

    @property
    def code(self) -> str | None:
        """The code of a refusal; None for a success."""
        return None if self.said["success"] else str(self.said["error"]["code"])


def ask(method: str, path: str, body: object, headers: Mapping[str, str]) -> Answer:
    """One request to the edge of this process; `body` becomes JSON."""
    url = urlsplit(path)
    endpoint, params = next(
        (endpoint, params)
        for endpoint, template in TEMPLATES
        if endpoint.method == method and (params := template.match(url.path)) is not None
    )
    response = edge.answer(
        endpoint,
        func.HttpRequest(
            method=method,
            url=f"http://localhost/api/v1/{path}",
            headers=headers,
            params=dict(parse_qsl(url.query)),
            route_params=params,
            body=b"" if body is None else json.dumps(body).encode(),
        ),
    )
    return Answer(response.status_code, response.headers, json.loads(response.get_body() or b"{}"))


class Edge:
    """Calls endpoints through the edge, by method and path; callers get a session when they first call."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._tokens: dict[Caller, str] = {}

    def __call__(self, caller: Caller | None, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One request. Header names are given with underscores; `body` becomes JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if caller:
            named["Authorization"] = f"Bearer {self.token(caller)}"
        return ask(method, path, body, named)

    def token(self, caller: Caller) -> str:
        """An access token of a session that the caller has."""
        if caller not in self._tokens:
            session_id, now = uuid.uuid4().hex, datetime.now(UTC)
            self.world.owner.execute(
                "INSERT INTO session (session_id, user_id) VALUES (%s, %s)", [session_id, caller.user_id]
            )
            settings = configuration.current()
            pair = identity.issue(settings, caller.user_id, caller.role, session_id, 1, now, now + timedelta(hours=1))
            self._tokens[caller] = pair.access
        return self._tokens[caller]


@contextmanager
def edge_of(world: World, app_url: str | None = None) -> Iterator[Edge]:
    """The edge with its process's settings and pool on the world's database, or on the way to it that `app_url` is."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", app_url or world.app_url)
        environment.setenv("MSG91_BASE_URL", world.settings.msg91_base_url)  # nobody's, or a stand-in's
        environment.setenv("SENDGRID_BASE_URL", world.settings.sendgrid_base_url)
        configuration.current.cache_clear()
        yield Edge(world)
        close_pool()
        configuration.current.cache_clear()

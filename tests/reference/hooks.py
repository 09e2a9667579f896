"""What Schemathesis is told of this API besides its reference: who calls, which records there are, what is no failure.

It loads this by the variable SCHEMATHESIS_HOOKS, in a process of its own.
"""

import itertools
import os
import re
import secrets
from datetime import date
from typing import Any

import jwt
import psycopg
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import AuthContext, Case, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.generation.meta import TestPhase

from tests.app_process import Person
from tests.reference.excuses import is_excused
from tests.reference.ground import CALLER, WHOEVER_MAY, told

GROUND, ME = told(), os.environ[CALLER]
DATABASE = psycopg.connect(GROUND["database"], autocommit=True)
ADDRESSES = [f"127.{number // 250 + 1}.{number % 250 + 1}.9" for number in range(500)]
FROM = itertools.cycle([Person(GROUND["api"], address).http.get_adapter(GROUND["api"]) for address in ADDRESSES])
# Each request comes from one of many addresses, so that the count of none is ever full (rules.md 5.2).
requests.Session.get_adapter = lambda self, url: next(FROM)  # type: ignore[method-assign]
WELL_FORMED = re.compile(r"[A-Z]+-[0-9]{1,18}|[A-Za-z0-9 ]{1,40}")

# Formats of ours, and of strings whose form a pattern alone does not tell.
schemathesis.openapi.format("decimal", st.sampled_from(["1", "2"]))
schemathesis.openapi.format("gstin", st.sampled_from(["24AAXCS7654A1Z1", "27AAPFU0939F1ZV"]))
schemathesis.openapi.format("password", st.text("abcdefgh XYZ#0123456789", min_size=20, max_size=60))
schemathesis.openapi.format(
    "day-or-instant",
    st.dates(date(2000, 1, 2), date(2198, 12, 31)).map(str)
    | st.sampled_from(["2027-04-01T00:00:00Z", "2030-12-31T23:59:59.5+05:30"]),
)


for media in ("text/html", "text/css", "text/javascript"):
    schemathesis.deserializer(media)(lambda ctx, response: response.text)


@schemathesis.auth(refresh_interval=None)
class Session:
    """Each request has a session of its own: whatever ends it, the next one is signed in."""

    turns = itertools.count()

    def get(self, case: "Case[Any]", ctx: AuthContext) -> str | None:
        role = self.role(case)
        if role not in GROUND["claims"]:
            return None
        claims = GROUND["claims"][role] | {"sid": secrets.token_hex(16)}
        DATABASE.execute("INSERT INTO session (session_id, user_id) VALUES (%s, %s)", [claims["sid"], claims["sub"]])
        return jwt.encode(claims, GROUND["key"]["secret"], "HS256", {"kid": GROUND["key"]["kid"]})

    def role(self, case: "Case[Any]") -> str | None:
        roles: list[str] = case.operation.definition.raw["x-roles"]
        if ME != WHOEVER_MAY:
            return ME
        if case.meta and case.meta.phase.name is TestPhase.STATEFUL:  # what one has made, another need not be shown
            return next(iter(roles), None)
        return roles[next(self.turns) % len(roles)] if roles else None

    def set(self, case: "Case[Any]", data: str | None, ctx: AuthContext) -> None:
        if data and case.operation.definition.raw.get("security"):
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context: HookContext, case: "Case[Any]", kwargs: dict[str, Any]) -> None:
    """A well-formed Idempotency-Key was never used before: else an earlier answer comes again, whatever is sent."""
    key = str(case.headers.get("Idempotency-Key", "")) if case.headers else ""
    if re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        case.headers["Idempotency-Key"] = f"{key}-{secrets.token_hex(8)}"


@schemathesis.hook
def map_path_parameters(context: HookContext, path_parameters: dict[str, Any]) -> Any:
    """Mostly ids of records that are there."""
    return _known(path_parameters)


@schemathesis.hook
def map_query(context: HookContext, query: dict[str, Any]) -> Any:
    """Likewise."""
    return _known(query)


@schemathesis.hook
def map_body(context: HookContext, body: Any) -> Any:
    """Likewise."""
    return _known(body)


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: "Case[Any]", response: Response) -> bool:
    """Whether it is one."""
    return not is_excused(failure, case, response)


def _known(part: Any, name: str = "") -> Any:
    """The same with known ids in place of most that are well-formed; by their content, so that it is reproducible."""
    if isinstance(part, dict):
        return {key: _known(value, key) for key, value in part.items()}
    if isinstance(part, list):
        return [_known(each) if not isinstance(each, str) else each for each in part]
    if isinstance(part, float) and part.is_integer():
        return int(part)  # the same to JSON Schema, not to this API
    known = GROUND["ids"].get(name)
    if not known or not isinstance(part, str) or not WELL_FORMED.fullmatch(part):
        return part
    number = sum(part.encode())
    chosen: str = known[number % len(known)]
    is_other = "-" in chosen and part.partition("-")[0] != chosen.partition("-")[0]
    return part if is_other or number % 5 == 0 else chosen

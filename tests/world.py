"""A database with the demo's people, workflows called with values, and callers that race."""

import itertools
import json
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import psycopg
from pydantic import SecretStr

from shared_code import settings as configuration
from shared_code.context import Context
from shared_code.endpoints import REGISTRY
from shared_code.errors import of_database
from shared_code.parsing import variant
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import Caller, Role
from shared_code.sql.pool import open_pool
from shared_code.sql.sessions import act_without_session
from shared_code.wire import Json

ADMIN = Caller("ADM-1", Role.ADMIN, "session-admin", "Asha Mehta")
KAM_1 = Caller("KAM-1", Role.KAM, "session-kam-1", "Kiran Rao")
KAM_2 = Caller("KAM-2", Role.KAM, "session-kam-2", "Kavita Joshi")
CP_1 = Caller("CP-1", Role.CP, "session-cp-1", "Pravin Patel")
CP_3 = Caller("CP-3", Role.CP, "session-cp-3", "Prakash Kulkarni")
CUSTOMER = Caller("CUST-1", Role.CUSTOMER, "session-customer", "Chitra Desai")

SITE = {"address": "7 Lake View", "city": "Ahmedabad", "state": "Gujarat", "pinCode": "380058"}
REMARKS = "Spoke to them on the phone."

# No test reaches a real provider by accident: unless it names a stand-in, nobody answers.
NOBODY = "http://127.0.0.1:1"
DEAD_STORAGE = SecretStr(
    "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:1/a;"
)
_worlds = itertools.count(1)
PROVIDERS = {"msg91_base_url": NOBODY, "sendgrid_base_url": NOBODY, "provider_retry_wait_seconds": 0.0}


class World:
    """Workflows against one database, as the app's own role; `owner` answers what only the owner may ask."""

    def __init__(self, owner_url: str, app_url: str) -> None:
        self.owner_url = owner_url
        self.app_url = app_url
        self.settings = configuration.current().model_copy(update=PROVIDERS | {"database_url": SecretStr(app_url)})

    def __enter__(self) -> Self:
        self.pool = open_pool(self.app_url, 60)
        self.owner = psycopg.connect(self.owner_url, autocommit=True)
        for sequence in ("quotation_number", "document_number"):  # worlds share a storage, where each name is used once
            self.owner.execute("SELECT setval(%s, %s)", [sequence, next(_worlds) * 100_000])
        return self

    def __exit__(self, *_: object) -> None:
        self.owner.close()
        self.pool.close()

    def context(self, caller: Caller | None, now: datetime | None = None) -> Context:
        """A context whose caller is taken as proven."""

        def opening(ctx: Context) -> Callable[[], Caller | None]:
            act_without_session(ctx.db, ctx.request_id, *((caller.user_id, caller.role.value) if caller else ()))
            return lambda: caller

        return Context(self.settings, self.pool, uuid.uuid4().hex, now or datetime.now(UTC), opening)

    def call(
        self, workflow: Callable[..., Any], caller: Caller | None, now: datetime | None = None, **fields: object
    ) -> Any:
        """Run a workflow as the edge does: `fields` by their Python names; a refusal undoes, unless it keeps."""
        ctx = self.context(caller, now)
        endpoint = REGISTRY[workflow]
        ask = variant(endpoint.ask, fields).model_validate(fields)
        answer = workflow(ask, ctx) if endpoint.bare else _within(ctx, lambda: workflow(ask, ctx))
        for act in ctx.afterwards:
            act()
        return answer

    def data(
        self, workflow: Callable[..., Any], caller: Caller | None, now: datetime | None = None, **fields: object
    ) -> Any:
        """The `data` of a workflow's answer, as it is on the wire."""
        answer = self.call(workflow, caller, now, **fields)
        return json.loads(answer.data if isinstance(answer, Json) else answer.model_dump_json(by_alias=True))

    def run(self, workflow: Callable[..., Any], *given: object, now: datetime | None = None) -> None:
        """Run a trigger's workflow with what the trigger gives it."""
        ctx = self.context(None, now)
        _within(ctx, lambda: workflow(*given, ctx))

    @contextmanager
    def with_settings(self, **settings: object) -> Iterator[None]:
        """Other settings for a while, by their Python names."""
        former, self.settings = self.settings, self.settings.model_copy(update=settings)
        try:
            yield
        finally:
            self.settings = former

    def rows(self, query: str, *params: object) -> list[tuple[Any, ...]]:
        """What the owner sees."""
        return self.owner.execute(query, params).fetchall()

    def value(self, query: str, *params: object) -> Any:
        """The first column of the first row that the owner sees."""
        return self.rows(query, *params)[0][0]

    def told(self, lead_id: str, *types: str) -> set[tuple[str, str]]:
        """Who was told what about a lead: kind of news and user; of these kinds, if any are named."""
        told = self.rows("SELECT type, user_id, data FROM notification WHERE data ->> 'leadId' = %s", lead_id)
        assert len(set(map(str, told))) == len(told), "told twice"
        return {(what, who) for what, who, _ in told if not types or what in types}

    def lead(
        self, cp_id: str = "CP-1", status: str = "New Lead", customer_id: str = "CUST-1", **columns: object
    ) -> str:
        """A lead straight into the database, with its first timeline entry; answers its id."""
        given = {"follow_up_date": datetime.now(UTC).date() + timedelta(days=1)} | columns
        names = "".join(f", {name}" for name in given)
        marks = ", %s" * len(given)
        lead_id: str = self.value(
            "INSERT INTO lead (customer_id, customer_name, phone, address, city, state, pin_code, origin, created_by,"
            f" last_entry, assigned_to, status{names}) SELECT user_id, 'Chitra Desai', phone, '12 Ashram Road',"
            f" 'Ahmedabad', 'Gujarat', '380009', 'CP', 'CP-1', 1, %s, %s{marks} FROM user_account"
            " WHERE user_id = %s RETURNING lead_id",
            cp_id, status, *given.values(), customer_id,
        )  # fmt: skip
        self.owner.execute(
            "INSERT INTO timeline_entry (lead_id, entry, version, action, actor_id, after)"
            " VALUES (%s, 1, 1, 'created', 'CP-1', jsonb_build_object('status', %s::text))",
            [lead_id, status],
        )
        return lead_id


def _within(ctx: Context, act: Callable[[], Any]) -> Any:
    ctx.begin()
    try:
        answer = act()
        ctx.commit()
    except Refusal as refusal:
        if refusal.keep_writes:
            ctx.commit()
        raise
    except psycopg.Error as error:
        raise of_database(error) or error from error
    finally:
        ctx.rollback()
    return answer


def race(callers: int, act: Callable[[int], Any]) -> list[Any]:
    """`act(0)`, `act(1)`, … all at once, from threads that start together; what they answer or raise, in that order."""
    barrier = threading.Barrier(callers)

    def one(number: int) -> Any:
        barrier.wait()
        try:
            return act(number)
        except Exception as error:  # noqa: BLE001 -- an outcome of the race
            return error

    with ThreadPoolExecutor(callers) as pool:
        return list(pool.map(one, range(callers)))


def codes(outcomes: Sequence[Any]) -> list[str]:
    """Each outcome as a word: `ok`, or the code of its refusal; anything else is raised."""
    words = []
    for outcome in outcomes:
        if isinstance(outcome, Refusal):
            words.append(outcome.code)
        elif isinstance(outcome, Exception):
            raise outcome
        else:
            words.append("ok")
    return words

"""A database with the demo's people, workflows called with values, and callers that race."""

import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import psycopg
from pydantic import SecretStr

from shared_code import settings as configuration
from shared_code.context import Context
from shared_code.endpoints import REGISTRY
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import Caller, Role
from shared_code.sql.pool import open_pool
from shared_code.sql.sessions import act_without_session

ADMIN = Caller("ADM-1", Role.ADMIN, "session-admin", "Asha Mehta")
KAM_1 = Caller("KAM-1", Role.KAM, "session-kam-1", "Kiran Rao")
KAM_2 = Caller("KAM-2", Role.KAM, "session-kam-2", "Kavita Joshi")
CP_1 = Caller("CP-1", Role.CP, "session-cp-1", "Pravin Patel")
CP_3 = Caller("CP-3", Role.CP, "session-cp-3", "Prakash Kulkarni")
CUSTOMER = Caller("CUST-1", Role.CUSTOMER, "session-customer", "Chitra Desai")

SITE = {"address": "7 Lake View", "city": "Ahmedabad", "state": "Gujarat", "pinCode": "380058"}
REMARKS = "Spoke to them on the phone."


class World:
    """Workflows against one database, as the app's own role; `owner` answers what only the owner may ask."""

    def __init__(self, owner_url: str, app_url: str) -> None:
        self.owner_url = owner_url
        self.app_url = app_url
        self.settings = configuration.current().model_copy(update={"database_url": SecretStr(app_url)})

    def __enter__(self) -> Self:
        self.pool = open_pool(self.app_url, 60)
        self.owner = psycopg.connect(self.owner_url, autocommit=True)
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
        ask = REGISTRY[workflow].ask.model_validate(fields)
        ctx.begin()
        try:
            answer = workflow(ask, ctx)
            ctx.commit()
        except Refusal as refusal:
            if type(refusal).__name__ == "KeptRefusal":
                ctx.commit()
            raise
        finally:
            ctx.rollback()
        return answer

    def rows(self, query: str, *params: object) -> list[tuple[Any, ...]]:
        """What the owner sees."""
        return self.owner.execute(query, params).fetchall()  # type: ignore[arg-type]

    def value(self, query: str, *params: object) -> Any:
        """The first column of the first row that the owner sees."""
        return self.rows(query, *params)[0][0]

    def lead(
        self, cp_id: str = "CP-1", status: str = "New Lead", customer_id: str = "CUST-1", **columns: object
    ) -> str:
        """A lead straight into the database, with its first timeline entry; answers its id."""
        given = {"follow_up_date": datetime.now(UTC).date() + timedelta(days=1)} | columns
        names = "".join(f", {name}" for name in given)
        marks = ", %s" * len(given)
        lead_id: str = self.value(
            "INSERT INTO lead (customer_id, customer_name, phone, address, city, state, pin_code, origin, assigned_to, status,"
            f" created_by, last_entry{names})"
            " VALUES (%s, 'Chitra Desai', '9000000101', '12 Ashram Road', 'Ahmedabad', 'Gujarat', '380009', 'CP', %s, %s, 'CP-1', 1"
            f"{marks}) RETURNING lead_id",
            customer_id, cp_id, status, *given.values(),
        )  # fmt: skip
        self.owner.execute(
            "INSERT INTO timeline_entry (lead_id, entry, version, action, actor_id, after)"
            " VALUES (%s, 1, 1, 'created', 'CP-1', jsonb_build_object('status', %s::text))",
            [lead_id, status],
        )
        return lead_id


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

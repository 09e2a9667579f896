"""Nothing that was answered is lost and nothing is half done when connections are cut (data.md I12)."""

import itertools
from typing import Any

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from functions.leads.create_lead import create_lead
from functions.quotations.answer import accept_quotation
from shared_code import context
from shared_code.sql.pool import Db
from shared_code.sql.transaction import Transaction
from tests import rows
from tests.edge import edge_of
from tests.racing import CALLERS, end_waiting, rounds, rush, until
from tests.world import CP_1, CUSTOMER, World, codes, race

TIMELINE = "LOCK TABLE timeline_entry IN SHARE MODE"  # nobody writes one
_names = itertools.count(1)


class CommitsLater(Transaction):
    """Naive: commits when there is time for it, after the answer."""

    def commit(self) -> None:
        self._leave_pipeline()


class Autocommit(Transaction):
    """Naive: each statement is durable by itself."""

    def __init__(self, pool: "ConnectionPool[Db]") -> None:
        self._pool, self.db = pool, pool.getconn()

    def commit(self) -> None:
        self._pool.putconn(self.db)

    leave = rollback = commit


def cut_all(world: World) -> None:
    """Cut every connection of the app, as a restart of the server does."""
    others = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    with psycopg.connect(world.app_url, autocommit=True) as app:
        until(lambda: app.execute(others).fetchall() == [(0,)])


def create_and_crash(world: World) -> tuple[int, int]:
    """How many creations of a lead were answered before all was cut, and how many leads are there."""
    lead: dict[str, Any] = {
        "customer_name": "Ravi Shah",
        "phone": "9844444444",
        "address": "7 Lake View",
        "state": "Gujarat",
        "pin_code": "380058",
        "source": f"crash-{next(_names)}",
    }
    answered = codes(race(CALLERS, lambda _: world.call(create_lead, CP_1, **lead))).count("ok")
    cut_all(world)
    world.pool.check()
    return answered, world.value("SELECT count(*) FROM lead WHERE source = %s", lead["source"])


def accept_and_crash(world: World) -> set[tuple[str, bool, bool]]:
    """Fifty quotations accepted at once, half of them cut off half way: outcome, quotation accepted, lead moved."""
    leads = [world.lead() for _ in range(CALLERS)]
    references = [rows.quotation(world, lead_id, "Shared") for lead_id in leads]
    outcomes = rush(
        world,
        TIMELINE,
        lambda n: world.call(accept_quotation, CUSTOMER, quotation_id=references[n]),
        meanwhile=lambda: end_waiting(world, CALLERS // 2),
    )
    found = world.rows(
        "SELECT q.status = 'Accepted', l.quotation_ref IS NOT NULL AND l.status = 'Customer Accepted'"
        " FROM quotation q JOIN lead l USING (lead_id) WHERE lead_id = ANY (%s) ORDER BY id_number(lead_id)",
        leads,
    )
    words = ["died" if isinstance(one, psycopg.OperationalError) else "ok" for one in outcomes]
    return {(word, accepted, moved) for word, (accepted, moved) in zip(words, found, strict=True)}


@rounds
def test_what_was_answered_is_there_when_every_connection_is_cut(world: World, turn: int) -> None:
    assert create_and_crash(world) == (CALLERS, CALLERS)


def test_committing_after_the_answer_loses_what_was_answered(own_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "Transaction", CommitsLater)
    own_world.pool.resize(1, CALLERS)
    answered, there = create_and_crash(own_world)
    assert there < answered


@rounds
def test_what_is_cut_off_half_way_leaves_nothing(world: World, turn: int) -> None:
    assert accept_and_crash(world) == {("ok", True, True), ("died", False, False)}


def test_autocommit_between_two_writes_leaves_half(own_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "Transaction", Autocommit)
    assert ("died", True, False) in accept_and_crash(own_world)


def test_nobody_notices_that_the_database_closed_idle_connections(world: World) -> None:
    with edge_of(world) as edge:
        edge.token(CP_1)
        for _ in range(3):
            answers = race(CALLERS, lambda _: edge(CP_1, "GET", "leads"))
            assert {answer.status for answer in answers} == {200}
            cut_all(world)

"""One Idempotency-Key, one effect, one answer (data.md I9; api.md 1)."""

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from shared_code.sql import edge as kept
from shared_code.sql.pool import Db, Rows, rows, scalars
from tests.app_process import AppProcess
from tests.edge import Answer, Edge, edge_of
from tests.racing import CALLERS, rush, ten_rounds
from tests.world import CP_1, SITE, World, race

HALF_WAY = (
    "LOCK TABLE timeline_entry IN SHARE MODE"  # the key is claimed by then, the lead is written and not yet durable
)
_names = itertools.count(1)


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    """The edge, for as many calls at once as there are callers."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHON_THREADPOOL_THREAD_COUNT", str(CALLERS))
        with edge_of(world) as edge:
            edge.token(CP_1)
            yield edge


def new_name() -> str:
    """What a lead can be found by: where it came from."""
    return f"race-{next(_names)}"


def lead(name: str) -> dict[str, Any]:
    return {"customerName": "Ravi Shah", "phone": "9811111111", "source": name} | SITE


def created(world: World, name: str) -> int:
    count: int = world.value("SELECT count(*) FROM lead WHERE source = %s", name)
    return count


def create_at_once(edge: Edge, key: str, *bodies: dict[str, Any], **more: Any) -> list[Answer]:
    def create(number: int) -> Answer:
        return edge(CP_1, "POST", "leads", bodies[number % len(bodies)], Idempotency_Key=key)

    return rush(edge.world, HALF_WAY, create, **more)


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


@ten_rounds
def test_fifty_calls_with_one_key_have_one_effect_and_one_answer(edge: Edge, turn: int) -> None:
    name = new_name()
    answers = create_at_once(edge, name, lead(name))
    assert statuses(answers) == {201: CALLERS}
    assert len({answer.data["leadId"] for answer in answers}) == created(edge.world, name) == 1


@ten_rounds
def test_a_key_that_comes_with_two_bodies_at_once_is_good_for_one_of_them(edge: Edge, turn: int) -> None:
    one, other = new_name(), new_name()
    answers = create_at_once(edge, one, lead(one), lead(other))
    said = [{answer.code for answer in answers[start::2]} for start in (0, 1)]
    assert said in ([{None}, {"IDEMPOTENCY_CONFLICT"}], [{"IDEMPOTENCY_CONFLICT"}, {None}])
    assert created(edge.world, one) + created(edge.world, other) == 1


@ten_rounds
def test_when_the_first_call_dies_half_way_the_next_one_does_it(edge: Edge, turn: int) -> None:
    name = new_name()
    answers = create_at_once(edge, name, lead(name), meanwhile=lambda: _end_the_first(edge.world))
    assert statuses(answers) == {500: 1, 201: CALLERS - 1}
    assert len({answer.data["leadId"] for answer in answers if answer.status == 201}) == 1
    assert created(edge.world, name) == 1


def test_look_up_then_do_has_more_than_one_effect(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "claim_key", _look_up)
    name = new_name()
    create_at_once(edge, name, lead(name))
    assert created(edge.world, name) > 1


def test_fifty_calls_over_http_are_answered_with_the_same_bytes(app: AppProcess) -> None:
    partner, name = app.by_phone("9000000001"), new_name()
    answers = race(CALLERS, lambda _: partner.call("POST", "leads", lead(name), Idempotency_Key=name))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert partner.data("GET", f"leads?source={name}")["total"] == 1


def test_a_refusal_over_http_is_given_again_with_the_same_bytes(app: AppProcess) -> None:
    customer, key = app.by_phone("9000000101"), new_name()
    answers = race(CALLERS, lambda _: customer.call("POST", "leads", {"state": "Atlantis"}, Idempotency_Key=key))
    assert {(answer.status_code, answer.content) for answer in answers} == {(422, answers[0].content)}


def _look_up(db: Db, user_id: str, key: str, fingerprint: bytes) -> "Rows[kept.Kept]":
    """Naive: looks for an earlier answer and finds none as long as that is not durable."""
    scalars(db, "SAVEPOINT work")
    return rows(
        db,
        kept.Kept,
        "SELECT fingerprint, status, headers, body FROM idempotency_key WHERE user_id = %(user_id)s AND key = %(key)s"
        " UNION ALL SELECT %(fingerprint)s, NULL, NULL, NULL LIMIT 1",
        user_id=user_id,
        key=key,
        fingerprint=fingerprint,
    )


def _end_the_first(world: World) -> None:
    """End the connection that has the key and waits at the timeline; the app may end its own."""
    with psycopg.connect(world.app_url) as app:
        app.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND relation = 'timeline_entry'::regclass"
        )

"""Five failed calls in a row open a circuit for 30 s; then one alone finds out (integrations.md, Every call)."""

import json
import threading
from collections import Counter
from contextlib import suppress

import pytest

from shared_code.adapters.circuit import Circuit
from shared_code.adapters.lane import Busy
from tests.rules.samples import refused
from tests.world import codes, race

FIVE = 5
ANSWER, NO_ANSWER, NOBODY_KNOWS = True, False, None


class Clock:
    """Says what it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuit(clock: Clock) -> Circuit:
    return Circuit("msg91", clock)


@pytest.fixture
def opened(circuit: Circuit) -> Circuit:
    end(circuit, *[NO_ANSWER] * FIVE)
    return circuit


def end(circuit: Circuit, *answered: bool | None) -> None:
    """So many calls, one after the other, each ending in that way."""
    for how in answered:
        with circuit.passage() as passage:
            passage.answered = how


def is_open(circuit: Circuit) -> bool:
    try:
        circuit.check()
    except Busy:
        return True
    return False


def test_the_fifth_failure_in_a_row_opens_it(circuit: Circuit) -> None:
    end(circuit, *[NO_ANSWER] * (FIVE - 1))
    assert not is_open(circuit)
    end(circuit, NO_ANSWER)
    assert is_open(circuit)


def test_an_answer_ends_the_row(circuit: Circuit) -> None:
    end(circuit, *[NO_ANSWER] * (FIVE - 1), ANSWER, *[NO_ANSWER] * (FIVE - 1))
    assert not is_open(circuit)


def test_what_says_nothing_about_the_provider_neither_counts_nor_ends_the_row(circuit: Circuit) -> None:
    end(circuit, *[NO_ANSWER] * (FIVE - 1), *[NOBODY_KNOWS] * FIVE)
    assert not is_open(circuit)
    end(circuit, NO_ANSWER)
    assert is_open(circuit)


@pytest.mark.parametrize(("passed", "left"), [(0, 30), (0.1, 30), (10, 20), (29.5, 1)])
def test_while_it_is_open_nobody_comes_through_and_everybody_hears_for_how_long(
    opened: Circuit, clock: Clock, passed: float, left: int
) -> None:
    clock.seconds += passed
    for _ in range(2):
        with refused("PROVIDER_BUSY") as refusal:
            end(opened, ANSWER)
        assert refusal.value.retry_after == left
    with refused("PROVIDER_BUSY"):
        opened.check()


def test_after_thirty_seconds_one_of_fifty_is_let_through_and_all_when_it_had_an_answer(
    opened: Circuit, clock: Clock
) -> None:
    clock.seconds += 30
    refusals = threading.Semaphore(0)

    def ask(_: int) -> None:
        try:
            with opened.passage() as passage:
                passage.answered = all(refusals.acquire(timeout=30) for _ in range(49))
        except Busy:
            refusals.release()
            raise

    assert Counter(codes(race(50, ask))) == {"ok": 1, "PROVIDER_BUSY": 49}
    assert codes(race(50, lambda _: end(opened, ANSWER))) == ["ok"] * 50


def test_the_one_without_an_answer_opens_it_for_thirty_seconds_more(opened: Circuit, clock: Clock) -> None:
    clock.seconds += 40
    end(opened, NO_ANSWER)
    clock.seconds += 29
    assert is_open(opened)
    clock.seconds += 1
    end(opened, ANSWER)
    end(opened, *[NO_ANSWER] * (FIVE - 1))
    assert not is_open(opened)


def test_the_one_of_which_nobody_knows_leaves_its_place_to_the_next(opened: Circuit, clock: Clock) -> None:
    clock.seconds += 30
    with suppress(ZeroDivisionError), opened.passage():
        raise ZeroDivisionError
    with opened.passage() as passage:
        assert is_open(opened)
        passage.answered = ANSWER
    assert not is_open(opened)


@pytest.mark.parametrize("late", [ANSWER, NO_ANSWER])
def test_a_call_that_began_before_it_opened_changes_nothing_when_it_ends(
    circuit: Circuit, clock: Clock, late: bool
) -> None:
    with circuit.passage() as passage:
        end(circuit, *[NO_ANSWER] * FIVE)
        clock.seconds += 20
        passage.answered = late
    assert is_open(circuit)
    clock.seconds += 10
    assert not is_open(circuit)


def test_the_log_says_when_it_opens_and_when_it_closes(
    circuit: Circuit, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        end(circuit, *[NO_ANSWER] * FIVE)
        clock.seconds += 30
        end(circuit, ANSWER, ANSWER)
    assert [json.loads(line) for line in caplog.messages] == [
        {"event": "circuit_opened", "circuit": "msg91", "seconds": 30.0},
        {"event": "circuit_closed", "circuit": "msg91"},
    ]

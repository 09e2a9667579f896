"""That a slow provider takes its lane and no more (integrations.md, Every call)."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from shared_code.adapters.lane import Lane
from shared_code.rules.refusal import Refusal
from tests.racing import until
from tests.rules.samples import refused


@contextmanager
def callers(lane: Lane, count: int) -> Iterator[tuple[threading.Semaphore, list["Future[int]"], list[int]]]:
    """So many who go through at once. Each releasing of the semaphore lets one leave; each answers how many were in."""
    leave, inside = threading.Semaphore(0), list[int]()

    def through(number: int) -> int:
        with lane:
            inside.append(number)
            leave.acquire()
            together = len(inside)
            inside.remove(number)
        return together

    with ThreadPoolExecutor(count) as threads:
        passing = [threads.submit(through, number) for number in range(count)]
        yield leave, passing, inside
        leave.release(count)


def refusals(passing: list["Future[int]"]) -> list[BaseException | None]:
    return [one.exception() for one in passing if one.done() and one.exception()]


def test_the_ninth_of_a_lane_for_eight_is_refused_at_once() -> None:
    lane = Lane("test", at_once=8)
    with callers(lane, 8) as (_, passing, inside):
        until(lambda: len(inside) == 8)
        with refused("PROVIDER_BUSY") as refusal, lane:
            pass
        assert refusal.value.retry_after == 5
    assert refusals(passing) == []


def test_those_in_line_come_in_when_others_leave() -> None:
    lane = Lane("test", at_once=2, waiting=3, patience=60)
    with callers(lane, 5) as (leave, passing, inside):
        until(lambda: len(inside) == 2)
        leave.release(5)
    assert [one.result() <= 2 for one in passing] == [True] * 5


def test_it_never_holds_more_than_those_inside_and_those_in_line() -> None:
    lane = Lane("test", at_once=2, waiting=3, patience=60)
    with callers(lane, 20) as (_, passing, inside):
        until(lambda: len(refusals(passing)) == 15)
        assert len(inside) == 2
    assert all(isinstance(refusal, Refusal) for refusal in refusals(passing))
    assert len([one for one in passing if not one.exception()]) == 5


def test_who_waits_in_vain_is_refused_and_leaves_the_line() -> None:
    lane = Lane("test", at_once=1, waiting=1, patience=0.05)
    with lane:
        for _ in range(3):
            began = time.monotonic()
            with refused("PROVIDER_BUSY"), lane:
                pass
            assert time.monotonic() - began >= 0.05
    with lane:
        pass


def test_a_failure_inside_leaves_the_lane_too() -> None:
    lane = Lane("test", at_once=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), lane:
            raise ZeroDivisionError


def test_the_log_names_the_lane(caplog: pytest.LogCaptureFixture) -> None:
    lane = Lane("msg91", at_once=1)
    with lane, refused("PROVIDER_BUSY"), lane:
        pass
    assert caplog.messages == ['{"event": "lane_busy", "lane": "msg91", "reason": "full"}']

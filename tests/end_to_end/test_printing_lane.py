"""Quotations that wait to be printed leave the others their threads (integrations.md, Every call; api.md 1)."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import requests

from tests.app_process import AppProcess, error
from tests.end_to_end.cast import SYSTEM, Cast
from tests.processes import children
from tests.racing import until

IN_LANE, BEYOND = 16, 4


def test_beyond_sixteen_quotations_at_once_are_refused_while_other_requests_go_on(app: AppProcess, cast: Cast) -> None:
    asked = {"leadId": cast.lead()} | SYSTEM

    def quote() -> requests.Response:
        return cast.partner.call("POST", "quotations", asked)

    assert quote().status_code == 201
    with ThreadPoolExecutor(IN_LANE + BEYOND) as threads, frozen() as freeze:
        freeze(children(app.pid, "printer.serve"))
        asking = [threads.submit(quote) for _ in range(2)]
        until(lambda: len(done(asking)) == 1)  # by a second printer
        freeze(children(app.pid, "printer.serve"))
        asking += [threads.submit(quote) for _ in range(IN_LANE - 1 + BEYOND)]
        until(lambda: len(done(asking)) == 1 + BEYOND)
        refused = [answer for answer in done(asking) if not answer.ok]
        assert cast.partner.get("leads").status_code == 200
    assert [error(answer) for answer in refused] == [(503, "PROVIDER_BUSY")] * BEYOND
    assert {answer.headers["Retry-After"] for answer in refused} == {"5"}
    assert [one.result().status_code for one in asking].count(201) == 1 + IN_LANE


def done(asking: list["Future[requests.Response]"]) -> list[requests.Response]:
    return [one.result() for one in asking if one.done()]


@contextmanager
def frozen() -> Iterator[Callable[[Iterable[int]], None]]:
    """What freezes processes until the block ends."""
    ice = set[int]()

    def freeze(pids: Iterable[int]) -> None:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
            ice.add(pid)

    try:
        yield freeze
    finally:
        for pid in ice:
            os.kill(pid, signal.SIGCONT)

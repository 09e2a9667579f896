"""Calls a provider so that its bad day does not become ours: deadline, few retries, lane, circuit, one log line.

Source: integrations.md, Every call.
"""

import json
import logging
import re
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread
from typing import Any, Protocol

from shared_code import log
from shared_code.adapters import telemetry
from shared_code.adapters.circuit import Circuit
from shared_code.adapters.lane import Busy, Lane

ATTEMPTS, AT_ONCE = 3, 8
_PERSONAL = re.compile(r"\S*[@\d]\S*|\S{25,}")  # numbers, addresses, keys and tokens


class Gateway(Protocol):
    """A provider by its name, how long it may take, and the one lane and the one circuit that lead to it."""

    @property
    def provider(self) -> str: ...
    @property
    def lane(self) -> Lane: ...
    @property
    def circuit(self) -> Circuit: ...
    @property
    def timeout_seconds(self) -> float: ...
    @property
    def retry_wait_seconds(self) -> float: ...


class AttemptFailed(Exception):  # noqa: N818 -- an outcome, told by its name
    """One attempt did not succeed. `reason` holds no personal data; `passing` says that another attempt may."""

    def __init__(self, reason: str, *, passing: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing


class ProviderFailed(Exception):  # noqa: N818 -- an outcome, told by its name
    """The provider did not take what we sent, after `attempts` attempts. `reason` holds no personal data."""

    def __init__(self, provider: str, operation: str, attempts: int, reason: str) -> None:
        super().__init__(f"{provider} {operation} failed after {attempts}: {reason}")
        self.provider = provider
        self.operation = operation
        self.attempts = attempts
        self.reason = reason


def refused(status: int, words: object) -> AttemptFailed:
    """The provider said no and would again. Of its `words` only those stay that can be no key, number or address.

    Nor do NUL and halves of surrogate pairs, which JSON can carry, the log and the database cannot.
    """
    told = _PERSONAL.sub("…", words)[:200] if isinstance(words, str) else "without words"
    plain = "".join(char if char.isprintable() else " " for char in told)
    return AttemptFailed(f"refused ({status}): {plain}", passing=False)


def said(body: bytes) -> Any:
    """What a provider said in JSON; None if that cannot be read, however it was meant."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # the latter for brackets without end
        return None


def check_free(gateway: Gateway, operation: str, request_id: str) -> None:
    """Refuse, and log, a call that would be refused now, before any work is done for it. Raises Busy."""
    began = time.monotonic()
    try:
        gateway.circuit.check()
        gateway.lane.check()
    except Busy as busy:
        _tell(gateway, operation, request_id, began, 0, busy)
        raise


def call(gateway: Gateway, operation: str, request_id: str, attempt: Callable[[], object]) -> None:
    """Carry out `attempt`, at most three times, each within the gateway's deadline, and log how it went.

    `attempt` raises AttemptFailed; only a passing failure (timeout, connection, 5xx) is tried again, and only a call
    that ends in one is a failure to the circuit: whatever else the provider says, it answers.
    Raises ProviderFailed, and Busy where nothing was tried because circuit or lane did not let it through.
    """
    began = time.monotonic()
    try:
        with gateway.circuit.passage() as passage, gateway.lane:
            attempts, failure = _try(gateway, attempt)
            passage.answered = not (failure and failure.passing)
    except Busy as busy:
        _tell(gateway, operation, request_id, began, 0, busy)
        raise
    _tell(gateway, operation, request_id, began, attempts, failure)
    if failure:
        raise ProviderFailed(gateway.provider, operation, attempts, failure.reason)


def _tell(
    gateway: Gateway, operation: str, request_id: str, began: float, attempts: int, problem: AttemptFailed | Busy | None
) -> None:
    """One log line and one measurement."""
    seconds, outcome = time.monotonic() - began, _outcome(problem)
    log.event(
        "providerCall",
        level=logging.WARNING if problem else logging.INFO,
        provider=gateway.provider,
        operation=operation,
        outcome=outcome,
        attempts=attempts,
        durationMs=round(seconds * 1000),
        reason=problem and problem.reason,
        requestId=request_id,
    )
    telemetry.record_call(gateway.provider, operation, outcome, seconds)


def _outcome(problem: AttemptFailed | Busy | None) -> str:
    if problem is None:
        return "taken"
    if isinstance(problem, Busy):
        return "busy"
    return "failed" if problem.passing else "refused"


def _try(gateway: Gateway, attempt: Callable[[], object]) -> tuple[int, AttemptFailed | None]:
    """How many attempts it took, and what was wrong with the last one."""
    from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_fixed

    retrying = Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_fixed(gateway.retry_wait_seconds),
        retry=retry_if_exception(lambda error: isinstance(error, AttemptFailed) and error.passing),
        reraise=True,
    )
    failure = None
    try:
        retrying(_within, gateway.timeout_seconds, attempt)
    except AttemptFailed as error:
        failure = error
    return retrying.statistics["attempt_number"], failure


def _within(seconds: float, attempt: Callable[[], object]) -> None:
    """Carry out the attempt on a thread of its own and leave it behind at the deadline.

    No timeout of a client library covers the whole of a call: name lookup has none, and several addresses
    are tried one after the other. A thread left behind ends by itself, see bounded_http.
    """
    outcome: Future[None] = Future()

    def run() -> None:
        try:
            attempt()
            outcome.set_result(None)
        except BaseException as error:  # noqa: BLE001 -- whatever it is, it belongs to the caller
            outcome.set_exception(error)

    Thread(target=copy_context().run, args=(run,), name="provider call", daemon=True).start()
    try:
        outcome.result(timeout=seconds)
    except TimeoutError:
        raise AttemptFailed("timeout", passing=True) from None

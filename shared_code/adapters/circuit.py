"""Leaves a provider alone that has stopped answering, and finds out when it answers again (decision 13)."""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from shared_code import log
from shared_code.adapters.lane import RETRY_AFTER, Busy

FAILURES, SECONDS = 5, 30.0  # integrations.md, Every call


@dataclass
class Passage:
    """One call's way through. `answered`: whether the provider did, yes or no to us; None while nobody knows."""

    opened_before: int
    answered: bool | None = None


class Circuit:
    """Closed until `FAILURES` calls in a row got no answer; then open for `SECONDS`; then half-open, for one alone.

    That one closes it with an answer, and opens it again without. Whoever asks an open circuit is refused at once.
    Of calls that began before it opened nothing counts any more. `name` is for the log.
    """

    def __init__(self, name: str, now: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._now = now
        self._lock = Lock()
        self._failures = 0  # in a row
        self._open_until: float | None = None
        self._is_tried = False
        self._times_opened = 0

    def check(self) -> None:
        """Raise Busy for who would be refused now, before any work is done in vain."""
        with self._lock:
            self._refuse_when_open()

    @contextmanager
    def passage(self) -> Iterator[Passage]:
        """Let a call through, and learn from its `answered` how it ended. Raises Busy, with the seconds left."""
        with self._lock:
            self._refuse_when_open()
            self._is_tried = self._open_until is not None
            passage = Passage(self._times_opened)
        try:
            yield passage
        finally:
            with self._lock:
                if passage.opened_before == self._times_opened:
                    self._learn(passage.answered)

    def _refuse_when_open(self) -> None:
        if self._open_until is None:
            return
        left = math.ceil(self._open_until - self._now())
        if left > 0 or self._is_tried:
            message = "This service does not answer at the moment. Please try again in a little while."
            raise Busy("circuit open", message, left if left > 0 else RETRY_AFTER)

    def _learn(self, answered: bool | None) -> None:
        self._is_tried = False
        if answered:
            if self._open_until is not None:
                log.event("circuit_closed", circuit=self._name)
            self._failures, self._open_until = 0, None
        elif answered is not None:
            self._failures += 1
            if self._failures >= FAILURES:
                self._open_until = self._now() + SECONDS
                self._times_opened += 1
                log.event("circuit_opened", level=logging.ERROR, circuit=self._name, seconds=SECONDS)

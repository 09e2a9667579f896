"""Keeps what is slow on a bad day from taking the threads that all else needs (integrations.md, Every call)."""

import logging
from threading import BoundedSemaphore

from shared_code import log
from shared_code.rules.refusal import Refusal

RETRY_AFTER = 5  # seconds


class Busy(Refusal):
    """`PROVIDER_BUSY`: not now, and nothing was tried. `reason` is for the log."""

    def __init__(self, reason: str, message: str, retry_after: int = RETRY_AFTER) -> None:
        super().__init__("PROVIDER_BUSY", message, retry_after=retry_after)
        self.reason = reason


class Lane:
    """At most `at_once` callers inside, and `waiting` more in line, each for `patience` seconds at most.

    So it never holds more than `at_once + waiting` threads. `with lane:` raises Busy for everybody beyond them, at
    once, and for who waited in vain. `name` is for the log; without one it is its owner who logs.
    """

    def __init__(self, name: str | None, at_once: int, *, waiting: int = 0, patience: float = 5.0) -> None:
        self._name = name
        self._places = BoundedSemaphore(at_once + waiting)
        self._turns = BoundedSemaphore(at_once)
        self._patience = patience

    def check(self) -> None:
        """Raise Busy for who would find no place now, before any work is done in vain."""
        self._take_place()
        self._places.release()

    def __enter__(self) -> None:
        self._take_place()
        if not self._turns.acquire(timeout=self._patience):
            self._places.release()
            raise self._busy("slow")

    def __exit__(self, *_: object) -> None:
        self._turns.release()
        self._places.release()

    def _take_place(self) -> None:
        if not self._places.acquire(blocking=False):
            raise self._busy("full")

    def _busy(self, reason: str) -> Busy:
        if self._name:
            log.event("lane_busy", level=logging.WARNING, lane=self._name, reason=reason)
        message = "Too many others are asking for the same right now. Please try again in a few seconds."
        return Busy(f"lane {reason}", message)

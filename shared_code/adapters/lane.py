"""Keeps what is slow on a bad day from taking the threads that all else needs (integrations.md, Every call)."""

import logging
from threading import BoundedSemaphore

from shared_code import log
from shared_code.rules.refusal import Refusal

RETRY_AFTER = 5  # seconds


class Lane:
    """At most `at_once` callers inside, and `waiting` more in line, each for `patience` seconds at most.

    So it never holds more than `at_once + waiting` threads. `with lane:` raises Refusal `PROVIDER_BUSY` for everybody
    beyond them, at once, and for who waited in vain. `name` is for the log.
    """

    def __init__(self, name: str, at_once: int, *, waiting: int = 0, patience: float = 5.0) -> None:
        self._name = name
        self._places = BoundedSemaphore(at_once + waiting)
        self._turns = BoundedSemaphore(at_once)
        self._patience = patience

    def __enter__(self) -> None:
        if not self._places.acquire(blocking=False):
            raise self._busy("full")
        if not self._turns.acquire(timeout=self._patience):
            self._places.release()
            raise self._busy("slow")

    def __exit__(self, *_: object) -> None:
        self._turns.release()
        self._places.release()

    def _busy(self, reason: str) -> Refusal:
        log.event("lane_busy", level=logging.WARNING, lane=self._name, reason=reason)
        message = "Too many others are asking for the same right now. Please try again in a few seconds."
        return Refusal("PROVIDER_BUSY", message, retry_after=RETRY_AFTER)

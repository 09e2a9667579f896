"""Has each uploaded file judged by a process of its own, so that a hostile file harms nobody (rules.md 6.4)."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
import time

from shared_code.adapters.child import Child, end, killed_after, start
from shared_code.adapters.upload_check.verdict import LARGEST_CLEAN_BYTES, Verdict

_PROGRAM = "from shared_code.adapters.upload_check import inside; inside.serve()"
_OUT_OF_TIME = (-signal.SIGXCPU, -signal.SIGALRM)

_log = logging.getLogger(__name__)


class Warden:
    """Judges files, `at_once` of them in parallel while others wait, each in a fresh process that is used once.

    From the first file on one more process stands ready, imported and locked in: starting is most of a check's time.
    It ends when its input ends, which is when this process ends, however that happens. `deadline` (seconds) counts from
    the moment a file has its process; `program` is what the process runs.
    """

    def __init__(self, *, at_once: int = 2, deadline: float = 30.0, program: str = _PROGRAM) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._deadline = deadline
        self._program = program
        self._lock = threading.Lock()
        self._ready: Child | None = None

    def examine(self, content: bytes, content_type: str) -> Verdict:
        """The verdict on one file; safe to call from several threads."""
        with self._places:
            try:
                child = self._take()
            except OSError:
                _log.exception("the upload checker could not be started")
                return Verdict.refuse("CHECKER_FAILED")
            try:
                return self._ask(child, content, content_type)
            finally:
                end(child)
                self._prepare()

    def close(self) -> None:
        """End the process that stands ready."""
        with self._lock:
            child, self._ready = self._ready, None
        if child:
            end(child)

    def _take(self) -> Child:
        with self._lock:
            child, self._ready = self._ready, None
        if child and child.poll() is None:
            return child
        if child:
            end(child)
        return start(self._program)

    def _prepare(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._ready = self._ready or start(self._program)

    def _ask(self, child: Child, content: bytes, content_type: str) -> Verdict:
        started = time.monotonic()
        with killed_after(child, self._deadline):
            words, clean = _converse(child, content, content_type)
            status = child.wait()
        if status == 0 and words == ["ACCEPTED", str(len(clean))]:
            return Verdict.accept(clean)
        if status == 0 and words[:1] == ["REFUSED"] and len(words) == 2:
            return Verdict.refuse(words[1])
        _log.warning("the upload checker failed: status %s, answer %r", status, words)
        timed_out = status in _OUT_OF_TIME or time.monotonic() - started >= self._deadline
        return Verdict.refuse("CHECK_TIMED_OUT" if timed_out else "CHECKER_FAILED")


def _converse(child: Child, content: bytes, content_type: str) -> tuple[list[str], bytes]:
    """Hand the file over and read the answer: its first line in words, then the bytes that follow."""
    assert child.stdin and child.stdout
    with contextlib.suppress(OSError):  # the child may die at any moment; its exit status tells
        child.stdin.write(f"{content_type} {len(content)}\n".encode())
        child.stdin.write(content)
        child.stdin.flush()
    words = child.stdout.readline(200).decode("ascii", "replace").split()
    clean = child.stdout.read(LARGEST_CLEAN_BYTES + 1)
    if len(clean) > LARGEST_CLEAN_BYTES:
        child.kill()
    return words, clean

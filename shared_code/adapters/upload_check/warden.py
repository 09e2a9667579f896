"""Has each uploaded file judged by a process of its own, so that a hostile file harms nobody (rules.md 6.4)."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from shared_code.adapters.upload_check.verdict import LARGEST_CLEAN_BYTES, Verdict

_ROOT = Path(__file__).resolve().parents[3]
# The child knows nothing of the environment, so it is told where this process finds its packages.
_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:]; from shared_code.adapters.upload_check import inside; inside.serve()"
)
# Where an interpreter needs this to find its own library, ours does; nothing else is anybody's business in there.
_ENVIRONMENT = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
_OUT_OF_TIME = (-signal.SIGXCPU, -signal.SIGALRM)
_Child = subprocess.Popen[bytes]

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
        self._ready: _Child | None = None

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
                _end(child)
                self._prepare()

    def close(self) -> None:
        """End the process that stands ready."""
        with self._lock:
            child, self._ready = self._ready, None
        if child:
            _end(child)

    def _take(self) -> _Child:
        with self._lock:
            child, self._ready = self._ready, None
        if child and child.poll() is None:
            return child
        if child:
            _end(child)
        return self._start()

    def _prepare(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._ready = self._ready or self._start()

    def _start(self) -> _Child:
        paths = [str(_ROOT), *(str(Path(entry).absolute()) for entry in sys.path)]
        return subprocess.Popen(  # noqa: S603 - our own interpreter, our own program
            [sys.executable, "-I", "-c", self._program, *paths],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )

    def _ask(self, child: _Child, content: bytes, content_type: str) -> Verdict:
        started = time.monotonic()
        timer = threading.Timer(self._deadline, child.kill)
        timer.daemon = True
        timer.start()
        try:
            words, clean = _converse(child, content, content_type)
            status = child.wait()
        finally:
            timer.cancel()
        if status == 0 and words == ["ACCEPTED", str(len(clean))]:
            return Verdict.accept(clean)
        if status == 0 and words[:1] == ["REFUSED"] and len(words) == 2:
            return Verdict.refuse(words[1])
        _log.warning("the upload checker failed: status %s, answer %r", status, words)
        timed_out = status in _OUT_OF_TIME or time.monotonic() - started >= self._deadline
        return Verdict.refuse("CHECK_TIMED_OUT" if timed_out else "CHECKER_FAILED")


def _converse(child: _Child, content: bytes, content_type: str) -> tuple[list[str], bytes]:
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


def _end(child: _Child) -> None:
    child.kill()
    with contextlib.suppress(OSError), child:  # leaving closes the pipes and waits
        pass

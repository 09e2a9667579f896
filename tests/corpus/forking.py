"""Checks files by the hundred: each in a fork of one process that has all imported, locked in like the real one."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Self

from shared_code.adapters import child
from shared_code.adapters.upload_check import glance, inside
from shared_code.adapters.upload_check.verdict import SENTENCES

_PROGRAM = """
from shared_code.adapters.upload_check import inside
from tests.corpus import forking
forking.serve({})
"""
_OUT_OF_TIME = {14, 24}  # SIGALRM, SIGXCPU


@dataclass(frozen=True)
class Outcome:
    """The clean bytes, or the reason for refusing, or what went wrong in the checker; and what that took."""

    clean: bytes | None = None
    reason: str | None = None
    failure: str | None = None
    cpu_ms: float = 0.0
    peak_mb: float = 0.0


class Forking:
    """A process that forks a checker for each file, to answer by that expression. Not for several threads."""

    def __init__(self, answer: str = "inside.answer") -> None:
        self._process = child.start(_PROGRAM.format(answer))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        child.end(self._process)

    def examine(self, content: bytes, content_type: str) -> Outcome:
        """What becomes of this file."""
        if reason := glance(content, content_type):
            return Outcome(reason=reason)
        asking, answering = self._process.stdin, self._process.stdout
        assert asking and answering
        asking.write(f"{content_type} {len(content)}\n".encode() + content)
        asking.flush()
        status, cpu_ms, peak, length = answering.readline().split()
        said, _, clean = answering.read(int(length)).partition(b"\n")
        return _outcome(int(status), said.decode().split(), clean, float(cpu_ms), int(peak) / 1024)


def _outcome(status: int, words: list[str], clean: bytes, cpu_ms: float, peak_mb: float) -> Outcome:
    if status == 0 and words == ["ACCEPTED", str(len(clean))]:
        return Outcome(clean=clean, cpu_ms=cpu_ms, peak_mb=peak_mb)
    if status == 0 and len(words) == 2 and words[0] == "REFUSED" and words[1] in SENTENCES:
        return Outcome(reason=words[1], cpu_ms=cpu_ms, peak_mb=peak_mb)
    if status in _OUT_OF_TIME:
        return Outcome(reason="CHECK_TIMED_OUT", cpu_ms=cpu_ms, peak_mb=peak_mb)
    return Outcome(failure=f"status {status}: {' '.join(words)}", cpu_ms=cpu_ms, peak_mb=peak_mb)


def serve(answer: Callable[[], None]) -> None:
    """Fork a checker for each file on standard input; tell its status, milliseconds of CPU, peak (KB) and answer."""
    inside.rehearse()
    gc.freeze()  # a fork that collects what all of them share would copy it
    while answered := _one(answer):
        sys.stdout.buffer.write(answered)
        sys.stdout.buffer.flush()


def _one(answer: Callable[[], None]) -> bytes:
    reading, writing = os.pipe()
    checker = os.fork()
    if not checker:
        os.dup2(writing, sys.stdout.fileno())
        os.closerange(reading, writing + 1)
        answer()
    os.close(writing)
    with closing(os.fdopen(reading, "rb")) as pipe:
        said = pipe.read()
    _, status, used = os.wait4(checker, 0)
    if not said and not status:
        return b""  # the input has ended
    code = os.waitstatus_to_exitcode(status)
    return f"{abs(code)} {(used.ru_utime + used.ru_stime) * 1000:.1f} {used.ru_maxrss} {len(said)}\n".encode() + said

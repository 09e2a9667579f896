"""The process that reads one uploaded file and answers with a verdict and clean bytes (rules.md 6.4)."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import chain

from shared_code.adapters.upload_check import image, pdf, sandbox
from shared_code.adapters.upload_check.verdict import LARGEST_CLEAN_BYTES, RefusedError

WALL_SECONDS = 20  # for the case that nobody is left to end this process
_CLEANERS = {"application/pdf": pdf.clean, "image/jpeg": image.clean_jpeg, "image/png": image.clean_png}


def clean(content: bytes, content_type: str) -> bytes:
    """The bytes to be served instead of `content`; raises RefusedError when the file breaks a rule."""
    return _CLEANERS[content_type](content)


def serve(cleaner: Callable[[bytes, str], bytes] = clean) -> None:
    """Make ready, then answer for one file and end."""
    rehearse()
    answer(cleaner)


def rehearse() -> None:
    """Clean small files of each kind, because what a library imports or opens late it cannot get once locked in."""
    for content_type, sample in chain(pdf.samples(), image.samples()):
        with suppress(RefusedError):
            clean(sample, content_type)


def answer(cleaner: Callable[[bytes, str], bytes] = clean) -> None:
    """Lock this process in, read one file from standard input, answer on standard output, end.

    In: `<type> <length>` and a newline, then the bytes. Out: `ACCEPTED <length>` or `REFUSED <code>` and a newline,
    then the clean bytes. An input that ends early gets no answer.
    """
    sandbox.lock_in()
    words = sys.stdin.buffer.readline().decode("ascii").split()
    signal.alarm(WALL_SECONDS)
    content = sys.stdin.buffer.read(int(words[1])) if words else b""
    if words and len(content) == int(words[1]):
        headline, body = _judge(cleaner, content, words[0])
        sys.stdout.buffer.write(headline.encode("ascii") + b"\n")
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
    os._exit(0)  # tearing down a large document takes time and nobody needs it


def _judge(cleaner: Callable[[bytes, str], bytes], content: bytes, content_type: str) -> tuple[str, bytes]:
    try:
        body = cleaner(content, content_type)
    except RefusedError as refused:
        return f"REFUSED {refused.reason}", b""
    except MemoryError:
        return "REFUSED FILE_TOO_COMPLEX", b""
    except Exception as error:  # noqa: BLE001 - whatever happens here is an answer: not accepted
        return f"FAILED {type(error).__name__}", b""
    return (f"ACCEPTED {len(body)}", body) if len(body) <= LARGEST_CLEAN_BYTES else ("REFUSED FILE_TOO_COMPLEX", b"")

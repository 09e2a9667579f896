"""The process that prints quotations: reads one sheet after the other, answers each with its PDF (rules.md 3.9)."""

import os
import pickle
import signal
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb
from typing import BinaryIO

from shared_code.adapters.quotation_pdf import document
from shared_code.adapters.quotation_pdf.sheet import QuotationSheet

WALL_SECONDS = 20  # for the case that nobody is left to end this process


def serve(build: Callable[[QuotationSheet], bytes] = document.build) -> None:
    """Print until standard input ends.

    In: pickled sheets. Out, for each: `PRINTED <length>` and a newline, then the PDF; or `FAILED <why>` and a newline,
    without a word of the sheet.
    """
    orders, answers = os.fdopen(0, "rb"), _own_output()
    while orders.peek(1):
        sheet = pickle.load(orders)  # noqa: S301 -- from the process that started us
        signal.alarm(WALL_SECONDS)
        answers.write(_answer(build, sheet))
        answers.flush()
        signal.alarm(0)


def _own_output() -> BinaryIO:
    """Standard output for answers alone: what a library has to say, there or as an error, may quote a customer."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


def _answer(build: Callable[[QuotationSheet], bytes], sheet: QuotationSheet) -> bytes:
    try:
        pdf = build(sheet)
    except Exception as error:  # noqa: BLE001 -- whatever a font or a name does to the renderer
        places = (f"{Path(step.filename).name}:{step.lineno}" for step in extract_tb(error.__traceback__, limit=-8))
        return f"FAILED {type(error).__name__} {' '.join(places)}\n".encode()
    return b"PRINTED %d\n" % len(pdf) + pdf

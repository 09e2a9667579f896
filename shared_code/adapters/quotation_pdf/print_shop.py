"""Has quotations printed by processes of their own, so that other requests keep theirs to themselves (rules.md 3.9)."""

import contextlib
import pickle
import time

from shared_code.adapters.child import Child, end, killed_after, start
from shared_code.adapters.quotation_pdf.sheet import QuotationSheet

_PROGRAM = "from shared_code.adapters.quotation_pdf import printer; printer.serve()"


class PrintError(Exception):
    """There is no PDF. `reason` holds no personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PrintShop:
    """Prints sheets, each on a printer that it has for itself: a process that stays for the next sheet.

    A printer is started when a sheet finds none idle, so there are as many as were ever needed at once. One that
    failed or took longer than `deadline` (seconds) is ended. `program` is what a printer runs.
    """

    def __init__(self, *, deadline: float = 10.0, program: str = _PROGRAM) -> None:
        self._deadline = deadline
        self._program = program
        self._idle: list[Child] = []  # its append and pop are whole, whatever other threads do

    def print(self, sheet: QuotationSheet) -> bytes:
        """The PDF of one sheet. Safe to call from several threads; raises PrintError."""
        order = pickle.dumps(sheet)
        printer, until = self._take(), time.monotonic() + self._deadline
        with killed_after(printer, self._deadline):
            pdf, reason = _converse(printer, order)
        if time.monotonic() >= until:  # then it may have been killed, whatever it said before
            reason = "timeout"
        if reason:
            end(printer)
            raise PrintError(reason)
        self._idle.append(printer)
        return pdf

    def close(self) -> None:
        """End the idle printers."""
        while self._idle:
            end(self._idle.pop())

    def _take(self) -> Child:
        while printer := self._idle_one():
            if printer.poll() is None:
                return printer
            end(printer)
        try:
            return start(self._program)
        except OSError as error:
            raise PrintError(f"no printer: {error.strerror}") from error

    def _idle_one(self) -> Child | None:
        with contextlib.suppress(IndexError):
            return self._idle.pop()
        return None


def _converse(printer: Child, order: bytes) -> tuple[bytes, str]:
    """Hand a sheet over and read the answer: the PDF, or why there is none."""
    assert printer.stdin and printer.stdout
    with contextlib.suppress(OSError):  # it may die at any moment; its exit status tells
        printer.stdin.write(order)
        printer.stdin.flush()
    word, _, rest = printer.stdout.readline().decode().rstrip().partition(" ")
    if word == "FAILED":
        return b"", rest
    pdf = printer.stdout.read(int(rest)) if word == "PRINTED" else b""
    return (pdf, "") if pdf and len(pdf) == int(rest) else (b"", f"ended by {printer.wait()}")

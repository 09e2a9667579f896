"""That quotations are printed elsewhere, and that a printer's bad day is nobody else's (architecture, decision 1)."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from shared_code.adapters import quotation_pdf
from shared_code.adapters.quotation_pdf import PrintError, document
from shared_code.adapters.quotation_pdf.print_shop import PrintShop
from tests.adapters.quotation_sheets import BARE, CROWDED, SHEET
from tests.processes import alive
from tests.racing import until

# The real printer; but instead of printing a sheet's warranty it obeys it.
OBEDIENT = """
import os, signal, sys, time
from shared_code.adapters.quotation_pdf import printer
def obey(sheet):
    names = dict(globals())
    exec(sheet.warranty_text, names)
    return names.get("pdf", b"%PDF " + str(os.getpid()).encode())
printer.WALL_SECONDS = 2
printer.serve(obey)
"""
SECRET = "9000000101"


@pytest.fixture
def obedient() -> Iterator[PrintShop]:
    with closing(PrintShop(program=OBEDIENT)) as shop:
        yield shop


def obey(shop: PrintShop, order: str = "") -> bytes:
    return shop.print(replace(SHEET, warranty_text=order))


def printer_of(shop: PrintShop) -> int:
    """The process that prints next."""
    return int(obey(shop).removeprefix(b"%PDF "))


def failure(shop: PrintShop, order: str) -> str:
    with pytest.raises(PrintError) as caught:
        obey(shop, order)
    return caught.value.reason


@pytest.mark.parametrize("sheet", [SHEET, CROWDED, BARE], ids=["usual", "crowded", "bare"])
def test_every_printer_prints_what_we_would(sheet: quotation_pdf.QuotationSheet) -> None:
    with closing(PrintShop()) as one, closing(PrintShop()) as other:
        assert one.print(sheet) == one.print(sheet) == other.print(sheet) == document.build(sheet)


def test_a_printer_prints_many_sheets(obedient: PrintShop) -> None:
    assert len({printer_of(obedient) for _ in range(5)}) == 1


def test_there_are_as_many_printers_as_were_needed_at_once(obedient: PrintShop) -> None:
    with ThreadPoolExecutor(3) as threads:
        first = {*threads.map(lambda _: obey(obedient, "time.sleep(1)"), range(3))}
    with ThreadPoolExecutor(2) as threads:
        again = {*threads.map(lambda _: obey(obedient), range(20))}
    assert len(first) == 3
    assert again <= first


@pytest.mark.parametrize("size", [1, 1 << 16, 10 << 20])
def test_sheets_and_pdfs_of_any_size_pass(obedient: PrintShop, size: int) -> None:
    assert obey(obedient, f"pdf = bytes({size})#" + "x" * size) == bytes(size)
    assert obey(obedient).startswith(b"%PDF")


def test_what_a_library_says_is_not_part_of_the_pdf(obedient: PrintShop, capfd: pytest.CaptureFixture[str]) -> None:
    said = f"print({SECRET}, flush=True); os.write(1, b'{SECRET}'); sys.stderr.write('{SECRET}'); pdf = b'%PDF-'"
    assert obey(obedient, said) == b"%PDF-"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (f"raise ValueError('{SECRET}')", "ValueError printer.py:"),
        (f"{{}}['{SECRET}']", "KeyError printer.py:"),
        (f"exec('def f(): f()#{SECRET}'); f()", "RecursionError <string>:1 <string>:1"),
        (f"sys.exit('{SECRET}')", "ended by 1"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "ended by -9"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "ended by -11"),
        ("pdf = None", "ended by 1"),
        ("time.sleep(60)", "ended by -14"),
    ],
)
def test_a_printer_that_fails_is_replaced_and_tells_no_word_of_the_sheet(
    obedient: PrintShop, order: str, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    former = printer_of(obedient)
    assert (said := failure(obedient, order)).startswith(reason)
    assert SECRET not in said
    assert printer_of(obedient) != former
    assert not alive(former)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("order", ["time.sleep(60)", "os.write(answers, b'PRINTED 9\\n%PDF-'); time.sleep(60)"])
def test_a_printer_that_hangs_is_ended_at_the_deadline(order: str) -> None:
    program = OBEDIENT.replace("= 2", "= 60").replace("def obey", "answers = os.dup(1)\ndef obey")
    with closing(PrintShop(program=program, deadline=1.0)) as shop:
        hanging, began = printer_of(shop), time.monotonic()
        assert failure(shop, order) == "timeout"
        assert time.monotonic() - began < 10
        assert printer_of(shop) != hanging
    assert not alive(hanging)


def test_a_printer_that_does_not_even_take_the_sheet_is_ended_at_the_deadline() -> None:
    with closing(PrintShop(program="import time; time.sleep(60)", deadline=0.5)) as shop:
        assert failure(shop, "x" * (1 << 20)) == "timeout"


def test_a_printer_killed_while_it_prints_fails_that_sheet_alone(obedient: PrintShop) -> None:
    victim = printer_of(obedient)
    with ThreadPoolExecutor(1) as thread:
        printing = thread.submit(failure, obedient, "time.sleep(60)")
        until(lambda: not obedient._idle)
        other = printer_of(obedient)
        os.kill(victim, signal.SIGKILL)
        assert printing.result(10) == "ended by -9"
    assert printer_of(obedient) == other != victim


def test_a_printer_that_died_idle_is_replaced_unnoticed(obedient: PrintShop) -> None:
    former = printer_of(obedient)
    os.kill(former, signal.SIGKILL)
    until(lambda: not alive(former))
    assert printer_of(obedient) != former


def test_a_printer_that_cannot_start_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert failure(PrintShop(), "") == "no printer: No such file or directory"


def test_a_printer_sees_no_environment(obedient: PrintShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    assert b"secret" not in obey(obedient, "pdf = repr(dict(os.environ)).encode()")


def elsewhere(program: str) -> "subprocess.CompletedProcess[bytes]":
    """What a process of its own says that runs this with the app's packages."""
    command = [sys.executable, "-c", textwrap.dedent(program)]
    return subprocess.run(command, env=os.environ | {"PYTHONPATH": os.curdir}, capture_output=True, check=False)


def test_nothing_is_started_before_the_first_quotation_and_reportlab_is_never_ours() -> None:
    ended = elsewhere("""
        import os, sys, threading
        from shared_code.adapters import quotation_pdf
        from tests.adapters.quotation_sheets import SHEET
        from tests.processes import children
        assert threading.active_count() == 1 and children(os.getpid()) == []
        quotation_pdf.render(SHEET)
        assert len(children(os.getpid())) == 1 and "reportlab" not in sys.modules
    """)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(1)", "sys.exit()"])
def test_printers_end_with_their_parent_however_that_ends(end: str) -> None:
    """One idle, one that prints, and a checker of uploads, which must not hold their pipes."""
    ended = elsewhere(f"""
        import os, signal, sys, threading
        from dataclasses import replace
        from shared_code.adapters import quotation_pdf, upload_check
        from shared_code.adapters.quotation_pdf import print_shop
        from tests.adapters.quotation_sheets import SHEET
        from tests.adapters.test_quotation_pdf_printer import OBEDIENT, printer_of, obey, until
        quotation_pdf._shop._program = OBEDIENT
        shop = quotation_pdf._shop
        busy = printer_of(shop)
        threading.Thread(target=obey, args=(shop, "time.sleep(60)"), daemon=True).start()
        until(lambda: not shop._idle)
        upload_check.check(b"%PDF-", "application/pdf")
        print(busy, printer_of(shop), upload_check._warden._ready.pid, flush=True)
        {end}
    """)
    processes = [int(pid) for pid in ended.stdout.split()]
    assert len(processes) == 3, ended.stderr.decode()
    assert ended.stderr == b""
    until(lambda: not any(map(alive, processes)))

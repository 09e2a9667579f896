"""That a hostile file harms nobody: it is judged under limits, without powers, and never accepted by accident."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PIL import Image

from shared_code.adapters.upload_check import Verdict, check
from shared_code.adapters.upload_check.verdict import SENTENCES
from shared_code.adapters.upload_check.warden import Warden
from shared_code.rules.uploads import LARGEST_BYTES
from tests.processes import alive

# The real process in its real sandbox; but instead of reading the file it obeys it.
OBEDIENT = """
import ctypes, os, resource, signal, socket, subprocess, sys, threading, time
from shared_code.adapters.upload_check import inside, sandbox
sandbox.CPU_SECONDS, inside.WALL_SECONDS = 2, 4
def obey(content, content_type):
    names = dict(globals())
    exec(content, names)
    return names.get("result", b"unharmed")
inside.serve(obey)
"""


def photo() -> bytes:
    target = BytesIO()
    Image.effect_noise((64, 64), 50).save(target, "JPEG")
    return target.getvalue()


@pytest.fixture(scope="module")
def obedient() -> Iterator[Warden]:
    with closing(Warden(program=OBEDIENT)) as warden:
        yield warden


def obey(warden: Warden, order: str) -> Verdict:
    return warden.examine(textwrap.dedent(order).encode(), "application/pdf")


def test_what_is_accepted_comes_with_its_bytes_and_their_hash() -> None:
    verdict = check(photo(), "image/jpeg")
    assert (verdict.accepted, verdict.reason, verdict.sentence) == (True, None, None)
    assert verdict.content
    assert verdict.sha256 == sha256(verdict.content).hexdigest()


@pytest.mark.parametrize(
    ("content", "content_type", "reason"),
    [
        (b"", "application/pdf", "FILE_EMPTY"),
        (b"%PDF-" + bytes(LARGEST_BYTES - 4), "application/pdf", "FILE_TOO_LARGE"),
        (b"GIF89a", "image/gif", "TYPE_NOT_ALLOWED"),
        (photo(), "application/octet-stream", "TYPE_NOT_ALLOWED"),
        (photo(), "image/jpeg\n", "TYPE_NOT_ALLOWED"),
        (photo(), "image/png", "TYPE_MISMATCH"),
        (photo(), "application/pdf", "TYPE_MISMATCH"),
        (b"\n%PDF-1.7", "application/pdf", "TYPE_MISMATCH"),
        (b"<html>%PDF-1.7", "application/pdf", "TYPE_MISMATCH"),
        (b"MZ\x90", "application/pdf", "TYPE_MISMATCH"),
    ],
)
def test_what_is_wrong_at_first_glance_is_refused(content: bytes, content_type: str, reason: str) -> None:
    assert check(content, content_type) == Verdict(False, reason, SENTENCES[reason])


def test_the_largest_file_passes_both_ways(obedient: Warden) -> None:
    verdict = obey(obedient, f"result = bytes({LARGEST_BYTES})#" + "x" * (LARGEST_BYTES - 40))
    assert verdict.content == bytes(LARGEST_BYTES)


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("while True: pass", "CHECK_TIMED_OUT"),
        ("time.sleep(60)", "CHECK_TIMED_OUT"),
        ("len(bytes(800_000_000))", "FILE_TOO_COMPLEX"),
        ("result = bytes(32 * 1024 * 1024 + 1)", "FILE_TOO_COMPLEX"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "CHECKER_FAILED"),
        ("ctypes.string_at(0)", "CHECKER_FAILED"),
        ("os._exit(0)", "CHECKER_FAILED"),
        ("os._exit(1)", "CHECKER_FAILED"),
        ("raise RecursionError", "CHECKER_FAILED"),
        ("raise SystemExit", "CHECKER_FAILED"),
        ("os.write(1, b'ACCEPTED 8\\n1234567'); os._exit(0)", "CHECKER_FAILED"),
        ("os.write(1, b'ACCEPTED 8\\n12345678'); os.abort()", "CHECKER_FAILED"),
        ("os.write(1, b'REFUSED WITHOUT_REASON\\n'); os._exit(0)", "CHECKER_FAILED"),
        ("while True: os.write(1, bytes(1 << 20))", "CHECKER_FAILED"),
    ],
)
def test_a_checker_that_fails_has_accepted_nothing(obedient: Warden, order: str, reason: str) -> None:
    assert obey(obedient, order) == Verdict(False, reason, SENTENCES[reason])


def test_a_checker_that_sleeps_is_ended_at_the_deadline() -> None:
    started = time.monotonic()
    with closing(Warden(program=OBEDIENT, deadline=1.0)) as warden:
        verdict = obey(warden, "signal.signal(signal.SIGALRM, signal.SIG_IGN); time.sleep(60)")
    assert verdict.reason == "CHECK_TIMED_OUT"
    assert time.monotonic() - started < 10


def test_a_checker_that_cannot_start_has_accepted_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with closing(Warden()) as warden:
        assert warden.examine(photo(), "image/jpeg").reason == "CHECKER_FAILED"


FORBIDDEN = [
    "open('/etc/hostname')",
    "open('/proc/self/environ')",
    "open('/proc/self/mem', 'r+b')",
    "open(f'/proc/{os.getppid()}/cmdline')",
    "open(victim, 'w')",
    "os.listdir('/proc')",
    "os.readlink('/proc/self/exe')",
    "os.stat(victim)",
    "os.write(os.memfd_create('x'), b'x')",
    "os.pipe()",
    "os.dup(0)",
    "os.unlink(victim)",
    "os.rename(victim, victim + 'x')",
    "os.link(victim, victim + 'x')",
    "os.symlink(victim, victim + 'x')",
    "os.mkdir(victim + 'y')",
    "os.truncate(victim, 0)",
    "os.chmod(victim, 0)",
    "os.utime(victim)",
    "os.setxattr(victim, 'user.x', b'x')",
    "socket.create_connection(('127.0.0.1', 9))",
    "os.close(2); socket.socket()",
    "socket.socketpair()",
    "os.fork()",
    "os.execv('/bin/true', ['true'])",
    "os.posix_spawn('/bin/true', ['true'], {})",
    "subprocess.run(['/bin/true'])",
    "threading.Thread(target=int).start()",
    "os.kill(os.getppid(), 0)",
    "os.kill(1, 0)",
    "resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))",
    "resource.setrlimit(resource.RLIMIT_CPU, (99, 99))",
    "os.setuid(0)",
    "os.setpriority(os.PRIO_PROCESS, 0, -9)",
    "os.uname()",
]


@pytest.fixture
def victim() -> Iterator[Path]:
    """A file that anybody may write and delete."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        file = Path(folder) / "victim"
        file.write_text("whole")
        file.chmod(0o666)
        yield file


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file permissions and limits are all there is")
def test_the_checker_has_no_power(obedient: Warden, victim: Path) -> None:
    order = f"""
    victim = {str(victim)!r}
    def done(deed):
        try:
            exec(deed)
        except (OSError, LookupError, RuntimeError, ValueError):
            return False
        return True
    result = repr([deed for deed in {FORBIDDEN!r} if done(deed)]).encode()
    """
    assert obey(obedient, order).content == b"[]"
    assert [found.read_text() for found in victim.parent.iterdir()] == ["whole"]


def test_the_checker_sees_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    with closing(Warden(program=OBEDIENT)) as warden:
        seen = obey(warden, "result = repr(dict(os.environ)).encode()").content
    assert seen is not None
    assert b"secret" not in seen
    assert b"DATABASE" not in seen


def test_no_process_sees_two_files(obedient: Warden) -> None:
    assert len({obey(obedient, "result = str(os.getpid()).encode()").content for _ in range(3)}) == 3


def test_one_process_stands_ready_for_the_next_file() -> None:
    with closing(Warden(program=OBEDIENT)) as warden:
        obey(warden, "")
        ready = warden._ready
        assert ready
        assert obey(warden, "result = str(os.getpid()).encode()").content == b"%d" % ready.pid
        successor = warden._ready
    assert ready.returncode == 0
    assert successor
    assert successor.returncode is not None


def test_a_ready_process_that_died_is_replaced(obedient: Warden) -> None:
    obey(obedient, "")
    assert obedient._ready
    os.kill(obedient._ready.pid, signal.SIGKILL)
    time.sleep(0.1)
    assert obey(obedient, "").content == b"unharmed"


def test_many_files_at_once_are_judged_each_for_itself_and_few_at_a_time(obedient: Warden) -> None:
    with ThreadPoolExecutor(6) as threads:
        started = time.monotonic()
        verdicts = threads.map(lambda n: obey(obedient, f"time.sleep(0.2); result = b'{n}'"), range(6))
        assert [verdict.content for verdict in verdicts] == [b"%d" % n for n in range(6)]
        assert time.monotonic() - started > 0.55


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(1)", "sys.exit()"])
def test_the_ready_process_ends_with_its_parent_however_that_ends(end: str) -> None:
    program = f"""
    import os, signal, sys
    from shared_code.adapters import upload_check
    upload_check.check(b"%PDF-", "application/pdf")
    print(upload_check._warden._ready.pid, flush=True)
    {end}
    """
    parent = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, check=False)
    child = int(parent.stdout)
    deadline = time.monotonic() + 10
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(child)
    assert parent.stderr == b""

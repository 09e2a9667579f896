"""No program of the local platform outlives the process that started it."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from localhost.children import Child, StartError, claimed

SLEEPER = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); {SLEEPER}"
PARENT = """
import sys, time
from pathlib import Path
from localhost.children import Child, claimed
folder, program = Path(sys.argv[1]), sys.argv[2]
with claimed(folder, "sleeper") as lock:
    child = Child("sleeper", [sys.executable, "-c", program], folder / "log", lock)
print(child.until(lambda: (child.output() or [None])[0], 10), flush=True)
time.sleep(60)
"""
# The way of a system whose kernel does not end children with their parent: here it is told not to.
ELSEWHERE = f"""
import ctypes, os, sys
from localhost import child
ctypes.CDLL(None).prctl(1, 0)
sys.platform = "elsewhere"
sys.argv = ["child", "2", str(os.getppid()), str(os.geteuid()), str(os.getegid()), sys.executable, "-c", {SLEEPER!r}]
child.main()
"""


def gone(pid: int, seconds: float = 10) -> bool:
    """Whether the process ends within that time. One that nobody has waited for yet counts as ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = Path(f"/proc/{pid}/stat")
        try:
            os.kill(pid, 0)
            if state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


def started(folder: Path, program: str) -> tuple[subprocess.Popen[str], int]:
    """A process that started `program` as its child, and the child's id."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT, folder, program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    with parent.stdout as out:
        return parent, int(out.readline())


def child(folder: Path, program: str) -> Child:
    """That program as a child of this process."""
    with claimed(folder, "it", 0) as lock:
        return Child("it", [sys.executable, "-c", program], folder / "log", lock)


@pytest.mark.parametrize("program", [SLEEPER, ELSEWHERE])
def test_a_child_ends_with_a_killed_parent(tmp_path: Path, program: str) -> None:
    parent, pid = started(tmp_path, program)
    assert not gone(pid, 0.3)
    parent.kill()
    parent.wait()
    assert gone(pid)


def test_ctrl_c_at_the_terminal_leaves_the_children_to_us(tmp_path: Path) -> None:
    it = child(tmp_path, SLEEPER)
    assert os.getpgid(it.process.pid) != os.getpgrp()
    it.stop()


def test_stop_asks_first(tmp_path: Path) -> None:
    it = child(tmp_path, SLEEPER)
    it.until(lambda: it.output() or None, 10)
    it.stop()
    assert "KeyboardInterrupt" in it.tail()


def test_stop_kills_what_does_not_end(tmp_path: Path) -> None:
    it = child(tmp_path, STUBBORN)
    it.until(lambda: it.output() or None, 10)
    it.stop(seconds=0.2)
    assert it.process.returncode == -signal.SIGKILL


def test_a_program_that_fails_is_quoted(tmp_path: Path) -> None:
    it = child(tmp_path, "import sys; sys.exit('no space left')")
    with pytest.raises(StartError, match=r"exit code 1\.\nno space left"):
        it.until(it.done, 10)


def test_a_program_that_never_gets_ready_is_ended(tmp_path: Path) -> None:
    it = child(tmp_path, SLEEPER)
    with pytest.raises(StartError, match="took more than 0 seconds"):
        it.until(lambda: None, 0.3)
    assert it.process.returncode is not None


def test_a_folder_is_free_only_when_the_program_in_it_has_ended(tmp_path: Path) -> None:
    it = child(tmp_path, SLEEPER)
    with pytest.raises(StartError, match="it is already running"), claimed(tmp_path, "it", 0):
        pass
    it.stop()
    with claimed(tmp_path, "it", 0):
        pass


def test_a_child_needs_a_thread_that_lives_as_long(tmp_path: Path) -> None:
    refused: list[RuntimeError] = []

    def start() -> None:
        try:
            child(tmp_path, SLEEPER)
        except RuntimeError as error:
            refused.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert refused

"""Starts the programs the local platform is made of, so that none of them outlives it. Standard library only."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

from localhost import child

Found = TypeVar("Found")
_TAIL_LINES, _POLL_SECONDS = 15, 0.02


class StartError(Exception):
    """Something the local platform needs is not to be had. The message says what failed and what to do."""


@contextmanager
def claimed(folder: Path, name: str, seconds: float = 20, advice: str = "End it first.") -> Iterator[IO[bytes]]:
    """Make `folder` and hold it for `name`, alone. Raises StartError, with the advice, if it stays in use that long.

    A child that is handed the lock holds it until it ends, longer than we do if need be: whoever gets the lock knows
    that the last one is gone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds
    with (folder / "lock").open("ab") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StartError(f"{name} is already running on {folder}. {advice}") from None
                time.sleep(_POLL_SECONDS)
        yield lock


class Child:
    """A program that ends when we do, even by kill -9. Its output goes to the file `log`, with what was there replaced.

    `lock`: from `claimed`, held as long as the program runs. `account`: user and group id to run as, for root only.
    """

    def __init__(
        self, name: str, command: list[str], log: Path, lock: IO[bytes], account: tuple[int, int] | None = None
    ) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("A child ends with the thread that started it: start it from the main thread.")
        self.name, self.log = name, log
        uid, gid = account or (os.geteuid(), os.getegid())
        first = [sys.executable, "-IS", child.__file__, str(int(signal.SIGINT)), str(os.getpid()), str(uid), str(gid)]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                first + command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[lock.fileno()],
                process_group=0,  # Ctrl-C at the terminal is for us; we end our children in order
            )

    def until(self, look: Callable[[], Found | None], seconds: float) -> Found:
        """What `look` finds once it finds something. Raises StartError when the program, or the time, ends before."""
        deadline, ended = time.monotonic() + seconds, False
        try:
            while (found := look()) is None:
                if ended:
                    raise StartError(f"{self.name} ended with exit code {self.process.returncode}.\n{self.tail()}")
                if time.monotonic() > deadline:
                    raise StartError(f"{self.name} took more than {seconds:.0f} seconds.\n{self.tail()}")
                ended = self.process.poll() is not None  # and one more look
                time.sleep(_POLL_SECONDS)
        except BaseException:
            self.stop()
            raise
        return found

    def done(self) -> bool | None:
        """True once the program has ended well, None before that: for `until`."""
        return True if self.process.poll() == 0 else None

    def stop(self, seconds: float = 20) -> None:
        """Ask the program to end (SIGINT), wait, and kill it if it does not."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def output(self) -> list[str]:
        """The lines the program has written so far."""
        return self.log.read_text(errors="replace").splitlines()

    def tail(self) -> str:
        """The end of the program's output, and where the rest is."""
        return "\n".join([*self.output()[-_TAIL_LINES:], f"(all of it: {self.log})"])

"""How much CPU a process and its children have used (Linux)."""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

_TICK: Final = 1 / os.sysconf("SC_CLK_TCK")


def of_process(pid: int) -> float:
    """Seconds used by all threads of a process: clock_getcpuclockid(3), which is finer than the ticks of /proc."""
    return time.clock_gettime((~pid << 3) | 2)


def of_family(pid: int) -> float:
    """Seconds used by a process, by its children that have ended, and by the families of those that live."""
    while True:
        ended = _of_ended_children(pid)
        with suppress(OSError):  # a child that ends while we look is looked for once more, among the ended ones
            living = sum(of_family(child) for child in _children(pid))
            if _of_ended_children(pid) == ended:
                return of_process(pid) + ended + living


def parent(pid: int) -> int:
    """The process that started this one."""
    return int(_status(pid)[1])


def _of_ended_children(pid: int) -> float:
    return (int(_status(pid)[13]) + int(_status(pid)[14])) * _TICK


def _children(pid: int) -> list[int]:
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def _status(pid: int) -> list[str]:
    """What /proc says after the program's name, which may hold anything: state, parent and so on (proc(5))."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()

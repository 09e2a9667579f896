"""The first steps of a child process: bind its life to its parent's, leave root behind, become the program wanted.

`localhost.children` runs it as `python -IS child.py SIGNAL PARENT UID GID PROGRAM ARGUMENT...`, so that no Python runs
between a fork and an exec. Standard library only.
"""

import ctypes
import os
import signal
import struct
import sys
import threading
import time

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the signals that ask to end in order
_SET_PARENT_DEATH_SIGNAL, _SET_SECUREBITS, _NO_SETUID_FIXUP, _AMBIENT, _RAISE = 1, 28, 4, 47, 2  # <linux/prctl.h>
_CAPABILITY_VERSION_3, _DAC_OVERRIDE = 0x20080522, 1  # <linux/capability.h>
_POLL_SECONDS = 0.5


def end_in_order() -> None:
    """Have Ctrl-C, SIGTERM and the end of our parent raise KeyboardInterrupt, so that what is open is closed."""
    for number in ENDING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as it is under nohup
            signal.signal(number, signal.default_int_handler)
    end_with_parent()


def end_with_parent(sign: int = signal.SIGTERM, parent: int | None = None) -> None:
    """Have this process sent `sign` when its parent ends, however that ends. `parent`: its id, if known from before.

    On Linux the kernel does it, also after an exec. It watches the thread that started us, so parents start children
    from their main thread. Elsewhere a thread of ours looks.
    """
    parent = os.getppid() if parent is None else parent
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, sign, 0, 0, 0)
    else:
        threading.Thread(target=_watch, args=(parent, sign), daemon=True).start()
    if os.getppid() != parent:
        os.kill(os.getpid(), sign)


def _watch(parent: int, sign: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    os.kill(os.getpid(), sign)


def leave_root(uid: int, gid: int) -> None:
    """Become that user, who may still enter folders that only root may enter: a checkout in /root is one."""
    libc = ctypes.CDLL(None)
    if sys.platform == "linux":  # keeps what setuid and access(2) would take away
        libc.prctl(_SET_SECUREBITS, _NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if sys.platform == "linux":
        one = 1 << _DAC_OVERRIDE
        libc.capset(struct.pack("Ii", _CAPABILITY_VERSION_3, 0), struct.pack("6I", one, one, one, 0, 0, 0))
        libc.prctl(_AMBIENT, _RAISE, _DAC_OVERRIDE, 0, 0)


def _guard(sign: int, parent: int, command: list[str]) -> None:
    """Stay beside the program and end it with our parent, where no kernel does."""
    program = os.posix_spawn(command[0], command, os.environ)
    for passed_on in (signal.SIGINT, signal.SIGTERM):
        signal.signal(passed_on, lambda number, _: os.kill(program, number))
    end_with_parent(sign, parent)
    os._exit(abs(os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])))


def main() -> None:
    """Read the arguments, prepare this process, become the program."""
    sign, parent, uid, gid = map(int, sys.argv[1:5])
    command = sys.argv[5:]
    if uid != os.geteuid():
        leave_root(uid, gid)
    if sys.platform != "linux":
        _guard(sign, parent, command)
    end_with_parent(sign, parent)  # after setuid, which would clear it
    os.execv(command[0], command)


if __name__ == "__main__":
    main()

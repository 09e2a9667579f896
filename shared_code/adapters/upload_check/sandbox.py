"""Takes every power from the process that is about to read a stranger's file (rules.md 6.4)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import sys

from shared_code.adapters.upload_check import syscalls

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 5
# An account nobody has: as `nobody` it could signal other processes that run as `nobody`.
_STRANGER = 64_222
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # the same on every processor
_LANDLOCK_VERSION = 1


def lock_in() -> None:
    """From here on this process can compute, read what it holds open and write to open pipes, nothing else.

    Everything must be imported by now. OSError or ValueError when the system refuses: then nothing may be judged.
    Past the CPU limit the process ends by SIGXCPU; past the memory limit it gets a MemoryError.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # until now, why it cannot start is worth reading
    if os.geteuid() == 0:
        _become_a_stranger()
    if sys.platform == "linux":
        _forbid_the_kernel()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    # No file size, no core dump, no further process; and no new descriptor, so no open(), socket() or pipe().
    for nothing in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):
        resource.setrlimit(nothing, (0, 0))
    if sys.platform == "linux":
        syscalls.forbid_the_others()


def _become_a_stranger() -> None:
    with contextlib.suppress(OSError):  # a root that may not do this is none: the rest holds it as it holds a user
        os.setgroups([])
        os.setgid(_STRANGER)
        os.setuid(_STRANGER)


def _forbid_the_kernel() -> None:
    """No gain of privileges, no dump of memory; where the kernel has Landlock, no path, TCP or signal to others."""
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value in ((_PR_SET_NO_NEW_PRIVS, 1), (_PR_SET_DUMPABLE, 0)):
        if libc.prctl(option, value, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, _LANDLOCK_VERSION)
    if version > 0:
        rules = libc.syscall(_LANDLOCK_CREATE, _all_rights(version), 24, 0)
        if rules < 0 or libc.syscall(_LANDLOCK_RESTRICT, rules, 0) != 0:
            raise OSError(ctypes.get_errno(), "landlock")
        os.close(rules)


def _all_rights(version: int) -> ctypes.Array[ctypes.c_uint64]:
    """Every right (files, TCP, signals and abstract sockets) this version of Landlock can withhold, as bit sets."""
    file_rights = 13 + sum(version >= since for since in (2, 3, 5))
    return (ctypes.c_uint64 * 3)((1 << file_rights) - 1, 3 if version >= 4 else 0, 3 if version >= 6 else 0)

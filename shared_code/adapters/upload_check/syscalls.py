"""Leaves the process that reads a stranger's file only what computing needs of the Linux kernel (rules.md 6.4)."""

from __future__ import annotations

import ctypes
import platform
import struct

# The processor's number for the kernel, and those of the calls: read, write, close, lseek, mmap, mprotect, munmap, brk,
# rt_sigaction, rt_sigprocmask, rt_sigreturn, sigaltstack, mremap, madvise, sched_yield, getpid, gettid, futex,
# setitimer, gettimeofday, clock_gettime, clock_nanosleep, restart_syscall, getrandom, exit, exit_group, getcwd; alarm.
_CALLS = {
    "x86_64": (0xC000003E, (0, 1, 3, 8, 9, 10, 11, 12, 13, 14, 15, 131, 25, 28, 24, 39, 186, 202, 38, 96, 228, 230,
                            219, 318, 60, 231, 79, 37)),
    "aarch64": (0xC00000B7, (63, 64, 57, 62, 222, 226, 215, 214, 134, 135, 139, 132, 216, 233, 124, 172, 178, 98, 103,
                             169, 113, 115, 128, 278, 93, 94, 17)),
}  # fmt: skip
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_AT_NUMBER, _AT_PROCESSOR = 0, 4  # in struct seccomp_data
_ALLOW, _NOT_PERMITTED = 0x7FFF0000, 0x00050000 | 1
_PR_SET_SECCOMP, _FILTER = 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def forbid_the_others() -> None:
    """Every other call, whatever it would do, fails with EPERM from here on, for good.

    On another processor, or where the system does not let us, nothing happens: the sandbox's other locks hold.
    """
    if platform.machine() in _CALLS:
        steps = _steps(*_CALLS[platform.machine()])
        program = _Program(len(steps) // 8, steps)
        ctypes.CDLL(None).prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(program))


def _steps(processor: int, calls: tuple[int, ...]) -> bytes:
    """The filter in the kernel's little language; each step is an order, where to jump if so, if not, and a value."""
    steps = [(_LOAD, 0, 0, _AT_PROCESSOR), (_JUMP_IF_EQUAL, 0, len(calls) + 1, processor), (_LOAD, 0, 0, _AT_NUMBER)]
    steps += [(_JUMP_IF_EQUAL, len(calls) - place, 0, call) for place, call in enumerate(calls)]
    steps += [(_RETURN, 0, 0, _NOT_PERMITTED), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)

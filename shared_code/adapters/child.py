"""Processes of our own for work that must not be done in ours; they know nothing but where our packages are."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

Child = subprocess.Popen[bytes]

_ROOT = Path(__file__).resolve().parents[2]
# A child knows nothing of the environment, so it is told where this process finds its packages.
_PREFACE = "import sys; sys.path[:] = sys.argv[1:]\n"
# Where an interpreter needs this to find its own library, ours does; nothing else is anybody's business in there.
_ENVIRONMENT = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}


def start(program: str) -> Child:
    """A process that runs this Python program; we speak with it through its standard input and output.

    Its input ends when this process ends, however that happens: no other process holds that pipe. OSError when it
    cannot be started.
    """
    paths = [str(_ROOT), *(str(Path(entry).absolute()) for entry in sys.path)]
    return subprocess.Popen(  # noqa: S603 -- our own interpreter, our own program
        [sys.executable, "-I", "-c", _PREFACE + program, *paths],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=_ENVIRONMENT,
        cwd="/",
        start_new_session=True,
    )


@contextlib.contextmanager
def killed_after(child: Child, seconds: float) -> Iterator[None]:
    """Within this block the child has so long; then it is killed, which ends every wait for what it says."""
    timer = threading.Timer(seconds, child.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def end(child: Child) -> None:
    """Kill the child and forget it; one that has ended already is fine."""
    child.kill()
    with contextlib.suppress(OSError), child:  # leaving closes the pipes and waits
        pass

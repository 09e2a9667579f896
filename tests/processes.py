"""What processes there are (Linux)."""

from pathlib import Path


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and that nobody has asked about yet does not."""
    return _status(pid)[0] != "Z"


def children(pid: int, running: str = "") -> list[int]:
    """The processes whose parent is this one; those with that text in their command line."""
    everybody = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    return [one for one in everybody if _status(one)[1] == str(pid) and running in _read(one, "cmdline")]


def _status(pid: int) -> list[str]:
    """State, parent and so on (proc(5)); of one that is gone the state Z."""
    return _read(pid, "stat").rpartition(")")[2].split() or ["Z", ""]


def _read(pid: int, file: str) -> str:
    try:
        return Path(f"/proc/{pid}/{file}").read_text(errors="replace")
    except OSError:
        return ""

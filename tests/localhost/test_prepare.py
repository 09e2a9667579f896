"""Setting a checkout up: what is refused, what is said when a step fails, and what the lock file must not hold."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from localhost import prepare
from localhost.children import StartError, claimed

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[IO[bytes]]:
    """The hold on a folder for tools that is not the checkout's."""
    monkeypatch.setattr(prepare, "TOOLS", tmp_path / "tools")
    with claimed(tmp_path / "tools", "test") as held:
        yield held


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 14, 0)])
def test_another_python_is_told_which_are_supported(version: tuple[int, int, int]) -> None:
    program = f"import sys; sys.version_info = {version}; import localhost.prepare"
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "Python 3.11, 3.12 or 3.13 is needed" in ended.stderr
    assert "PYTHON=" in ended.stderr


def test_a_failed_step_shows_the_programs_words_and_an_advice(lock: IO[bytes]) -> None:
    failing = [sys.executable, "-c", "raise SystemExit('no route to host')"]
    with pytest.raises(StartError, match=r"(?s)Fetching failed.*no route to host.*Try a cable"):
        prepare._step("Fetching", "fetch", failing, lock, "Try a cable.")


def test_a_folder_that_is_no_virtual_environment_is_not_cleared(tmp_path: Path, lock: IO[bytes]) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "letters.txt").touch()
    with pytest.raises(StartError, match="no virtual environment"):
        prepare._install_packages(home, lock)
    assert (home / "letters.txt").exists()


def test_the_stamp_follows_requirements_and_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("one==1")
    monkeypatch.setattr(prepare, "_REQUIREMENTS", [requirements])
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    (venv / ".ready").write_text(f"{prepare._INTERPRETER}\n{prepare._digest([requirements])}")
    assert prepare._packages_ready(venv)
    monkeypatch.setattr(prepare, "_INTERPRETER", "3.12.0 /elsewhere")
    assert not prepare._packages_ready(venv)
    monkeypatch.undo()
    monkeypatch.setattr(prepare, "_REQUIREMENTS", [requirements])
    requirements.write_text("one==2")
    assert not prepare._packages_ready(venv)


def test_the_lock_file_leaves_the_choice_of_registry_to_the_user() -> None:
    lock_file = ROOT / "localhost" / "azurite" / "package-lock.json"
    packages = json.loads(lock_file.read_text())["packages"]
    assert packages["node_modules/azurite"]["integrity"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert not re.search(r"registry|npmjs", lock_file.read_text())


def test_make_alone_lists_every_command() -> None:
    makefile = (ROOT / "Makefile").read_text()
    listed = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)) - {"help", "interpreter"}
    assert {line.split()[1] for line in listed.splitlines()} == targets

"""CONTRIBUTING's way to a new workflow, followed to the letter in a copy of this tree, ends with a working endpoint."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app_process import OURS, ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILES = re.findall(r"^`([\w./]+)`\n\n```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
CHANGES = re.findall(r"^```diff\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
(COMMANDS,) = re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This tree with the steps done: new files written, changes made."""
    folder = tmp_path_factory.mktemp("contributing") / "tree"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / ".tools").symlink_to(ROOT / ".tools")
    for name, content in FILES:
        assert not (folder / name).exists(), name
        (folder / name).write_text(content, encoding="utf-8")
    for change in CHANGES:
        apply(folder, change)
    return folder


def apply(folder: Path, change: str) -> None:
    """Make a change as somebody would who reads it: find the lines, which stand there once, and edit them."""
    for part in re.split(r"^--- a/.*\n", change, flags=re.MULTILINE)[1:]:
        head, *hunks = re.split(r"^@@\n", part, flags=re.MULTILINE)
        file = folder / head.removeprefix("+++ b/").strip()
        text = file.read_text(encoding="utf-8")
        for hunk in hunks:
            lines = hunk.splitlines(keepends=True)
            before = "".join(line[1:] for line in lines if line[0] in " -")
            assert text.count(before) == 1, before
            text = text.replace(before, "".join(line[1:] for line in lines if line[0] in " +"))
        file.write_text(text, encoding="utf-8")


def run(folder: Path, command: str) -> str:
    """What a command says that succeeds in the copy."""
    python = f"{sys.base_prefix}/bin/python{sys.version_info[0]}.{sys.version_info[1]}"
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    ran = subprocess.run(
        ["bash", "-c", command.replace("make ", f"make PYTHON={python} VENV={sys.prefix} ", 1)],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    return ran.stdout


def test_the_steps_are_there() -> None:
    assert len(FILES) == 3
    assert len(CHANGES) == 2
    assert len(COMMANDS.splitlines()) == 3


@pytest.mark.parametrize("command", COMMANDS.splitlines())
def test_each_command_succeeds_with_the_new_workflow(copy: Path, command: str) -> None:
    said = run(copy, command)
    assert "make test" not in command or " passed" in said


def test_the_new_files_pass_the_checks(copy: Path) -> None:
    names = " ".join(name for name, _ in FILES)
    run(copy, f"{sys.executable} -m ruff format --check . && {sys.executable} -m ruff check .")
    run(copy, f"{sys.executable} -m mypy {names} function_app.py")


def test_the_reference_shows_the_new_endpoint(copy: Path) -> None:
    assert '"/leads/idle"' in (copy / "docs" / "openapi.json").read_text(encoding="utf-8")

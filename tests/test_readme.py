"""The README's commands do what it says: every shell block is run, every `make` command it names exists."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app_process import OURS, ROOT, free_port, until_ready
from tests.http_file import send_all

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
START, DEMO, CURL = BLOCKS
MAKE = [f"PYTHON={sys.base_prefix}/bin/python{sys.version_info[0]}.{sys.version_info[1]}", f"VENV={sys.prefix}"]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment beside the app that the first block has started."""
    folder = tmp_path_factory.mktemp("readme")
    ours = {"DATA_DIR": str(folder / "data"), "PORT": str(free_port()), "PYTHONUNBUFFERED": "1"}
    environment = {name: value for name, value in os.environ.items() if name not in OURS} | ours
    with (folder / "run.log").open("wb") as out:
        process = subprocess.Popen(
            [*START.split(), *MAKE], cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        until_ready(process, folder / "run.log", f"http://localhost:{ours['PORT']}")
        yield environment
    finally:
        os.killpg(process.pid, signal.SIGINT)  # what a terminal does at Ctrl-C: make and its child get it
        process.wait(60)


def test_demo_ends_with_the_pdf_on_disk(started: dict[str, str]) -> None:
    """As the README promises right after `make run`."""
    played = subprocess.run(
        [*DEMO.split(), *MAKE], cwd=ROOT, env=started, capture_output=True, text=True, timeout=120, check=False
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert [path.read_bytes()[:5] for path in Path(started["DATA_DIR"]).glob("demo/*.pdf")] == [b"%PDF-"]


def test_the_curl_commands_answer(started: dict[str, str]) -> None:
    """Each of them, in one shell, as somebody would paste them."""
    script = "set -eo pipefail\n" + CURL.replace("7071", started["PORT"])
    answered = subprocess.run(
        ["bash", "-c", script],
        cwd=started["DATA_DIR"],
        env=started,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answered.returncode == 0, answered.stderr
    said = answered.stdout.split("\n")[:-1]
    assert said[:2] == ["In Discussion", "Shared"]
    assert said[2] in ("Reserved", "Checking", "Accepted")
    assert said[4:] == ["CP-1", "Won", "Executed", "Approved", "304"]


def test_the_requests_for_an_editor_succeed(started: dict[str, str]) -> None:
    """All of docs/api.http, one after the other."""
    text = (ROOT / "docs" / "api.http").read_text().replace("7071", started["PORT"])
    answers = {title: (answer.status_code, answer.text[:300]) for title, answer in send_all(text)}
    assert len(answers) > 10
    assert {title: answer for title, answer in answers.items() if answer[0] not in (200, 201)} == {}


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([a-z-]+)", README))))
def test_every_make_command_exists(target: str) -> None:
    """Also the ones that are not run here."""
    subprocess.run(["make", "-n", target, *MAKE], cwd=ROOT, check=True, capture_output=True)


def test_make_alone_lists_the_commands() -> None:
    """One line each."""
    listed = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    commands = {"run", "test", "demo", "reset", "check", "migrate", "admin", "catalogue", "openapi", "bench"}
    assert commands <= set(listed.split())


def test_operators_bring_schema_and_prices(database: str, tmp_path: Path) -> None:
    """`make migrate` on a database at head, `make catalogue` with the sample, `make openapi` to a file."""
    written = tmp_path / "openapi.json"
    assert "nothing to apply" in made("migrate", database).stdout
    assert "panels" in made("catalogue", database, FILE="localhost/catalogue.json").stdout
    assert made("openapi", database, FILE=str(written)).returncode == 0
    assert '"openapi": "3.1.0"' in written.read_text()


def made(target: str, database: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """What the command said, and whether it succeeded."""
    environment = os.environ | {"DATABASE_URL": database} | settings
    command = ["make", target, *MAKE]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)

"""`python -m localhost run` says when it is ready, and leaves nothing behind, however it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import requests

from localhost.children import claimed
from tests.app_process import free_port

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, "-m", "localhost", "run"]
AS_A_CHILD = [sys.executable, "-c", f"import subprocess; subprocess.run({RUN!r})"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The DATA_DIR of all runs here: only the first has to fill it."""
    return tmp_path_factory.mktemp("data")


@contextmanager
def begun(command: list[str], folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """That command under way, and the file it writes to."""
    said = folder.with_name(f"{folder.name}.{time.monotonic_ns()}.log")
    settings = {"DATA_DIR": str(folder), "PORT": str(port), "DATABASE_URL": "", "AZURE_STORAGE_CONNECTION_STRING": ""}
    with said.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=out, stderr=out)
    try:
        yield process, said
    finally:
        process.kill()
        process.wait()


def ready(process: subprocess.Popen[bytes], said: Path) -> str:
    """What it has said once it has said `ready`."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if "\nready http" in said.read_text():
            return said.read_text()
        time.sleep(0.05)
    raise AssertionError(f"not ready:\n{said.read_text()}")


def nothing_runs_on(folder: Path) -> bool:
    """Whether run, database and storage have all ended: each holds the lock of its folder until then."""
    with claimed(folder, "run"), claimed(folder / "postgres", "postgres"), claimed(folder / "azurite", "azurite"):
        return True


@pytest.mark.parametrize(
    ("command", "number"), [(RUN, signal.SIGKILL), (AS_A_CHILD, signal.SIGKILL), (RUN, signal.SIGTERM)]
)
def test_nothing_is_left_behind(command: list[str], number: signal.Signals, folder: Path) -> None:
    with begun(command, folder, free_port()) as (process, said):
        ready(process, said)
        process.send_signal(number)
        process.wait(20)
        assert nothing_runs_on(folder)


def test_ctrl_c_ends_it_well_and_what_it_announced_was_there(folder: Path) -> None:
    port = free_port()
    with begun(RUN, folder, port) as (process, said):
        announced = ready(process, said)
        for url in (f"http://localhost:{port}/api/v1/docs", f"http://localhost:{port}/dev/inbox"):
            assert url in announced
            assert requests.get(url, timeout=5).status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert nothing_runs_on(folder)


def test_the_database_of_a_running_app_is_told(folder: Path) -> None:
    told = [sys.executable, "-m", "localhost", "database"]
    here = os.environ | {"DATA_DIR": str(folder)}
    with begun(RUN, folder, free_port()) as (process, said):
        ready(process, said)
        url = subprocess.run(told, cwd=ROOT, env=here, capture_output=True, text=True, check=True).stdout.strip()
        with psycopg.connect(url) as owner:
            assert owner.execute("SELECT count(*) FROM user_account WHERE role = 'KAM'").fetchone() == (2,)
        process.send_signal(signal.SIGINT)
        process.wait(20)
    ended = subprocess.run(told, cwd=ROOT, env=here, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "make run" in ended.stderr


def test_a_taken_port_is_said_with_the_setting_that_helps(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with begun(RUN, tmp_path, port) as (process, said):
            assert process.wait(20) == 1
    assert f"Port {port}" in said.read_text()
    assert "Set PORT" in said.read_text()

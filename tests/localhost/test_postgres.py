"""The embedded PostgreSQL: whose it is, who may sign in, and that it gives back what was written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from localhost.postgres import APP, DATABASE, LOGIN, OWNER, Postgres, admit_app

GROUP = f"CREATE ROLE {APP} NOLOGIN"  # as the first migration does


@contextmanager
def serving(folder: Path, *, durable: bool = False, major: int = 18) -> Iterator[Postgres]:
    """A server that runs for a while."""
    postgres = Postgres(folder, durable=durable, major=major)
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A running server whose migrations have made the app's group role."""
    with serving(tmp_path_factory.mktemp("server")) as postgres:
        run(postgres.owner_url(), GROUP)
        admit_app(postgres.owner_url(), postgres.app_password)
        yield postgres


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    """The rows of one statement, committed."""
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_the_owner_owns_its_database_and_is_no_superuser(server: Postgres) -> None:
    rows = run(
        server.owner_url(),
        "SELECT current_database(), pg_get_userbyid(datdba), rolsuper, rolcreaterole FROM pg_database, pg_roles"
        " WHERE datname = current_database() AND rolname = current_user",
    )
    assert rows == [(DATABASE, OWNER, False, True)]


def test_the_app_signs_in_as_a_member_of_its_group_who_may_change_no_schema(server: Postgres) -> None:
    assert run(server.app_url(), f"SELECT current_user, pg_has_role('{APP}', 'member')") == [(LOGIN, True)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(server.app_url(), "CREATE SCHEMA mine")


def test_admitting_the_app_answers_its_url_and_can_be_repeated(server: Postgres) -> None:
    assert run(admit_app(server.owner_url(), "p@ss/word"), "SELECT current_user") == [(LOGIN,)]
    assert admit_app(server.owner_url(), server.app_password) == server.app_url()
    assert run(server.app_url(), "SELECT current_user") == [(LOGIN,)]


def test_a_wrong_password_opens_nothing(server: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        run(server.app_url().replace(server.app_password, "wrong"), "SELECT 1")


def test_it_listens_on_loopback_only_and_counts_in_utc(server: Postgres) -> None:
    names = "listen_addresses", "unix_socket_directories", "max_connections", "TimeZone"
    shown = [run(server.superuser_url, f"SHOW {name}")[0][0] for name in names]
    assert shown == ["127.0.0.1", "", "200", "UTC"]


def test_it_knows_letters_beyond_ascii(server: Postgres) -> None:
    assert run(server.owner_url(), "SELECT lower('ÄÇ'), upper('é')") == [("äç", "É")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has root's rights to lose")
def test_root_hands_it_to_a_user_without_rights_even_where_only_root_may_enter(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with serving(tmp_path / "server"):
        pid = (tmp_path / "server" / "data" / "postmaster.pid").read_text().split()[0]
        assert Path(f"/proc/{pid}").stat().st_uid != 0


def test_it_recovers_from_a_crash_with_what_was_committed(tmp_path: Path) -> None:
    with serving(tmp_path, durable=True) as postgres:
        url = postgres.owner_url()
        run(url, "CREATE TABLE kept AS SELECT 1 AS n")
        postgres.kill()
        (tmp_path / "data" / "postmaster.pid").write_text(f"{os.getppid()}\n")  # that id is somebody else's by now
        postgres.start()
        assert postgres.owner_url() == url
        assert run(url, "SELECT n FROM kept") == [(1,)]


def test_a_cluster_that_was_never_finished_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "data.new").mkdir()
    (tmp_path / "data.new" / "PG_VERSION").write_text("18")
    with serving(tmp_path) as postgres:
        assert run(postgres.owner_url(), "SELECT 1") == [(1,)]


def test_version_16_serves_too(tmp_path: Path) -> None:
    with serving(tmp_path, major=16) as postgres:
        assert str(run(postgres.owner_url(), "SHOW server_version")[0][0]).startswith("16.")

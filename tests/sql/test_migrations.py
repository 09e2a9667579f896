"""Migrations bring a database to the newest schema, from many at once, and notice what was edited (data.md)."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from localhost.machine import Machine
from shared_code.sql import migrations
from shared_code.sql.migrations import MigrationChangedError, migrate
from tests.world import race

EVERYBODY = 10


@pytest.fixture
def empty(ground: Machine) -> Iterator[str]:
    """The owner's URL of a database with nothing in it."""
    name = f"empty_{uuid.uuid4().hex}"
    with psycopg.connect(ground.owner_url, autocommit=True) as db:
        db.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        yield psycopg.conninfo.make_conninfo(ground.owner_url, dbname=name)
        db.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Migrations of this test alone: one that makes a table."""
    monkeypatch.setattr(migrations, "FOLDER", tmp_path)
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE first (id int);")
    return tmp_path


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as db:
        found = db.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
        return {name for (name,) in found}


def at_head(url: str) -> bool:
    with psycopg.connect(url) as db:
        return migrations.is_at_head(db)


def test_of_many_that_migrate_at_once_each_migration_is_applied_by_one(empty: str) -> None:
    outcomes = race(EVERYBODY, lambda _: migrate(empty))
    applied = [name for names in outcomes for name in names]
    assert sorted(applied) == sorted(migrations.files())
    assert at_head(empty)
    assert migrate(empty) == []


def test_a_migration_is_recorded_with_its_checksum(empty: str) -> None:
    migrate(empty)
    with psycopg.connect(empty) as db:
        recorded = db.execute("SELECT name, checksum FROM schema_migration").fetchall()
    assert dict(recorded) == {name: checksum for name, (checksum, _) in migrations.files().items()}


def test_a_migration_that_was_edited_after_it_was_applied_is_refused(empty: str, folder: Path) -> None:
    migrate(empty)
    (folder / "0001_first.sql").write_text("CREATE TABLE first (id bigint);")
    (folder / "0002_second.sql").write_text("CREATE TABLE second (id int);")
    with pytest.raises(MigrationChangedError, match=r"0001_first\.sql"):
        migrate(empty)
    assert tables(empty) == {"schema_migration", "first"}


def test_a_migration_that_fails_leaves_nothing_of_itself_and_all_before_it(empty: str, folder: Path) -> None:
    second = folder / "0002_second.sql"
    second.write_text("CREATE TABLE second (id int); SELECT 1 / 0;")
    (folder / "0003_third.sql").write_text("CREATE TABLE third (id int);")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty)
    assert tables(empty) == {"schema_migration", "first"}
    assert not at_head(empty)
    second.write_text("CREATE TABLE second (id int);")
    assert migrate(empty) == ["0002_second.sql", "0003_third.sql"]
    assert at_head(empty)


def test_migrations_are_applied_in_the_order_of_their_numbers(empty: str, folder: Path) -> None:
    (folder / "0010_tenth.sql").write_text("ALTER TABLE first ADD COLUMN tenth int;")
    (folder / "0002_second.sql").write_text("ALTER TABLE first ADD COLUMN second int;")
    (folder / "notes.sql").write_text("this is no migration")
    assert migrate(empty) == ["0001_first.sql", "0002_second.sql", "0010_tenth.sql"]


def test_a_database_that_a_newer_version_has_migrated_serves_an_older_one(empty: str, folder: Path) -> None:
    (folder / "0002_second.sql").write_text("CREATE TABLE second (id int);")
    migrate(empty)
    (folder / "0002_second.sql").unlink()
    assert at_head(empty)
    assert migrate(empty) == []


def test_no_extension_is_needed(empty: str) -> None:
    migrate(empty)
    with psycopg.connect(empty) as db:
        assert db.execute("SELECT extname FROM pg_extension").fetchall() == [("plpgsql",)]

"""Brings a database to the newest schema: numbered plain SQL files, forward only, safe from many instances at once."""

import hashlib
from pathlib import Path

import psycopg

FOLDER = Path(__file__).parent.parent / "migrations"
LOCK = 7_401_001  # any number, the same for everybody who migrates


class MigrationChangedError(Exception):
    """A migration that a database already has was edited afterwards."""


def files() -> dict[str, tuple[str, str]]:
    """Every migration in its order: name to (SHA-256 of the file, SQL)."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("[0-9]*.sql"))}
    return {name: (hashlib.sha256(text.encode()).hexdigest(), text) for name, text in texts.items()}


def migrate(owner_url: str) -> list[str]:
    """Apply what is missing, each file in a transaction of its own; answers the names applied.

    `owner_url` is the connection URL of the role that owns the schema. Raises MigrationChangedError.
    """
    with psycopg.connect(owner_url, autocommit=True) as db:
        db.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        db.execute(
            "CREATE TABLE IF NOT EXISTS schema_migration"
            " (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        known: dict[str, str] = dict(db.execute("SELECT name, checksum FROM schema_migration").fetchall())
        return [name for name, (checksum, sql) in files().items() if _apply(db, name, checksum, sql, known)]


def _apply(
    db: "psycopg.Connection[tuple[str, str]]", name: str, checksum: str, sql: str, known: dict[str, str]
) -> bool:
    if name in known:
        if known[name] != checksum:
            raise MigrationChangedError(f"{name} was edited after it was applied: write a new migration instead")
        return False
    with db.transaction():
        db.execute(sql)
        db.execute("INSERT INTO schema_migration (name, checksum) VALUES (%s, %s)", [name, checksum])
        db.execute(
            "DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'solarium_app')"
            " THEN GRANT SELECT ON schema_migration TO solarium_app; END IF; END $$"
        )
    return True


def is_at_head(db: "psycopg.Connection[tuple[object, ...]]") -> bool:
    """Whether the database has every migration this code knows."""
    known = {str(row[0]) for row in db.execute("SELECT name FROM schema_migration").fetchall()}
    return known >= set(files())

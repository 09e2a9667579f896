"""A business of any size, straight into the database: people, and as many leads with all that hangs on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

ADMINS, KAMS, PARTNERS = 3, 8, 40
FIRST: Final = 1001  # the number of the first row of each kind
TABLES: Final = (
    "user_account", "customer", "channel_partner", "lead", "quotation", "commission", "document", "document_version",
    "timeline_entry", "notification", "audit_log", "session",
)  # fmt: skip
_NUMBERED: Final = ("customer", "lead", "quotation", "commission", "document", "notification")
_ROWS: Final = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")

Owner = psycopg.Connection[Any]


def fill(owner_url: str, leads: int) -> None:
    """Add so many leads, and what they bring along, to a migrated database that has none with such numbers.

    A partner has a fortieth of them, a KAM an eighth, three of a hundred nobody. They end as PostgreSQL knows rows
    that have been there for a while.
    """
    sizes = {
        "leads": leads, "customers": max(leads * 3 // 4, 1), "first": FIRST,
        "admins": ADMINS, "kams": KAMS, "partners": PARTNERS,
    }  # fmt: skip
    with psycopg.connect(owner_url, autocommit=True, cursor_factory=psycopg.ClientCursor) as db:
        with db.transaction(), _bare(db):
            db.execute(_ROWS, sizes)
            for thing in _NUMBERED:
                db.execute("SELECT setval(%s, %s)", [f"{thing}_number", FIRST + 3 * leads])
        db.execute("VACUUM ANALYZE")


@contextmanager
def _bare(db: Owner) -> Iterator[None]:
    """The tables without what makes many rows slow to add: triggers, references, indexes that keep no rule."""
    references = db.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"
        " AND conrelid::regclass::text = ANY (%s)", [list(TABLES)],
    ).fetchall()  # fmt: skip
    indexes = db.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE NOT indisunique AND indrelid::regclass::text = ANY (%s)", [list(TABLES)],
    ).fetchall()  # fmt: skip
    for table in TABLES:
        # What PostgreSQL knows of a table stays what it is, and no vacuum of its own hinders ours.
        db.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        db.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table, name, _ in references:
        db.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in indexes:
        db.execute(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        db.execute(definition)
    for table, name, definition in references:
        db.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for table in TABLES:
        db.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

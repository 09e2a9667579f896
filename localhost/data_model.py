"""Draws the data model into docs/data-model.md from a database that the migrations have made, and from nothing else."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg.rows import class_row

from localhost.postgres import Postgres
from shared_code.sql.migrations import migrate

PAGE: Final = Path(__file__).parent.parent / "docs" / "data-model.md"

# Each diagram shows its tables whole, and of the tables of others what they refer to by name.
CHAPTERS: Final = {
    "People and how they sign in": (
        "user_account", "channel_partner", "kam", "customer", "session", "otp_challenge", "otp_guard",
        "password_guard", "password_reset", "second_factor",
    ),
    "Leads, quotations, commissions": ("lead", "timeline_entry", "quotation", "commission", "commission_event"),
    "Documents": ("document", "document_version", "kyc_event", "document_access"),
    "Messages, and what the edge keeps": (
        "notification", "outbox_message", "provider_trouble", "audit_log", "idempotency_key", "rate_window",
        "schema_migration",
    ),
    "Master data": (
        "panel", "inverter", "bom_item", "structure", "state", "discom", "fee", "other_charge", "subsidy_scheme",
        "gst_rate", "setting",
    ),
}  # fmt: skip
HEAD: Final = """# Data model

Drawn from the migrations by `make data-model`; a test compares. PK: primary key. FK: refers to another table. Rows of
master data carry `valid_from` and `valid_to`: a change is a new row. What must always hold is in the constraints and
triggers of `shared_code/migrations/`; the tests that race the invariants are in `tests/invariants/`.
"""


@dataclass(frozen=True)
class Column:
    """One column; `key`: PK, FK, both, or nothing."""

    table: str
    name: str
    type: str
    key: str


@dataclass(frozen=True)
class Reference:
    """A row of `table` refers to one of `target`, always or not (`may_lack`), alone or with others (`at_most_once`)."""

    table: str
    target: str
    column: str
    may_lack: bool
    at_most_once: bool


def write(page: Path = PAGE) -> Path:
    """Draw the model that the migrations make on a server of its own. Raises StartError."""
    with tempfile.TemporaryDirectory(prefix="solarium-data-model-") as data:
        postgres = Postgres(Path(data) / "postgres", durable=False)
        postgres.start()
        try:
            migrate(postgres.owner_url())
            page.write_text(drawn(postgres.owner_url()), encoding="utf-8")
        finally:
            postgres.stop()
    return page


def drawn(owner_url: str) -> str:
    """The page, as Markdown with a Mermaid diagram for each chapter. Raises LookupError for a table without one."""
    with psycopg.connect(owner_url) as db:
        columns = db.cursor(row_factory=class_row(Column)).execute(_COLUMNS).fetchall()
        references = db.cursor(row_factory=class_row(Reference)).execute(_REFERENCES).fetchall()
    told = {table for tables in CHAPTERS.values() for table in tables}
    if unknown := {column.table for column in columns} ^ told:
        raise LookupError(f"the chapters of the data model and the database differ in {sorted(unknown)}")
    return HEAD + "".join(_chapter(title, tables, columns, references) for title, tables in CHAPTERS.items())


def _chapter(title: str, tables: tuple[str, ...], columns: list[Column], references: list[Reference]) -> str:
    lines = [f"\n## {title}\n", "```mermaid", "erDiagram"]
    for table in tables:
        lines.append(f"    {table} {{")
        lines += [f"        {each.type} {each.name} {each.key}".rstrip() for each in columns if each.table == table]
        lines.append("    }")
    lines += [
        f"    {each.target} {'|o' if each.may_lack else '||'}--{'o|' if each.at_most_once else 'o{'}"
        f' {each.table} : "{each.column}"'
        for each in references
        if each.table in tables
    ]
    return "\n".join([*lines, "```\n"])


_COLUMNS: Final = """
    SELECT c.relname AS table, a.attname AS name,
        replace(regexp_replace(format_type(a.atttypid, NULL), 'timestamp with time zone', 'timestamptz'), ' ', '_')
            AS type,
        concat_ws(', ',
            CASE WHEN EXISTS (SELECT FROM pg_constraint p WHERE p.conrelid = c.oid AND p.contype = 'p'
                              AND a.attnum = ANY (p.conkey)) THEN 'PK' END,
            CASE WHEN EXISTS (SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f'
                              AND a.attnum = ANY (f.conkey)) THEN 'FK' END) AS key
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'dated'
    ORDER BY c.relname, a.attnum"""
_REFERENCES: Final = """
    SELECT c.relname AS table, t.relname AS target,
        (SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(f.conkey) WITH ORDINALITY k (attnum, place)
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum) AS column,
        (SELECT bool_or(NOT a.attnotnull) FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum = ANY (f.conkey)) AS may_lack,
        EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u')
                AND k.conkey <@ f.conkey) AS at_most_once
    FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class t ON t.oid = f.confrelid
    WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace
    ORDER BY c.relname, t.relname, f.conname"""

"""The data model in docs/ is the one that the migrations make."""

import psycopg
import pytest

from localhost.data_model import PAGE, drawn


def test_the_page_shows_what_the_migrations_make(database: str) -> None:
    assert PAGE.read_text(encoding="utf-8") == drawn(database), "make data-model draws it anew"


def test_every_table_and_every_reference_is_drawn(database: str) -> None:
    page = drawn(database)
    with psycopg.connect(database) as db:
        tables = [name for (name,) in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        references = db.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f'").fetchone()
    assert [table for table in tables if table != "dated" and f"    {table} {{\n" not in page] == []
    assert page.count("--o") == (references or [0])[0] > 20


def test_what_refers_with_its_whole_key_does_so_once(database: str) -> None:
    page = drawn(database)
    assert '    user_account ||--o| kam : "kam_id"\n' in page
    assert '    kam |o--o{ channel_partner : "kam_id"\n' in page
    assert '    document_version ||--o{ document_access : "doc_id, version"\n' in page


def test_a_table_that_no_chapter_tells_of_is_missed(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as db:
        db.execute("CREATE TABLE forgotten (id integer)")
        try:
            with pytest.raises(LookupError, match="forgotten"):
                drawn(database)
        finally:
            db.execute("DROP TABLE forgotten")

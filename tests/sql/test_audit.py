"""The database itself writes down who changed what in every business table, and never a password's hash (data.md)."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.sql.writes import MASTER_DATA, WRITES, act_as, acting
from tests.world import World

# What is no business: sign-in, messages, limits; and what is itself a log or the migrations' own.
UNAUDITED = {
    "audit_log", "schema_migration", "session", "otp_challenge", "otp_guard", "password_guard", "notification",
    "outbox_message", "idempotency_key", "rate_window", "timeline_entry", "commission_event", "kyc_event",
    "document_access", "provider_trouble",
    "password_reset", "second_factor",
}  # fmt: skip


@pytest.fixture
def app(world: World) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of the app's role, in which an Admin acts; all of it is undone."""
    with acting(world.app_url) as db:
        yield db


@pytest.fixture
def owner(world: World) -> Iterator[psycopg.Connection[Any]]:
    """The same of the owner."""
    with acting(world.owner_url) as db:
        yield db


def log(db: psycopg.Connection[Any], table: str, entity_id: str) -> list[tuple[Any, ...]]:
    query = (
        "SELECT action, actor_id, actor_role, request_id, before, after FROM audit_log"
        " WHERE entity = %s AND entity_id = %s ORDER BY id"
    )
    return db.execute(query, [table, entity_id]).fetchall()


def test_every_business_table_is_audited_whatever_is_written(world: World) -> None:
    audited = world.rows(
        "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE p.proname = 'audit_row' AND t.tgenabled = 'O' AND t.tgtype & (1 | 4 | 8 | 16) = 1 | 4 | 8 | 16"
    )
    tables = world.rows("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
    assert {name for (name,) in tables} - {name for (name,) in audited} == UNAUDITED
    assert {name for (name,) in audited} == WRITES.keys() | set(MASTER_DATA)


@pytest.mark.parametrize("table", WRITES)
def test_a_write_of_the_app_is_logged_with_who_and_what(app: psycopg.Connection[Any], table: str) -> None:
    insert, update, entity_id = WRITES[table]
    before = len(log(app, table, entity_id))
    app.execute(insert)
    if update:
        app.execute(update)
    entries = log(app, table, entity_id)[before:]
    assert [entry[:4] for entry in entries] == [
        (action, "ADM-1", "Admin", "request-1") for action in ("insert", *(["update"] if update else []))
    ]
    assert entries[0][4] is None
    assert entity_id in entries[0][5].values()
    assert "secret" not in json.dumps(entries)


@pytest.mark.parametrize("table", sorted(WRITES.keys() - {"quotation", "commission"}))
def test_a_deletion_by_the_owner_is_logged_with_what_was_there(owner: psycopg.Connection[Any], table: str) -> None:
    insert, _, entity_id = WRITES[table]
    owner.execute(insert)
    column = owner.execute(
        "SELECT tgargs FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = 'audit'", [table]
    ).fetchone()
    assert column
    key = column[0].rstrip(b"\0").decode()
    owner.execute(
        sql.SQL("DELETE FROM {} WHERE {} = %s").format(sql.Identifier(table), sql.Identifier(key)), [entity_id]
    )
    action, *who, before, after = log(owner, table, entity_id)[-1]
    assert (action, *who, after) == ("delete", "ADM-1", "Admin", "request-1", None)
    assert before[key] == entity_id
    assert "secret" not in json.dumps(before)


@pytest.mark.parametrize("table", MASTER_DATA)
def test_master_data_is_logged_before_and_after(owner: psycopg.Connection[Any], table: str) -> None:
    name = sql.Identifier(table)
    owner.execute(
        sql.SQL("CREATE TEMP TABLE one ON COMMIT DROP AS SELECT * FROM {} ORDER BY valid_from DESC LIMIT 1").format(
            name
        )
    )
    owner.execute(sql.SQL("DELETE FROM {0} t USING one WHERE t = one::text::{0}").format(name))
    owner.execute(sql.SQL("INSERT INTO {} SELECT * FROM one").format(name))
    owner.execute(sql.SQL("UPDATE {0} t SET valid_to = '2100-01-01' FROM one WHERE t = one::text::{0}").format(name))
    deleted, inserted, updated = owner.execute(
        "SELECT action, before, after FROM audit_log WHERE entity = %s ORDER BY id DESC LIMIT 3", [table]
    ).fetchall()[::-1]
    assert (deleted[0], inserted[0], updated[0]) == ("delete", "insert", "update")
    assert deleted[1] == inserted[2]
    assert updated[1:] == ({"valid_to": None}, {"valid_to": "2100-01-01T00:00:00+00:00"})


def test_an_update_is_logged_with_the_changed_columns_alone(app: psycopg.Connection[Any]) -> None:
    app.execute("UPDATE lead SET status = 'Won', state = state WHERE lead_id = 'LEAD-70'")
    action, *_, before, after = log(app, "lead", "LEAD-70")[-1]
    assert (action, before, after) == ("update", {"status": "New Lead"}, {"status": "Won"})


def test_an_update_that_changes_nothing_is_not_logged(app: psycopg.Connection[Any]) -> None:
    app.execute("UPDATE lead SET status = status WHERE lead_id = 'LEAD-70'")
    assert [entry[0] for entry in log(app, "lead", "LEAD-70")] == ["insert"]


def test_another_password_is_logged_without_its_hash(app: psycopg.Connection[Any]) -> None:
    app.execute("UPDATE user_account SET password_hash = 'new-secret' WHERE user_id = 'KAM-1'")
    action, *_, before, after = log(app, "user_account", "KAM-1")[-1]
    assert (action, before, after) == ("update", {}, {})


def test_a_write_that_nobody_signs_is_logged_as_nobodys(owner: psycopg.Connection[Any]) -> None:
    act_as(owner, "", "", "")
    owner.execute("UPDATE lead SET status = 'Won' WHERE lead_id = 'LEAD-70'")
    assert log(owner, "lead", "LEAD-70")[-1][1:4] == (None, None, None)


def test_the_log_holds_no_hash_of_a_password_or_a_code(world: World) -> None:
    assert world.value("SELECT count(*) FROM audit_log") > 0
    assert (
        world.value("SELECT count(*) FROM audit_log WHERE concat(before, after) ~ 'argon2|password_hash|code_hash'")
        == 0
    )


def test_no_role_of_ours_can_switch_the_log_off(world: World) -> None:
    for url in (world.app_url, world.owner_url):
        with psycopg.connect(url) as db, pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute("SET session_replication_role = replica")

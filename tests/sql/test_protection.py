"""What must not change nobody changes, app or owner, and the app's role can do no more than it needs (data.md)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import errors

from localhost.machine import Machine
from tests.sql.writes import MASTER_DATA, WRITES, acting
from tests.world import World

FREE = {"status", "shared_with_customer", "shared_at", "accepted_at", "rejected_at"}
ANOTHER = {
    "text": "{0} || 'x'", "numeric": "{0} + 1", "integer": "{0} + 1", "date": "{0} + 1",
    "jsonb": """'{{"other": 1}}'""", "timestamp with time zone": "{0} + interval '1 second'",
}  # fmt: skip
LOGS = """
    INSERT INTO timeline_entry (lead_id, entry, version, action) VALUES ('LEAD-70', 1, 1, 'created');
    INSERT INTO commission (
            commission_id, lead_id, quotation_ref, cp_id, system_kw, project_amount, dealer_add_on_per_kw, amount)
        VALUES ('COMM-70', 'LEAD-70', 'QUOT-70', 'CP-1', 3.24, 154332, 1800, 5832);
    INSERT INTO commission_event (commission_id, version, to_status, amount) VALUES ('COMM-70', 1, 'Pending', 5832);
    INSERT INTO kyc_event (customer_id, doc_id, doc_type, action) VALUES ('CUST-7', 'DOC-70', 'Bill', 'uploaded');
    INSERT INTO document_version (doc_id, version, upload_blob, expires_at, uploaded_by)
        VALUES ('DOC-70', 7, 'upload-7', now(), 'CP-1');
    INSERT INTO document_access (doc_id, version, user_id) VALUES ('DOC-70', 7, 'CP-1');
"""


@dataclass(frozen=True)
class Side:
    """A transaction of one role, and how the database says no to it."""

    db: psycopg.Connection[Any]
    why: type[psycopg.Error]

    def is_refused(self, query: str) -> bool:
        """Whether the database refuses it; the transaction goes on."""
        try:
            with self.db.transaction():
                self.db.execute(query)
        except self.why:
            return True
        return False

    def columns(self, table: str) -> dict[str, str]:
        """The table's columns with their types."""
        query = (
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        )
        return dict(self.db.execute(query, [table]).fetchall())


@pytest.fixture
def app(world: World) -> Iterator[Side]:
    with acting(world.app_url) as db:
        db.execute(LOGS)
        yield Side(db, errors.InsufficientPrivilege)


@pytest.fixture(params=["app", "owner"])
def side(world: World, request: pytest.FixtureRequest) -> Iterator[Side]:
    is_app = request.param == "app"
    with acting(world.app_url if is_app else world.owner_url) as db:
        db.execute(LOGS)
        yield Side(db, errors.InsufficientPrivilege if is_app else errors.RestrictViolation)


@pytest.mark.parametrize("table", ["timeline_entry", "commission_event", "kyc_event", "document_access", "audit_log"])
def test_the_logs_only_grow(side: Side, table: str) -> None:
    column = list(side.columns(table))[-1]
    assert side.db.execute(f"SELECT 1 FROM {table}").fetchone()
    for query in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        assert side.is_refused(query), query


def test_the_audit_is_written_by_the_database_alone(app: Side) -> None:
    assert app.is_refused("INSERT INTO audit_log (entity, entity_id, action) VALUES ('lead', 'LEAD-70', 'update')")


def test_a_quotation_is_frozen_but_for_its_sharing_and_its_answer(side: Side) -> None:
    frozen = {name: kind for name, kind in side.columns("quotation").items() if name not in FREE}
    assert len(frozen) > 20
    for column, kind in frozen.items():
        another = ANOTHER[kind].format(column)
        assert side.is_refused(f"UPDATE quotation SET status = 'Shared', {column} = {another}"), column
    for query in ("DELETE FROM quotation", "TRUNCATE quotation CASCADE"):
        assert side.is_refused(query), query
    side.db.execute("UPDATE quotation SET status = 'Rejected', rejected_at = now()")


@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO quotation SELECT * FROM quotation"
        " ON CONFLICT (quotation_reference) DO UPDATE SET system_price = quotation.system_price + 1",
        "MERGE INTO quotation q USING lead l ON q.lead_id = l.lead_id WHEN MATCHED THEN UPDATE SET pdf_sha256 = 'ff'",
        "MERGE INTO quotation q USING lead l ON q.lead_id = l.lead_id WHEN MATCHED THEN DELETE",
        "WITH moved AS (UPDATE quotation SET lead_id = 'LEAD-1' RETURNING *) SELECT FROM moved",
        "INSERT INTO timeline_entry SELECT * FROM timeline_entry"
        " ON CONFLICT (lead_id, entry) DO UPDATE SET remarks = 'Rewritten.'",
        "MERGE INTO timeline_entry t USING lead l ON t.lead_id = l.lead_id WHEN MATCHED THEN DELETE",
        "MERGE INTO audit_log a USING lead l ON a.entity_id = l.lead_id WHEN MATCHED THEN DELETE",
    ],
)
def test_what_is_frozen_is_reached_by_no_back_door(side: Side, query: str) -> None:
    assert side.is_refused(query)


CALCULATION = ("quotation_ref = NULL", "cp_id = 'CP-2'", "system_kw = 9", "project_amount = 1", "amount = 9999")
FOR_EVER = ("commission_id = 'COMM-1'", "lead_id = 'LEAD-1'", "created_at = now() - interval '1 day'")
APPROVED = "status = 'Approved', approved_amount = 5832, approved_at = now(), approved_by = 'ADM-1'"
PAID = "status = 'Paid', utr = 'UTR000000070', paid_on = '2026-01-05', method = 'NEFT', paid_at = now()"


@pytest.mark.parametrize("which", ["app", "owner"])
def test_of_a_commission_only_the_next_step_changes(world: World, which: str) -> None:
    with acting(world.app_url if which == "app" else world.owner_url) as db:
        db.execute(LOGS)
        side = Side(db, errors.RestrictViolation)
        steps = {
            "status = 'Pending'": (),
            APPROVED: ("approved_amount = 1",),
            PAID: ("notes = 'x'", "status = 'Pending'"),
        }
        for step, refused in steps.items():
            db.execute(f"UPDATE commission SET {step}")
            for change in (*CALCULATION, *FOR_EVER, *refused):
                assert side.is_refused(f"UPDATE commission SET {change}"), (step, change)
        assert Side(db, psycopg.Error).is_refused("DELETE FROM commission")


def test_a_cancelled_commission_is_calculated_anew(app: Side) -> None:
    app.db.execute("UPDATE commission SET status = 'Cancelled'")
    app.db.execute("UPDATE commission SET status = 'Pending', amount = 7000, project_amount = 160000")


@pytest.mark.parametrize("table", [*WRITES, *MASTER_DATA])
def test_no_table_of_the_business_is_emptied(side: Side, table: str) -> None:
    assert side.is_refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", [*WRITES, *MASTER_DATA])
def test_the_app_deletes_nothing_of_the_business(app: Side, table: str) -> None:
    assert app.is_refused(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", MASTER_DATA)
def test_of_master_data_the_app_changes_no_more_than_the_end_of_a_period(app: Side, table: str) -> None:
    for column in app.columns(table).keys() - {"valid_to"}:
        assert app.is_refused(f"UPDATE {table} SET {column} = {column}"), column
    app.db.execute(f"UPDATE {table} SET valid_to = valid_to")


def test_the_app_owns_nothing_and_may_become_nobody(world: World) -> None:
    ours = "rolname IN ('solarium_app', 'solarium_local')"
    owned = "SELECT objid FROM pg_shdepend JOIN pg_roles r ON r.oid = refobjid WHERE deptype = 'o'"
    assert world.rows(f"{owned} AND refclassid = 'pg_authid'::regclass AND {ours}") == []
    able = "rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication"
    assert world.rows(f"SELECT rolname FROM pg_roles WHERE {ours} AND ({able})") == []
    becomes = "SELECT roleid::regrole::text FROM pg_auth_members JOIN pg_roles r ON r.oid = member"
    assert world.rows(f"{becomes} WHERE {ours}") == [("solarium_app",)]


@pytest.mark.parametrize(
    "query",
    [
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE VIEW mine AS SELECT 1",
        "CREATE ROLE mine",
        "ALTER TABLE lead ADD COLUMN mine int",
        "ALTER TABLE quotation DISABLE TRIGGER frozen",
        "ALTER TABLE audit_log DISABLE TRIGGER ALL",
        "DROP TRIGGER audit ON lead",
        "DROP TRIGGER immutable ON quotation",
        "DROP INDEX quotation_one_accepted",
        "ALTER TABLE commission DROP CONSTRAINT commission_one_per_lead",
        "ALTER TABLE commission DROP CONSTRAINT utr_taken",
        "SET session_replication_role = replica",
        "DROP TABLE timeline_entry",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE INDEX mine ON lead (status)",
        "SET ROLE solarium_owner",
        "SELECT setval('lead_number', 1)",
        "UPDATE schema_migration SET checksum = ''",
        "COPY lead TO PROGRAM 'true'",
        "SELECT pg_read_file('postgresql.conf')",
        "LOCK TABLE audit_log IN ACCESS EXCLUSIVE MODE",
    ],
)
def test_the_app_changes_no_schema_and_reaches_nothing_outside(app: Side, query: str) -> None:
    assert app.is_refused(query)


def test_the_app_puts_no_temporary_table_before_ours(ground: Machine) -> None:
    """In the database that was migrated: a clone of it is open again."""
    with psycopg.connect(ground.settings["DATABASE_URL"]) as db, pytest.raises(errors.InsufficientPrivilege):
        db.execute("CREATE TEMPORARY TABLE state (state_code text)")

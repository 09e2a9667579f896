"""The ETag of a sync changes with all that the answer shows and nothing else; nobody polls too often (api.md 2.6)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from shared_code.rules.scope import Caller
from shared_code.sql import sync
from shared_code.sql.pool import prepare
from tests import rows
from tests.edge import Edge, edge_of
from tests.world import CP_1, CP_3, CUSTOMER, World

Db = psycopg.Connection[Any]
NOW, TODAY = datetime(2026, 1, 15, 4, 0, tzinfo=UTC), date(2026, 1, 15)

LEAD_CHANGES = (
    "customer_name = 'Usha'", "phone = '9811111111'", "email = 'a@b.in'", "address = '9 Hill Road'", "city = 'Surat'",
    "state = 'Maharashtra'", "pin_code = '400001'", "status = 'Won'", "origin = 'KAM'", "source = 'Fair'",
    "services = '{Rooftop}'", "requirements = 'Soon'", "follow_up_date = '2026-01-20'", "quotation_ref = %(quotation)s",
    "token_number = 'TOK-9'", "version = version + 1", "updated_at = '2030-01-01'", "created_at = '2025-01-01'",
    "created_by = 'CP-2'",
)  # fmt: skip
SHOWN = {
    **{f"lead: {change}": f"UPDATE lead SET {change} WHERE lead_id = %(lead)s" for change in LEAD_CHANGES},
    "lead: one more": """
        INSERT INTO lead (customer_id, customer_name, phone, address, state, pin_code, origin, created_by, assigned_to)
        VALUES ('CUST-1', 'Asha', '9000000101', '1', 'Gujarat', '380001', 'CP', 'CP-1', 'CP-1')""",
    "quotation: answered": "UPDATE quotation SET status = 'Rejected', rejected_at = now()"
    " WHERE quotation_reference = %(quotation)s",
    "quotation: shared": "UPDATE quotation SET status = 'Shared', shared_with_customer = true"
    " WHERE quotation_reference = %(draft)s",
    "document: type": "UPDATE document SET doc_type = 'Other' WHERE doc_id = %(doc)s",
    "document: deleted": "UPDATE document SET state = 'Deleted' WHERE doc_id = %(doc)s",
    "document: checked": "UPDATE document_version SET file_name = 'b.pdf' WHERE doc_id = %(doc)s",
    "document: a slot dies": "UPDATE document_version SET expires_at = '2020-01-01' WHERE doc_id = %(slot)s",
    "document: one more": """
        WITH d AS (INSERT INTO document (lead_id, doc_type, created_by) VALUES (%(lead)s, 'X', 'CP-1') RETURNING doc_id)
        INSERT INTO document_version (doc_id, version, upload_blob, expires_at, uploaded_by)
        SELECT doc_id, 1, 'blob', now() + interval '1 hour', 'CP-1' FROM d""",
    "document: another version": """
        WITH d AS (UPDATE document SET current_version = 2 WHERE doc_id = %(doc)s RETURNING doc_id)
        INSERT INTO document_version (doc_id, version, upload_blob, expires_at, uploaded_by)
        SELECT doc_id, 2, 'blob', now(), 'CP-1' FROM d""",
    "paper: reviewed": "UPDATE document SET review_status = 'Approved' WHERE doc_id = %(kyc)s",
    "customer: name": "UPDATE user_account SET name = 'Usha' WHERE user_id = 'CUST-1'",
    "customer: city": "UPDATE user_account SET city = 'Surat' WHERE user_id = 'CUST-1'",
    "partner: name": "UPDATE user_account SET name = 'Om' WHERE user_id = 'CP-1'",
    "notification: one more": """
        INSERT INTO notification (user_id, type, title, message, severity)
        SELECT user_id, 'leadStatus', 'New', 'New.', 'info' FROM unnest(ARRAY['CP-1', 'CUST-1']) user_id""",
    "notification: read": "UPDATE notification SET read_at = now()",
    "timeline: one more": """
        WITH l AS (UPDATE lead SET last_entry = last_entry + 1 WHERE lead_id = %(lead)s RETURNING *)
        INSERT INTO timeline_entry (lead_id, entry, version, action)
        SELECT lead_id, last_entry, version, 'status' FROM l""",
}  # fmt: skip
SHOWN_TO_ITS_PARTNER = {
    "lead: given to another": "UPDATE lead SET assigned_to = 'CP-3' WHERE lead_id = %(lead)s",
    "lead: remarks": "UPDATE lead SET remarks = 'Called again.' WHERE lead_id = %(lead)s",
    "quotation: a draft more": """
        INSERT INTO quotation SELECT another.*
        FROM quotation q, jsonb_populate_record(q, jsonb_build_object('quotation_reference', 'QUOT-9')) another
        WHERE q.quotation_reference = %(draft)s""",
    "commission: cancelled": "UPDATE commission SET status = 'Cancelled' WHERE cp_id = 'CP-1'",
    "commission: notes": "UPDATE commission SET notes = 'Soon.' WHERE cp_id = 'CP-1'",
    "commission: name on a lead that another has": "UPDATE lead SET customer_name = 'Tara' WHERE lead_id = %(moved)s",
    "commission: token of a lead that another has": "UPDATE lead SET token_number = 'TOK-8' WHERE lead_id = %(moved)s",
}
OF_OTHERS = (
    "UPDATE user_account SET name = 'Om' WHERE user_id IN ('CP-2', 'CP-9', 'KAM-1', 'ADM-1')",
    "UPDATE notification SET title = 'Other' WHERE user_id = 'CP-3'",
    "UPDATE lead SET remarks = 'Other.' WHERE lead_id = %(other)s",
    "UPDATE commission SET notes = 'Other.' WHERE cp_id = 'CP-3'",
    "UPDATE session SET last_seen_at = now()",
)


@pytest.fixture(scope="module")
def known(world: World) -> dict[str, str]:
    """A lead of CP-1 and CUST-1 with one of everything, one that CP-1 has earned on and lost, one that is another's."""
    rows.insert(world, "user_account", "user_id", user_id="CUST-77", role="Customer", phone="9777777777", name="Zed")
    rows.insert(world, "customer", "customer_id", customer_id="CUST-77")
    lead_id, (moved, _) = world.lead(status="In Discussion"), rows.executed(world)
    away = "UPDATE lead SET assigned_to = 'CP-3', customer_id = 'CUST-77' WHERE lead_id = %s"
    world.owner.execute(away, [moved])
    for user_id in ("CP-1", "CP-3", "CUST-1"):
        rows.notification(world, user_id)
    slot = rows.document(world, lead_id, state="Reserved")
    other, _ = rows.executed(world, "CP-3")
    world.owner.execute("UPDATE lead SET customer_id = 'CUST-77' WHERE lead_id = %s", [other])
    return {
        "lead": lead_id, "moved": moved, "slot": slot, "other": other,
        "quotation": rows.quotation(world, lead_id, "Shared"), "draft": rows.quotation(world, lead_id),
        "doc": rows.document(world, lead_id), "kyc": rows.document(world, None, "CUST-1", doc_type="PAN Card"),
    }  # fmt: skip


@pytest.fixture
def db(world: World) -> Iterator[Db]:
    """A transaction in which things change; all of it is undone."""
    with psycopg.connect(world.owner_url) as db, db.transaction(force_rollback=True):
        prepare(db)
        yield db


def synced(db: Db, caller: Caller, day: date = TODAY, flag: bool = True, know: bytes = b"") -> sync.Answer:
    db.execute("DELETE FROM rate_window")
    answer = sync.everything(db, caller, NOW, day, [know], force=False, customer_accepted=flag).fetchone()
    assert answer
    return answer


def check_both_change(db: Db, caller: Caller, change: str, known: dict[str, str]) -> None:
    before = synced(db, caller)
    db.execute(change, known)
    after = synced(db, caller)
    assert after.data != before.data, "the answer does not show the change: the test is in vain"
    assert after.hash != before.hash


@pytest.mark.parametrize("change", SHOWN.values(), ids=SHOWN)
@pytest.mark.parametrize("caller", [CP_1, CUSTOMER], ids=lambda caller: caller.user_id)
def test_what_a_sync_shows_changes_its_etag(db: Db, caller: Caller, change: str, known: dict[str, str]) -> None:
    check_both_change(db, caller, change, known)


@pytest.mark.parametrize("change", SHOWN_TO_ITS_PARTNER.values(), ids=SHOWN_TO_ITS_PARTNER)
def test_what_it_shows_to_a_partner_alone_changes_its_etag(db: Db, change: str, known: dict[str, str]) -> None:
    check_both_change(db, CP_1, change, known)


@pytest.mark.parametrize("caller", [CP_1, CUSTOMER], ids=lambda caller: caller.user_id)
def test_what_changes_for_others_does_not_change_it(db: Db, caller: Caller, known: dict[str, str]) -> None:
    before = synced(db, caller)
    for change in OF_OTHERS:
        assert db.execute(change, known).rowcount >= 0
    after = synced(db, caller)
    assert (after.hash, after.data) == (before.hash, before.data)


def test_a_new_business_day_and_another_matrix_change_it(db: Db) -> None:
    hashes = {synced(db, CP_1, day, flag).hash for day in (TODAY, TODAY + timedelta(days=1)) for flag in (True, False)}
    assert len(hashes) == 4


def test_nobody_shares_an_etag(db: Db) -> None:
    assert len({synced(db, caller).hash for caller in (CP_1, CP_3, CUSTOMER)}) == 3


def test_who_has_the_answer_gets_no_body(db: Db) -> None:
    first = synced(db, CP_1)
    assert synced(db, CP_1, know=first.hash) == sync.Answer(True, first.hash, None)
    assert synced(db, CP_1, know=bytes(32)).data is not None


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    with edge_of(world) as edge:
        yield edge


@pytest.fixture
def rested(world: World, edge: Edge) -> Edge:
    """Nobody has polled lately."""
    world.owner.execute("DELETE FROM rate_window")
    return edge


def test_one_poll_and_a_burst_of_six_then_429_until_half_a_minute_is_over(world: World, rested: Edge) -> None:
    assert [rested(CP_1, "GET", "sync").status for _ in range(7)] == [200] * 7
    refused = rested(CP_1, "GET", "sync")
    assert (refused.status, refused.code) == (429, "RATE_LIMITED")
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert rested(CP_3, "GET", "sync").status == 200
    world.owner.execute("UPDATE rate_window SET started_at = started_at - interval '31 seconds'")
    assert [rested(CP_1, "GET", "sync").status for _ in range(2)] == [200, 429]


def test_what_is_known_is_304_and_stays_so(rested: Edge) -> None:
    etag = rested(CP_1, "GET", "sync").headers["ETag"]
    for known in (etag, f'"{"0" * 64}", {etag}', f"W/{etag}"):
        assert rested(CP_1, "GET", "sync", If_None_Match=known).status == 304
    assert rested(CP_1, "GET", "sync?force=true", If_None_Match=etag).status == 200
    assert rested(CP_1, "GET", "sync", If_None_Match=f'"{"0" * 64}"').status == 200


def test_a_change_in_between_is_no_identical_poll(world: World, rested: Edge) -> None:
    for _ in range(8):
        assert rested(CP_1, "GET", "sync").status == 200
        rows.notification(world, "CP-1", created_at=NOW + timedelta(days=1))

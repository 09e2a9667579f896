"""Who is not erased, who may not erase, and that nothing else changes a log (rules.md 8; data.md, Entities)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import errors

from shared_code.rules.scope import Role
from tests import rows
from tests.sql.writes import acting
from tests.staff import Staff
from tests.world import World

YEARS_7 = timedelta(days=7 * 365 + 2)  # with their leap days; a day less is within the seven years
LOGS = {  # a column with words, and where such words are
    "timeline_entry": ("remarks", "lead_id = 'LEAD-70'"),
    "kyc_event": ("reason", "doc_id = 'DOC-71'"),
    "commission_event": ("notes", "commission_id = 'COMM-70'"),
    "audit_log": ("before", "entity_id = 'CUST-1' AND before ? 'name'"),
}
LOGGED = """
    UPDATE user_account SET name = 'Om' WHERE user_id = 'CUST-1';
    INSERT INTO timeline_entry (lead_id, entry, version, action, remarks) VALUES ('LEAD-70', 1, 1, 'created', 'Well.');
    INSERT INTO document (doc_id, customer_id, doc_type, created_by) VALUES ('DOC-71', 'CUST-1', 'Other', 'CP-1');
    INSERT INTO kyc_event (customer_id, doc_id, doc_type, action, reason)
        VALUES ('CUST-1', 'DOC-71', 'Other', 'rejected', 'Unreadable.');
    INSERT INTO commission (
            commission_id, lead_id, quotation_ref, cp_id, system_kw, project_amount, dealer_add_on_per_kw, amount)
        VALUES ('COMM-70', 'LEAD-70', 'QUOT-70', 'CP-1', 3.24, 154332, 1800, 5832);
    INSERT INTO commission_event (commission_id, version, to_status, amount, notes)
        VALUES ('COMM-70', 1, 'Pending', 5832, 'Well.');
"""
OURS = (
    "check_may_be_erased", "ever_known_by", "erase_traces", "erase_account", "erase_leads", "erase_audit",
    "erase_person",
)  # fmt: skip


def ago(years_7_and: timedelta) -> datetime:
    return datetime.now(UTC) - YEARS_7 - years_7_and


def erase(world: World, user_id: str) -> None:
    world.owner.execute("SELECT erase_person(%s)", [user_id])


def refuses(world: World, user_id: str, *words: str) -> None:
    """Whether the person is as it was, and the refusal says why."""
    before = world.rows("SELECT * FROM user_account ORDER BY user_id")
    with pytest.raises(psycopg.Error) as refused:
        erase(world, user_id)
    message = str(refused.value.diag.message_primary)
    assert all(word in message for word in words), message
    assert world.rows("SELECT * FROM user_account ORDER BY user_id") == before


def accepted(world: World, customer_id: str, at: datetime) -> str:
    return rows.quotation(world, world.lead(customer_id=customer_id), "Accepted", accepted_at=at)


def commission(world: World, cp_id: str, customer_id: str, at: datetime, **columns: Any) -> str:
    """A commission without an accepted quotation."""
    lead_id = world.lead(cp_id, "Executed", customer_id)
    given: dict[str, Any] = {
        "lead_id": lead_id,
        "quotation_ref": rows.quotation(world, lead_id),
        "cp_id": cp_id,
        "system_kw": 3,
    }
    amounts = {"project_amount": 154332, "dealer_add_on_per_kw": 1800, "amount": 5400, "created_at": at}
    return rows.insert(world, "commission", "commission_id", **given | amounts | columns)


def partner(world: World) -> str:
    number = world.value("SELECT nextval('cp_number')")
    account = {"user_id": f"CP-{number}", "role": "CP", "name": "Om", "phone": str(9_730_000_000 + number)}
    rows.insert(world, "user_account", "user_id", **account)
    return rows.insert(world, "channel_partner", "cp_id", cp_id=account["user_id"])


def test_an_accepted_quotation_keeps_its_customer_for_seven_years(world: World) -> None:
    customer_id = rows.customer(world)
    old = accepted(world, customer_id, ago(timedelta()))
    young = accepted(world, customer_id, ago(-timedelta(days=3)))
    until = world.value("SELECT (india_day(accepted_at + interval '7 years'))::text FROM quotation"
                        " WHERE quotation_reference = %s", young)  # fmt: skip
    refuses(world, customer_id, customer_id, young, f"until {until}")
    world.owner.execute("UPDATE quotation SET status = 'Rejected' WHERE quotation_reference = %s", [young])
    erase(world, customer_id)
    assert world.value("SELECT status FROM quotation WHERE quotation_reference = %s", old) == "Accepted"


@pytest.mark.parametrize("side", ["customer", "partner"])
def test_a_commission_keeps_customer_and_partner_for_seven_years_after_its_last_step(world: World, side: str) -> None:
    cp_id, customer_id = partner(world), rows.customer(world)
    person = customer_id if side == "customer" else cp_id
    payment: dict[str, Any] = {
        "status": "Paid",
        "utr": f"UTR{world.value('SELECT 1000000000 + nextval(%s)', 'commission_number')}",
    }
    payment |= {"paid_on": "2019-01-05", "method": "NEFT", "approved_amount": 5400}
    old = ago(timedelta())
    commission(world, cp_id, customer_id, old, **payment, approved_at=old, paid_at=old)
    erase(world, person)
    cp_id, customer_id = partner(world), rows.customer(world)
    young = commission(world, cp_id, customer_id, old, status="Approved", approved_amount=5400, approved_at="now()")
    refuses(world, customer_id if side == "customer" else cp_id, young)


def test_a_partner_with_open_leads_gives_them_away_first(world: World) -> None:
    cp_id = partner(world)
    world.lead(cp_id, "Not Interested", rows.customer(world))
    lead_id = world.lead(cp_id, "Under Execution", rows.customer(world))
    refuses(world, cp_id, "open leads")
    world.owner.execute("UPDATE lead SET assigned_to = 'CP-2' WHERE lead_id = %s", [lead_id])
    erase(world, cp_id)


def test_the_last_active_admin_stays(own_world: World) -> None:
    second = Staff(own_world, Role.ADMIN)
    own_world.owner.execute("UPDATE user_account SET blocked = true WHERE user_id = %s", [second.user_id])
    refuses(own_world, "ADM-1", "last active Admin")
    own_world.owner.execute("UPDATE user_account SET blocked = false WHERE user_id = %s", [second.user_id])
    erase(own_world, "ADM-1")
    refuses(own_world, second.user_id, "last active Admin")


@pytest.mark.parametrize("nobody", ["CUST-999999", "LEAD-1", "", "'"])
def test_who_is_not_there_is_not_erased(world: World, nobody: str) -> None:
    refuses(world, nobody, "no person")


def test_nobody_but_the_owner_may_erase(world: World) -> None:
    may = "SELECT has_function_privilege('solarium_app', oid, 'EXECUTE') FROM pg_proc WHERE proname = ANY (%s)"
    assert world.rows(may, list(OURS)) == [(False,)] * len(OURS)
    with psycopg.connect(world.app_url) as db, pytest.raises(errors.InsufficientPrivilege):
        db.execute("SELECT erase_person('CUST-1')")


def test_an_erased_account_is_not_opened_or_filled_again(world: World) -> None:
    customer_id = rows.customer(world)
    erase(world, customer_id)
    for change in ("status = 'active'", "phone = '9777700000'", "name = 'Asha'", "password_hash = 'x'"):
        with pytest.raises(errors.CheckViolation):
            world.owner.execute(f"UPDATE user_account SET {change} WHERE user_id = %s", [customer_id])


@pytest.fixture(params=["app", "owner"])
def side(world: World, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of the role with a row in every log; all of it is undone."""
    with acting(world.owner_url if request.param == "owner" else world.app_url) as db:
        db.execute(LOGGED)
        yield db


def refused(db: psycopg.Connection[Any], query: str) -> bool:
    try:
        with db.transaction():
            db.execute(query)
    except (errors.RestrictViolation, errors.InsufficientPrivilege):
        return True
    return False


@pytest.mark.parametrize("log", LOGS)
def test_no_log_is_erased_by_hand(side: psycopg.Connection[Any], log: str) -> None:
    """The setting that erase_person works under opens a log to nobody but the owner, and to that word alone."""
    column, where = LOGS[log]
    word = "jsonb_build_object('name', '[erased]')" if log == "audit_log" else "'[erased]'"
    is_owner = side.info.user == "solarium_owner"
    assert side.execute(f"SELECT FROM {log} WHERE {where}").rowcount == 1
    assert refused(side, f"UPDATE {log} SET {column} = {word} WHERE {where}")
    side.execute("SET LOCAL solarium.erasing = 'on'")
    assert refused(side, f"UPDATE {log} SET {column} = {word} WHERE {where}") != is_owner
    for change in (f"{column} = {word.replace('erased', 'other')}", f"{column} = NULL", "at = now()"):
        assert refused(side, f"UPDATE {log} SET {change} WHERE {where}"), change
    assert refused(side, f"DELETE FROM {log} WHERE {where}")


def test_a_settled_commission_changes_no_more_under_that_setting_but_its_notes(world: World) -> None:
    _, commission_id = rows.executed(
        world, notes="For Asha.", status="Approved", approved_amount=1, approved_at="now()"
    )
    with acting(world.owner_url) as db:
        db.execute("SET LOCAL solarium.erasing = 'on'")
        change = f"UPDATE commission SET {{}} WHERE commission_id = '{commission_id}'"
        for column in ("amount = 9999", "cp_id = 'CP-2'", "cp_id = '[erased]', amount = 9999"):
            assert refused(db, change.format(column))
        db.execute(change.format("notes = '[erased]'"))

"""After a day of signing in and out the audit names everybody who wrote, and holds no secret (data.md, Entities)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from functions.auth.change_password import change_password
from functions.auth.login import login
from functions.auth.password_reset import complete_password_reset, request_password_reset
from functions.leads.create_lead import create_lead
from localhost.standins import StandIns
from tests.handset import Handset
from tests.personal import new_phone, site
from tests.rules.samples import refused
from tests.staff import Staff, mailed_tokens
from tests.world import CP_1, World

FIRST, SECOND = "Sesame-open-41", "Sesame-open-42"
AUDITED = "SELECT tgrelid FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'audit_row'"
# Columns whose names sound like a secret, and are none: of the post, of a place, of a refusal, of an order.
HARMLESS = {"pin_code", "state_code", "reason_code", "token_number"}
# Where secrets are, as they would stand in a text; those of every phone and person.
SECRETS = """
    SELECT password_hash FROM user_account WHERE password_hash IS NOT NULL
    UNION SELECT encode(code_hash, 'hex') FROM otp_challenge
    UNION SELECT encode(last_wrong_hash, 'hex') FROM otp_guard WHERE last_wrong_hash IS NOT NULL
    UNION SELECT encode(token_hash, 'hex') FROM password_reset WHERE token_hash IS NOT NULL
    UNION SELECT encode(unnest(ARRAY[secret, pending] || recovery_hashes), 'hex') FROM second_factor
"""


@dataclass(frozen=True)
class Day:
    """Those who came, what they were told in secret, and where the audit stood before."""

    since: int
    new: Handset
    registered: Handset
    staff: Staff
    said: list[str]


@pytest.fixture
def day(world: World, new: Callable[..., Handset], standins: StandIns) -> Iterator[Day]:
    since = world.value("SELECT coalesce(max(id), 0) FROM audit_log")
    came, customer, partner, staff = new(), new(), new(), Staff(world)
    came.ask()
    came.says(came.wrong())
    came.enter(came.codes[0])
    customer.ask()
    customer.register(1, "Customer", customer.codes[0])
    customer.ask(40)
    customer.register(41, "Customer", customer.codes[0], name="Ravi S. Iyer")
    partner.register()
    partner.register(1, otp=partner.codes[0])
    recovery = _signed_in_and_out(world, staff)
    world.call(request_password_reset, None, email=staff.email)
    tokens = mailed_tokens(standins, staff.email)
    world.call(complete_password_reset, None, token=tokens[0], new_password=SECOND)
    world.call(create_lead, CP_1, customer_name="Asha", phone=new_phone(), **site("Asha"))
    codes = [code for phone in (came, customer, partner) for code in phone.codes]
    yield Day(since, came, customer, staff, [*recovery, *tokens, *codes, staff.app.secret, FIRST, SECOND])


def _signed_in_and_out(world: World, staff: Staff) -> list[str]:
    recovery = staff.enrol()
    with refused("INVALID_CREDENTIALS"):
        world.call(login, None, email=staff.email, password="Sesame-open-40")
    staff.enter(totp=recovery[0])
    world.call(change_password, staff.caller, current_password=staff.password, new_password=FIRST)
    return recovery


def test_everybody_who_wrote_is_named(world: World, day: Day) -> None:
    whole = "SELECT entity, entity_id, action FROM audit_log WHERE id > %s AND (actor_id IS NULL OR actor_role IS NULL)"
    made_by_test = {("user_account", day.staff.user_id, "insert")}
    assert set(world.rows(whole, day.since)) == made_by_test
    of_phone = "SELECT user_id FROM user_account WHERE phone = %s"
    for phone in (day.new, day.registered):
        user_id = world.value(of_phone, phone.number)
        actors = "SELECT DISTINCT actor_id, actor_role FROM audit_log WHERE entity_id = %s"
        assert world.rows(actors, user_id) == [(user_id, "Customer")]
    of_staff = "SELECT DISTINCT actor_id, actor_role FROM audit_log WHERE entity_id = %s AND action <> 'insert'"
    assert world.rows(of_staff, day.staff.user_id) == [(day.staff.user_id, "KAM")]


def test_a_customer_that_somebody_else_enters_is_made_by_that_one(world: World, day: Day) -> None:
    made = "SELECT actor_id FROM audit_log WHERE id > %s AND entity = 'user_account' AND after ->> 'name' = 'Asha'"
    assert world.rows(made, day.since) == [("CP-1",)]


def test_no_entry_holds_a_secret(world: World, day: Day) -> None:
    secrets = [*(secret for (secret,) in world.rows(SECRETS)), *day.said]
    assert len(secrets) > 25
    entries = "SELECT a::text FROM audit_log a WHERE a::text LIKE ANY (%s)"
    assert world.rows(entries, [f"%{secret}%" for secret in secrets]) == []
    notes = "SELECT after ->> 'note' FROM audit_log WHERE entity_id = %s AND action = 'note' ORDER BY id"
    assert world.rows(notes, day.staff.user_id) == [("second factor switched on",), ("recovery code used",)]


def test_no_audited_table_has_a_column_for_a_secret_but_the_one_that_is_left_out(world: World) -> None:
    columns = world.rows(
        f"SELECT attname::text, atttypid::regtype::text FROM pg_attribute WHERE attrelid IN ({AUDITED}) AND attnum > 0"
    )
    assert len(columns) > 100
    sounding = {name for name, _ in columns if any(word in name for word in ("hash", "code", "token", "secret", "key"))}
    assert sounding - HARMLESS == {"password_hash"}
    assert [name for name, kind in columns if kind == "bytea"] == []

"""Who wishes to be erased leaves nothing personal in any row, timeline or audit (rules.md 8)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.auth.login import login
from functions.leads.browse_leads import get_timeline
from functions.leads.create_lead import create_lead
from functions.leads.edit_lead import edit_lead
from functions.leads.update_status import update_status
from shared_code.access.one_time_code import hash_of
from shared_code.rules.codes import Purpose
from shared_code.rules.scope import Caller, Role
from shared_code.sql import sign_in as guards
from tests import rows
from tests.personal import Known, found, known, new_phone, site
from tests.rules.samples import refused
from tests.staff import Staff
from tests.world import ADMIN, CP_1, REMARKS, World, codes, race


@pytest.fixture
def person(world: World) -> Known:
    return known(world)


def erase(world: World, user_id: str) -> None:
    world.owner.execute("SELECT erase_person(%s)", [user_id])


def audit(world: World, *entity: str) -> list[tuple[Any, ...]]:
    """What was done to a row, by whom, as what, in which request, and the columns of it; oldest first."""
    return world.rows(
        "SELECT id, action, actor_id, actor_role, request_id, at, before, after FROM audit_log"
        " WHERE entity = %s AND entity_id = %s ORDER BY id",
        *entity,
    )


def test_nothing_personal_is_left_in_any_column_of_any_table(world: World, person: Known) -> None:
    tables = {table for table, _, _ in found(world, *person.marks)}
    assert tables >= {
        "user_account", "lead", "timeline_entry", "document", "document_version", "kyc_event", "notification",
        "audit_log", "outbox_message", "otp_guard", "otp_challenge", "idempotency_key",
    }  # fmt: skip
    assert world.value("SELECT count(*) FROM quotation WHERE customer_id = %s", person.user_id) == 2
    erase(world, person.user_id)
    assert found(world, *person.marks) == []


def test_what_was_done_stays_in_timeline_and_audit_and_so_does_the_erasing(world: World, person: Known) -> None:
    timeline = world.data(get_timeline, CP_1, lead_id=person.lead_id)["items"]
    before = audit(world, "lead", person.lead_id)
    erase(world, person.user_id)
    after = audit(world, "lead", person.lead_id)
    assert [entry[:6] for entry in after[: len(before)]] == [entry[:6] for entry in before]
    assert [entry[6].keys() for entry in after[1 : len(before)]] == [entry[6].keys() for entry in before[1:]]
    same = ("id", "action", "actorId", "actorRole", "at", "override")
    kept = world.data(get_timeline, CP_1, lead_id=person.lead_id)["items"]
    assert [[one[field] for field in same] for one in kept] == [[one[field] for field in same] for one in timeline]
    moved = next(one for one in kept if one["action"] == "status")
    assert (moved["remarks"], moved["after"]["status"], moved["actorName"]) == (
        "[erased]", "In Discussion", "Pravin Patel",
    )  # fmt: skip
    *_, written, noted = audit(world, "user_account", person.user_id)
    assert written[1:5] == ("update", "operator", "System", "erase_person")
    assert (noted[1], noted[7]) == ("note", {"note": "erased"})


def test_nobody_else_loses_anything_and_again_is_fine(world: World, person: Known) -> None:
    other = known(world)
    held, theirs = found(world, *other.marks), not_of(world, person.user_id)
    for _ in range(2):
        erase(world, person.user_id)
        assert (found(world, *other.marks), not_of(world, person.user_id)) == (held, theirs)
    notes = [entry[7] for entry in audit(world, "user_account", person.user_id) if entry[1] == "note"]
    assert notes == [{"note": "erased"}] * 2


def not_of(world: World, customer_id: str) -> list[Any]:
    """Every lead and account that is not the customer's."""
    both = "SELECT to_jsonb(l) FROM lead l UNION ALL SELECT to_jsonb(u) FROM user_account u"
    return [row for (row,) in world.rows(both) if customer_id not in row.values()]


@pytest.mark.parametrize("who", ["former", "present"])
def test_of_a_lead_that_went_to_another_customer_each_side_loses_its_own_part(world: World, who: str) -> None:
    phones = new_phone(), new_phone()
    words = f"Amrita{phones[0]}", f"Bharati{phones[1]}"
    former, present = (_asked(world, word, phone) for word, phone in zip(words, phones, strict=True))
    lead_id = former["leadId"]
    world.call(edit_lead, CP_1, lead_id=lead_id, remarks=f"{words[0]} has moved out.")
    moved = {"customer_name": words[1], "phone": phones[1]} | site(words[1])
    world.call(edit_lead, CP_1, lead_id=lead_id, **moved, remarks=None)
    world.call(edit_lead, CP_1, lead_id=lead_id, remarks=f"{words[1]} has moved in.")
    gone, stays = words if who == "former" else words[::-1]
    kept = {table for table, _, _ in found(world, stays)}
    erase(world, (former if who == "former" else present)["customerId"])
    assert found(world, gone) == []
    assert {table for table, _, _ in found(world, stays)} == kept >= {"timeline_entry", "audit_log"}
    name, phone = world.rows("SELECT customer_name, phone FROM lead WHERE lead_id = %s", lead_id)[0]
    assert (name, phone) == ((words[1], phones[1]) if who == "former" else ("[erased]", "[erased]"))


def _asked(world: World, word: str, phone: str) -> Any:
    return world.data(create_lead, CP_1, customer_name=word, phone=phone, **site(word), remarks=f"{word} asked.")


def test_a_partner_loses_its_name_wherever_it_acted_and_its_customers_keep_theirs(world: World) -> None:
    phone, cp_id = new_phone(), f"CP-{world.value('SELECT nextval(%s)', 'cp_number')}"
    name = f"Parvati {phone}"
    account = {"user_id": cp_id, "role": "CP", "name": name, "phone": phone, "email": f"{phone}@solar.test"}
    rows.insert(world, "user_account", "user_id", **account)
    firm = {"organization_name": f"{name} Solar", "gstin": f"24{phone}Z1", "kam_id": "KAM-1"}
    rows.insert(world, "channel_partner", "cp_id", cp_id=cp_id, **firm)
    partner = Caller(cp_id, Role.CP, "session", name)
    lead_id = world.lead(cp_id)
    world.call(update_status, partner, lead_id=lead_id, new_status="Not Interested", remarks=REMARKS)
    assert {table for table, _, _ in found(world, name)} >= {"timeline_entry", "channel_partner", "audit_log"}
    erase(world, cp_id)
    assert found(world, name, phone) == []
    [entry, _] = world.data(get_timeline, ADMIN, lead_id=lead_id)["items"]
    assert (entry["actorId"], entry["actorName"], entry["remarks"]) == (cp_id, "[erased]", REMARKS)
    assert world.value("SELECT customer_name FROM lead WHERE lead_id = %s", lead_id) == "Chitra Desai"


@pytest.mark.parametrize("role", [Role.KAM, Role.ADMIN])
def test_staff_cannot_sign_in_any_more_and_leaves_no_address(world: World, role: Role) -> None:
    person = Staff(world, role)
    person.enrol()
    rows.insert(world, "password_reset", "user_id", user_id=person.user_id, token_hash=b"t", expires_at="2100-01-01")
    erase(world, person.user_id)
    assert found(world, person.email) == []
    for table in ("session", "second_factor", "password_reset", "notification"):
        assert world.rows(f"SELECT FROM {table} WHERE user_id = %s", person.user_id) == []
    with refused("INVALID_CREDENTIALS"):
        person.enter()


def test_the_phone_signs_in_anew_as_somebody_new(world: World, person: Known) -> None:
    erase(world, person.user_id)
    with world.pool.connection() as db:
        guards.lock_guard(db, person.phone)
        hashed = hash_of(world.settings, person.phone, Purpose.SIGN_IN, "900000")
        guards.write_challenge(db, person.phone, Purpose.SIGN_IN, hashed, datetime.now(UTC))
    session = world.data(login, None, phone=person.phone, otp="900000")
    assert session["isNewUser"]
    assert session["userId"] != person.user_id
    lead = world.data(create_lead, CP_1, customer_name="Asha", phone=person.phone, **site("Asha"))
    assert lead["customerId"] == session["userId"]


def test_who_works_on_its_leads_at_the_same_time_brings_nothing_back(world: World, person: Known) -> None:
    def work(number: int) -> None:
        if number == 3:
            erase(world, person.user_id)
        else:
            world.call(edit_lead, CP_1, lead_id=person.lead_id, source=f"Fair No. {number}")

    assert codes(race(8, work)) == ["ok"] * 8
    assert found(world, *person.marks) == []

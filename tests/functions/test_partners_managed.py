"""Partners that an Admin makes, changes and deactivates (api.md 2.8; rules.md 2.3, 7)."""

import json
from typing import Any

import pytest

from functions.people.activate_partner import activate_channel_partner
from functions.people.browse_people import get_channel_partner
from functions.people.deactivate_partner import deactivate_channel_partner
from functions.people.manage_partners import NewPartner, PartnerEdit, create_channel_partner, edit_channel_partner
from localhost.standins import StandIns
from shared_code import parsing
from tests.handset import FORM, Handset
from tests.network import ended_by, kam, live_session, news, partner
from tests.rules.samples import refused
from tests.world import ADMIN, World, codes, race

APPROVED = "Your Solarium registration is approved."
FIRM: dict[str, Any] = {"organization_name": "Iyer Solar", "gstin": "24AAXCS7654A1Z1"}
LEFT = "Moved to another business."


def create(world: World, phone: str, **other: Any) -> dict[str, Any]:
    made: dict[str, Any] = world.data(create_channel_partner, ADMIN, phone=phone, **FORM | other)
    return made


def edit(world: World, cp_id: str, **fields: Any) -> dict[str, Any]:
    edited: dict[str, Any] = world.data(edit_channel_partner, ADMIN, cp_id=cp_id, **fields)
    return edited


def deactivate(world: World, cp_id: str, reason: str = LEFT) -> dict[str, Any]:
    left: dict[str, Any] = world.data(deactivate_channel_partner, ADMIN, cp_id=cp_id, reason=reason)
    return left


def traces(world: World, cp_id: str) -> int:
    count: int = world.value("SELECT count(*) FROM audit_log WHERE entity_id = %s", cp_id)
    return count


def test_a_partner_made_by_an_admin_is_active_is_told_and_signs_in(
    world: World, standins: StandIns, phone: Handset
) -> None:
    email = f"{phone.number}@iyer.test"
    made = create(world, f"+91{phone.number}", email=email, **FIRM)
    said = {"phone": phone.number, "status": "active", "state": "Gujarat", "pinCode": "395007", "email": email}
    counts = {"leadCount": 0, "kamId": None, "needsKam": True, "organizationName": "Iyer Solar", "gstin": FIRM["gstin"]}
    assert made.items() >= (said | counts).items()
    assert [message.text for message in standins.inbox.find(phone.number)] == [APPROVED]
    assert [mail.subject for mail in standins.inbox.find(email)] == [APPROVED[:-1]]
    assert [kind for kind, _ in news(world, made["cpId"])] == ["partnerActivated"]
    phone.ask()
    assert phone.enter(phone.codes[0])["userId"] == made["cpId"]


def test_a_partner_may_be_given_to_a_kam_at_once(world: World, standins: StandIns, phone: Handset) -> None:
    kam_id = kam(world)
    made = create(world, phone.number, kam_id=kam_id)
    assert (made["kamId"], made["kamName"], made["needsKam"]) == (kam_id, "Meera Joshi", False)
    assert news(world, kam_id) == [("partnersAssigned", f"You look after {made['cpId']} from now on.")]
    assert [kind for kind, _ in news(world, made["cpId"])] == ["partnerActivated", "kamAssigned"]


@pytest.mark.parametrize("change", [{"status": "deactivated"}, {"blocked": True}])
def test_a_kam_that_may_not_work_is_given_no_new_partner(world: World, phone: Handset, change: dict[str, Any]) -> None:
    people = "SELECT count(*) FROM user_account"
    for kam_id in (kam(world, **change), "KAM-999999"):
        before = world.value(people)
        with refused("RULE_VIOLATION", "kamId"):
            create(world, phone.number, kam_id=kam_id)
        assert world.value(people) == before


@pytest.mark.parametrize("taken", ["9000000101", "9000000002", "+919000000009", "09000000002"])
def test_a_phone_of_a_customer_or_partner_is_refused_however_it_is_written(world: World, taken: str) -> None:
    outbox = "SELECT count(*) FROM outbox_message"
    before = world.value(outbox)
    with refused("DUPLICATE_PHONE"):
        create(world, taken, kam_id="KAM-999999")
    assert world.value(outbox) == before
    cp_id = partner(world)
    with refused("DUPLICATE_PHONE"):
        edit(world, cp_id, phone=taken, override=True)


def test_of_many_who_make_a_partner_of_one_phone_at_once_one_does(
    world: World, standins: StandIns, phone: Handset
) -> None:
    made = race(8, lambda _: create(world, phone.number))
    assert sorted(codes(made)) == ["DUPLICATE_PHONE"] * 7 + ["ok"]
    assert len(standins.inbox.find(phone.number)) == 1


def test_a_state_is_taken_by_code_and_name_and_stored_by_name(world: World, standins: StandIns, phone: Handset) -> None:
    with refused("MASTER_DATA_MISSING", "state"):
        create(world, phone.number, state="Atlantis")
    made = create(world, phone.number, state="mh")
    assert made["state"] == "Maharashtra"
    assert edit(world, made["cpId"], state="Gujarat")["state"] == "Gujarat"
    with refused("MASTER_DATA_MISSING", "state"):
        edit(world, made["cpId"], state="XX")


def test_an_edit_changes_what_is_sent_and_nothing_else(world: World) -> None:
    cp_id = partner(world)
    full = {"name": "R. Iyer", "address": "5 Canal Road", "pin_code": "395008", "email": "r@iyer.test", **FIRM}
    edited = edit(world, cp_id, **full)
    wire = {"name": "R. Iyer", "address": "5 Canal Road", "pinCode": "395008", "email": "r@iyer.test"}
    firm = {"organizationName": FIRM["organization_name"], "gstin": FIRM["gstin"]}
    assert edited.items() >= (wire | firm).items()
    assert edit(world, cp_id, name="Rohan Iyer") == edited | {"name": "Rohan Iyer"}
    cleared = edit(world, cp_id, email=None, gstin=None)
    assert cleared == edited | {"name": "Rohan Iyer", "email": None, "gstin": None}
    before = traces(world, cp_id)
    assert edit(world, cp_id) == cleared
    assert traces(world, cp_id) == before


def test_another_phone_needs_an_override_and_ends_the_sessions(
    world: World, standins: StandIns, phone: Handset
) -> None:
    cp_id = partner(world)
    session, leads = live_session(world, cp_id), "SELECT lead_id, phone, version, updated_at FROM lead ORDER BY 1"
    world.lead(cp_id)
    before = world.rows(leads)
    with refused("RULE_VIOLATION", "phone"):
        edit(world, cp_id, phone=phone.number, name="Nobody")
    assert (ended_by(world, session), world.data(get_channel_partner, ADMIN, cp_id=cp_id)["name"]) == (
        None,
        "Rohan Iyer",
    )
    assert edit(world, cp_id, phone=phone.number, override=True)["phone"] == phone.number
    assert (ended_by(world, session), world.rows(leads)) == ("admin", before)
    phone.ask()
    assert phone.enter(phone.codes[0])["userId"] == cp_id


def test_the_same_phone_in_another_spelling_is_no_change(world: World) -> None:
    cp_id = partner(world)
    session, number = live_session(world, cp_id), world.data(get_channel_partner, ADMIN, cp_id=cp_id)["phone"]
    for written in (number, f"+91{number}", f"0{number}"):
        assert edit(world, cp_id, phone=written)["phone"] == number
    assert edit(world, cp_id, phone=f"91{number}", override=True)["phone"] == number
    assert ended_by(world, session) is None


def test_two_partners_that_get_the_same_phone_at_once_do_not_both(world: World) -> None:
    mine = [partner(world) for _ in range(6)]
    outcomes = race(6, lambda n: edit(world, mine[n], phone="9311111111", override=True))
    assert sorted(codes(outcomes)) == ["DUPLICATE_PHONE"] * 5 + ["ok"]


@pytest.mark.parametrize(
    "form",
    [
        {"name": None, "phone": None, "address": None, "state": None, "pinCode": None},
        {"email": "nobody", "gstin": "24AAXCS7654A1Z2", "status": "active"},
        {"name": " ", "phone": "12345", "pinCode": "012345", "override": None},
    ],
)
def test_malformed_fields_and_null_for_what_a_partner_needs_are_named(form: dict[str, Any]) -> None:
    with refused("VALIDATION_ERROR", *form):
        parsing.of_body(PartnerEdit, {"cpId": "CP-1"}, {}, json.dumps(form).encode())


def test_a_new_partner_needs_its_fields() -> None:
    with refused("VALIDATION_ERROR", "name", "phone", "address", "state", "pinCode", "status", "otp"):
        parsing.of_body(NewPartner, {}, {}, b'{"status": "active", "otp": "123456"}')


def test_a_deactivated_partner_is_out_and_comes_back_when_activated(
    world: World, standins: StandIns, phone: Handset
) -> None:
    cp_id = partner(world, phone=phone.number)
    session = live_session(world, cp_id)
    assert deactivate(world, cp_id)["status"] == "deactivated"
    assert ended_by(world, session) == "account"
    notes = "SELECT actor_id, after FROM audit_log WHERE entity_id = %s AND action = 'note'"
    assert world.rows(notes, cp_id) == [("ADM-1", {"note": f"deactivated: {LEFT}"})]
    before = traces(world, cp_id)
    assert deactivate(world, cp_id, "Once more.")["status"] == "deactivated"
    assert traces(world, cp_id) == before
    phone.ask()
    assert phone.says(phone.codes[0]) == "ACCOUNT_DEACTIVATED"
    assert world.data(activate_channel_partner, ADMIN, cp_id=cp_id)["status"] == "active"
    phone.ask(31)
    assert phone.enter(phone.codes[0], 32)["userId"] == cp_id
    assert ended_by(world, session) == "account"


def test_a_partner_with_open_leads_stays(world: World) -> None:
    cp_id = partner(world)
    session = live_session(world, cp_id)
    for status in ("New Lead", "Under Execution", "Executed", "Not Responding", "Not Interested", "Other Territory"):
        world.lead(cp_id, status)
    with refused("OPEN_LEADS", "count") as refusal:
        deactivate(world, cp_id)
    assert refusal.value.details == {"count": 2}
    assert (ended_by(world, session), world.data(get_channel_partner, ADMIN, cp_id=cp_id)["status"]) == (None, "active")
    world.owner.execute("UPDATE lead SET status = 'Executed' WHERE assigned_to = %s", [cp_id])
    assert deactivate(world, cp_id)["status"] == "deactivated"


def test_a_registration_is_refused_by_deactivating_it(world: World, phone: Handset) -> None:
    cp_id = partner(world, phone=phone.number, status="pending")
    assert deactivate(world, cp_id, "No GSTIN.")["status"] == "deactivated"
    phone.ask()
    assert phone.says(phone.codes[0]) == "ACCOUNT_DEACTIVATED"


def test_activating_lifts_no_block(world: World, standins: StandIns, phone: Handset) -> None:
    cp_id = partner(world, phone=phone.number, status="deactivated", blocked=True)
    world.data(activate_channel_partner, ADMIN, cp_id=cp_id)
    phone.ask()
    assert phone.says(phone.codes[0]) == "USER_BLOCKED"


@pytest.mark.parametrize(
    ("workflow", "fields"),
    [(edit_channel_partner, {"name": "Nobody"}), (deactivate_channel_partner, {"reason": LEFT})],
)
def test_there_must_be_such_a_partner(world: World, workflow: Any, fields: dict[str, Any]) -> None:
    with refused("NOT_FOUND"):
        world.call(workflow, ADMIN, cp_id="CP-999999", **fields)

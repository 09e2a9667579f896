"""KAMs that an Admin makes, changes and deactivates (api.md 2.8; rules.md 2.3, 7)."""

import json
import secrets
from typing import Any

import pytest

from functions.auth.login import login
from functions.auth.password_reset import complete_password_reset
from functions.people.browse_people import get_channel_partner, get_kam, list_channel_partners, list_kams
from functions.people.manage_kams import KamEdit, NewKam, create_kam, edit_kam
from functions.timers import send_outbox
from localhost.standins import StandIns
from shared_code import parsing
from tests.network import ended_by, kam, kams, live_session, news, partner
from tests.rules.samples import refused
from tests.staff import Staff, mailed_tokens
from tests.world import ADMIN, KAM_1, KAM_2, World, codes, race

PASSWORD = "Sesame-open-42"


def address() -> str:
    """An e-mail address of nobody, in letters of both cases."""
    return f"Meera.{secrets.token_hex(6)}@Solarium.test"


def create(world: World, email: str, **other: Any) -> dict[str, Any]:
    made: dict[str, Any] = world.data(create_kam, ADMIN, name="Meera Joshi", email=email, **other)
    return made


def edit(world: World, kam_id: str, **fields: Any) -> dict[str, Any]:
    edited: dict[str, Any] = world.data(edit_kam, ADMIN, kam_id=kam_id, **fields)
    return edited


def test_a_new_kam_sets_its_password_with_the_mailed_link_and_signs_in(world: World, standins: StandIns) -> None:
    email = address()
    made = create(world, email, phone="+919444444444")
    said = {"name": "Meera Joshi", "email": email, "phone": "9444444444", "status": "active", "cpCount": 0}
    assert made.items() >= said.items()
    [mail] = standins.inbox.find(email)
    assert ("Key Account Manager" in mail.text, "24 hours" in mail.text) == (True, True)
    [token] = mailed_tokens(standins, email)
    world.call(complete_password_reset, None, token=token, new_password=PASSWORD)
    session = world.data(login, None, email=email.lower(), password=PASSWORD)
    assert (session["userId"], session["role"]) == (made["kamId"], "KAM")


def test_a_new_kam_has_its_partners_from_the_beginning(world: World, standins: StandIns) -> None:
    first, second = partner(world), partner(world, "KAM-2")
    made = create(world, address(), cp_ids=[second, first, second])
    assert made["cpCount"] == 2
    assert kams(world, first, second) == [made["kamId"]] * 2
    told = "Meera Joshi looks after you from now on."
    assert [news(world, cp_id) for cp_id in (first, second)] == [[("kamAssigned", told)]] * 2
    assert news(world, made["kamId"]) == [("partnersAssigned", "You look after 2 channel partners from now on.")]


def test_no_kam_is_made_for_unknown_partners(world: World) -> None:
    email = address()
    with refused("RULE_VIOLATION", "cpIds"):
        create(world, email, cp_ids=[partner(world), "CP-999999"])
    assert world.rows("SELECT FROM user_account WHERE email = %s", email) == []
    assert world.rows("SELECT FROM outbox_message WHERE recipient = %s", email) == []


@pytest.mark.parametrize("taken", ["Admin@Solarium.test", "kam2@solarium.TEST"])
def test_an_address_of_staff_is_refused_in_whatever_case(world: World, taken: str) -> None:
    with refused("DUPLICATE_EMAIL"):
        create(world, taken, cp_ids=["CP-999999"])
    with refused("DUPLICATE_EMAIL"):
        edit(world, kam(world), email=taken)


def test_of_two_who_make_a_kam_of_one_address_at_once_one_does(world: World, standins: StandIns) -> None:
    email = address()
    for turn in range(5):
        spellings = [f"{turn}{email}", f"{turn}{email.upper()}"]
        made = race(2, lambda n, spellings=spellings: create(world, spellings[n]))  # type: ignore[misc]
        assert sorted(codes(made)) == ["DUPLICATE_EMAIL", "ok"]
        assert len(standins.inbox.find(spellings[0])) == 1


def test_a_welcome_that_cannot_be_sent_is_sent_later_with_a_link_that_works(world: World, standins: StandIns) -> None:
    email = address()
    standins.faults.set("sendgrid", "503")
    made = create(world, email)
    assert standins.inbox.find(email) == []
    standins.faults.set("sendgrid", "off")
    world.owner.execute("UPDATE outbox_message SET next_attempt_at = now() WHERE state = 'waiting'")
    world.run(send_outbox)
    [token] = mailed_tokens(standins, email)
    world.call(complete_password_reset, None, token=token, new_password=PASSWORD)
    assert world.data(login, None, email=email, password=PASSWORD)["userId"] == made["kamId"]


def test_a_welcome_goes_to_the_address_that_the_account_has_by_then(world: World, standins: StandIns) -> None:
    email, later = address(), address()
    standins.faults.set("sendgrid", "503")
    made = create(world, email)
    standins.faults.set("sendgrid", "off")
    edit(world, made["kamId"], email=later)
    world.owner.execute("UPDATE outbox_message SET next_attempt_at = now() WHERE state = 'waiting'")
    world.run(send_outbox)
    assert standins.inbox.find(email) == []
    assert len(mailed_tokens(standins, later)) == 1


def test_an_edit_changes_what_is_sent_and_nothing_else(world: World) -> None:
    kam_id = kam(world, phone="9444444444")
    before = world.data(get_kam, ADMIN, kam_id=kam_id)
    assert edit(world, kam_id, name="M. Joshi") == before | {"name": "M. Joshi"}
    assert edit(world, kam_id, phone=None) == before | {"name": "M. Joshi", "phone": None}
    email = before["email"].upper().replace("TEST", "test")
    assert edit(world, kam_id, email=email, phone="09444444445") == before | {
        "name": "M. Joshi", "email": email, "phone": "9444444445",
    }  # fmt: skip
    assert edit(world, kam_id)["status"] == "active"


def test_another_address_kills_an_open_link_and_the_same_one_does_not(world: World, standins: StandIns) -> None:
    email = address()
    kam_id = create(world, email)["kamId"]
    [token] = mailed_tokens(standins, email)
    edit(world, kam_id, name="M. Joshi", email=email)
    alive = "SELECT token_hash IS NOT NULL FROM password_reset WHERE user_id = %s"
    assert world.value(alive, kam_id)
    edit(world, kam_id, email=address())
    assert not world.value(alive, kam_id)
    with refused("INVALID_TOKEN"):
        world.call(complete_password_reset, None, token=token, new_password=PASSWORD)


def test_a_deactivated_kam_is_out_and_its_partners_need_another(world: World) -> None:
    person = Staff(world)
    world.owner.execute("INSERT INTO kam VALUES (%s)", [person.user_id])
    cp_id, session = partner(world, person.user_id), person.enter()["sessionId"]
    assert not world.data(get_channel_partner, ADMIN, cp_id=cp_id)["needsKam"]
    edited = edit(world, person.user_id, status="deactivated")
    assert (edited["status"], edited["cpCount"]) == ("deactivated", 1)
    assert ended_by(world, session) == "account"
    alone = world.data(get_channel_partner, ADMIN, cp_id=cp_id)
    assert (alone["needsKam"], alone["kamId"]) == (True, person.user_id)
    assert edit(world, person.user_id, status="deactivated") == edited
    with refused("ACCOUNT_DEACTIVATED"):
        person.enter()
    assert edit(world, person.user_id, status="active")["status"] == "active"
    assert not world.data(get_channel_partner, ADMIN, cp_id=cp_id)["needsKam"]
    assert person.enter()["userId"] == person.user_id


def test_a_blocked_kams_partners_need_another(world: World) -> None:
    kam_id = kam(world, blocked=True)
    partner(world, kam_id)
    [alone] = world.data(list_channel_partners, ADMIN, kam_id=kam_id)["items"]
    assert alone["needsKam"]


def test_a_deactivated_kams_open_link_is_dead_when_it_comes_back(world: World, standins: StandIns) -> None:
    email = address()
    kam_id = create(world, email)["kamId"]
    session = live_session(world, kam_id)
    edit(world, kam_id, status="deactivated")
    edit(world, kam_id, status="active")
    with refused("INVALID_TOKEN"):
        world.call(complete_password_reset, None, token=mailed_tokens(standins, email)[0], new_password=PASSWORD)
    assert ended_by(world, session) == "account"


def test_a_kam_sees_itself_and_no_other(world: World) -> None:
    assert world.data(get_kam, KAM_1, kam_id="KAM-1")["name"] == "Kiran Rao"
    for kam_id, code in (("KAM-1", "OUT_OF_SCOPE"), ("KAM-999999", "NOT_FOUND")):
        with refused(code):
            world.call(get_kam, KAM_2, kam_id=kam_id)
    with refused("NOT_FOUND"):
        world.call(get_kam, ADMIN, kam_id="KAM-999999")
    with refused("NOT_FOUND"):
        edit(world, "KAM-999999", name="Nobody")


def test_kams_are_listed_by_status(world: World) -> None:
    gone = kam(world, status="deactivated")
    for status, there in (("deactivated", True), ("active", False)):
        listed = {each["kamId"] for each in world.data(list_kams, ADMIN, status=status, limit=100)["items"]}
        assert (gone in listed, "KAM-1" in listed) == (there, not there)


@pytest.mark.parametrize(
    "form",
    [
        {"name": None, "email": None, "status": None},
        {"status": "pending", "cpIds": [], "email": "nobody"},
        {"phone": "12345", "blocked": True},
    ],
)
def test_malformed_fields_and_null_for_what_a_kam_needs_are_named(form: dict[str, Any]) -> None:
    with refused("VALIDATION_ERROR", *form):
        parsing.of_body(KamEdit, {"kamId": "KAM-1"}, {}, json.dumps(form).encode())
    with refused("VALIDATION_ERROR", "name", "email", "cpIds"):
        parsing.of_body(NewKam, {}, {}, json.dumps({"cpIds": [f"CP-{n}" for n in range(501)]}).encode())

"""What everybody sees and changes about itself (api.md 2.8; rules.md 2.2, 5.3)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.auth.login import login
from functions.auth.password_reset import complete_password_reset
from functions.leads.create_lead import create_lead
from functions.people.profile import edit_profile, get_profile
from localhost.demo_data import PASSWORD
from shared_code import resets
from shared_code.rules.scope import Caller, Role
from tests import rows
from tests.edge import Edge, edge_of
from tests.network import partner
from tests.rules.samples import refused
from tests.staff import Staff
from tests.world import ADMIN, CP_1, CUSTOMER, KAM_1, World, codes, race

FIELDS = {
    "userId", "role", "name", "phone", "email", "address", "city", "state", "pinCode", "organizationName", "gstin",
    "profileComplete",
}  # fmt: skip
SITE = {"address": "7 Lake View", "state": "Rajasthan", "pin_code": "302001"}


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    with edge_of(world) as edge:
        yield edge


@pytest.fixture
def newcomer(world: World) -> Caller:
    """A customer of which a name is known and nothing else."""
    return Caller(rows.customer(world), Role.CUSTOMER, "session", "Asha Rao")


def edit(world: World, caller: Caller, **fields: Any) -> Any:
    return world.data(edit_profile, caller, **fields)


@pytest.mark.parametrize("caller", [ADMIN, KAM_1, CP_1, CUSTOMER], ids=lambda caller: caller.role)
def test_everybody_sees_its_own_profile(world: World, caller: Caller) -> None:
    profile = world.data(get_profile, caller)
    assert profile.keys() == FIELDS
    assert (profile["userId"], profile["role"], profile["name"]) == (caller.user_id, caller.role, caller.name)
    assert profile["organizationName"] == ("Patel Solar" if caller is CP_1 else None)
    assert profile["profileComplete"] is (caller in (CP_1, CUSTOMER))


def test_what_is_sent_is_changed_and_the_rest_stays(world: World, newcomer: Caller) -> None:
    assert edit(world, newcomer, **SITE | {"state": "rj"})["profileComplete"] is True
    edited = edit(world, newcomer, name="  Asha R. Rao ", city="Jaipur", email="asha@rao.test")
    said = {"name": "Asha R. Rao", "city": "Jaipur", "email": "asha@rao.test", "state": "Rajasthan"}
    assert edited.items() >= said.items()
    assert edit(world, newcomer) == edited == world.data(get_profile, newcomer)
    assert edit(world, newcomer, city=None, email=None) == edited | {"city": None, "email": None}
    log = world.rows(
        "SELECT actor_id, actor_role, before ->> 'name', after ->> 'name' FROM audit_log"
        " WHERE entity_id = %s AND after ? 'city' AND action = 'update' ORDER BY id LIMIT 1",
        newcomer.user_id,
    )
    assert log == [(newcomer.user_id, "Customer", "Asha Rao", "Asha R. Rao")]


def test_a_completed_profile_lets_a_customer_ask_for_an_installation(world: World, newcomer: Caller) -> None:
    with refused("PROFILE_INCOMPLETE"):
        world.call(create_lead, newcomer)
    edit(world, newcomer, **SITE)
    lead = world.data(create_lead, newcomer)
    assert (lead["customerName"], lead["address"], lead["state"]) == ("Asha Rao", "7 Lake View", "Rajasthan")


@pytest.mark.parametrize("field", ["name", "address", "state", "pinCode"])
def test_null_is_refused_where_something_must_stand(edge: Edge, field: str) -> None:
    answer = edge(CUSTOMER, "PATCH", "profile", {field: None})
    assert (answer.status, set(answer.said["error"]["details"])) == (400, {field})


@pytest.mark.parametrize("field", ["phone", "role", "status", "userId", "organizationName", "gstin", "kamId"])
def test_nobody_changes_its_own_phone_role_or_firm(edge: Edge, field: str) -> None:
    for caller in (CP_1, CUSTOMER):
        answer = edge(caller, "PATCH", "profile", {field: "9811111111"})
        assert (answer.status, set(answer.said["error"]["details"])) == (400, {field})


def test_an_unknown_state_is_refused_and_nothing_is_changed(world: World, newcomer: Caller) -> None:
    with refused("MASTER_DATA_MISSING", "state"):
        edit(world, newcomer, name="Somebody else", state="Atlantis")
    assert world.data(get_profile, newcomer)["name"] == "Asha Rao"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.KAM])
def test_staff_signs_in_with_its_new_address_and_cannot_be_without_one(world: World, role: Role) -> None:
    person = Staff(world, role)
    with refused("VALIDATION_ERROR", "email"):
        edit(world, person.caller, email=None)
    email = f"new-{person.email}"
    assert edit(world, person.caller, email=email)["email"] == email
    assert world.data(login, None, email=email.upper(), password=PASSWORD)["userId"] == person.user_id
    with refused("INVALID_CREDENTIALS"):
        person.enter()


def test_an_address_of_other_staff_is_taken_in_whatever_case_and_one_of_a_customer_is_not(world: World) -> None:
    person = Staff(world)
    with refused("DUPLICATE_EMAIL"):
        edit(world, person.caller, name="Somebody else", email="KAM2@solarium.test")
    assert world.data(get_profile, person.caller)["name"] == "Meera Joshi"
    assert edit(world, person.caller, email=person.email.upper())["email"] == person.email.upper()
    assert edit(world, CUSTOMER, email="kam2@solarium.test")["email"] == "kam2@solarium.test"


def test_of_many_who_want_one_address_at_once_one_gets_it(world: World) -> None:
    people = [Staff(world) for _ in range(6)]
    outcomes = race(6, lambda n: edit(world, people[n].caller, email="shared@solarium.test"))
    assert sorted(codes(outcomes)) == ["DUPLICATE_EMAIL"] * 5 + ["ok"]


def test_a_link_that_was_mailed_to_the_former_address_is_dead(world: World) -> None:
    person = Staff(world)
    with world.pool.connection() as db:
        token = resets.create(db, person.user_id, datetime.now(UTC))
    edit(world, person.caller, email=f"new-{person.email}")
    with refused("INVALID_TOKEN"):
        world.call(complete_password_reset, None, token=token, new_password="Sesame-open-42")


def test_a_sync_shows_the_changed_profile_under_another_etag(world: World, edge: Edge, newcomer: Caller) -> None:
    cp_id = partner(world)
    lead = world.lead(cp_id, customer_id=newcomer.user_id)
    readers = [newcomer, Caller(cp_id, Role.CP, "session", None)]
    before = [edge(reader, "GET", "sync").headers["ETag"] for reader in readers]
    assert edge(newcomer, "PATCH", "profile", {"name": "Asha R. Rao"}).status == 200
    for reader, etag in zip(readers, before, strict=True):
        answer = edge(reader, "GET", "sync", If_None_Match=etag)
        assert (answer.status, answer.headers["ETag"] != etag) == (200, True)
        assert [one["name"] for one in answer.data["customers"]] == ["Asha R. Rao"]
        assert [one["leadId"] for one in answer.data["leads"]] == [lead]

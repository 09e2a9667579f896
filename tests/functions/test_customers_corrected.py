"""What an Admin corrects about a customer; another phone moves sign-in, sessions and leads at once (api.md 2.8)."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from functions.auth.refresh_session import refresh_session
from functions.leads.browse_leads import get_timeline
from functions.leads.create_lead import create_lead
from functions.people.correct_customer import correct_customer
from functions.people.profile import get_profile
from shared_code.rules.scope import Caller, Role
from tests import rows
from tests.edge import Edge, edge_of
from tests.handset import Handset
from tests.rules.samples import refused
from tests.timelines import breaches
from tests.world import ADMIN, CP_1, World

_numbers = itertools.count(9_710_000_001)
FIELDS = ["name", "email", "address", "city", "state", "pinCode", "phone"]


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    with edge_of(world) as edge:
        yield edge


@pytest.fixture
def customer(world: World) -> str:
    """A customer of its own; answers its id."""
    return rows.customer(world)


def new_phone() -> str:
    return str(next(_numbers))


def correct(world: World, customer_id: str, **fields: Any) -> Any:
    return world.data(correct_customer, ADMIN, customer_id=customer_id, **fields)


def phones(world: World, customer_id: str) -> set[tuple[str, str]]:
    """The customer's phone beside that of each of its leads."""
    return set(world.rows("SELECT u.phone, l.phone FROM lead l JOIN user_account u ON u.user_id = l.customer_id"
                          " WHERE customer_id = %s", customer_id))  # fmt: skip


def test_what_is_sent_is_corrected_and_the_rest_stays(world: World, customer: str) -> None:
    site = {"address": "7 Lake View", "city": "Jaipur", "state": "RJ", "pin_code": "302001"}
    corrected = correct(world, customer, name="Asha R. Rao", email="asha@rao.test", **site)
    said = {"name": "Asha R. Rao", "email": "asha@rao.test", "city": "Jaipur", "state": "Rajasthan"}
    assert corrected.items() >= (said | {"customerId": customer, "address": "7 Lake View", "pinCode": "302001"}).items()
    assert correct(world, customer, email=None, city=None) == corrected | {"email": None, "city": None}
    log = world.rows(
        "SELECT actor_id, after ->> 'name', after ->> 'state', after -> 'email' FROM audit_log"
        " WHERE entity_id = %s AND action = 'update' ORDER BY id",
        customer,
    )
    assert log == [("ADM-1", "Asha R. Rao", "Rajasthan", "asha@rao.test"), ("ADM-1", None, None, None)]


def test_nothing_to_correct_leaves_no_trace(world: World, customer: str) -> None:
    before = world.value("SELECT count(*) FROM audit_log")
    correct(world, customer)
    assert world.value("SELECT count(*) FROM audit_log") == before
    phone = world.value("SELECT phone FROM user_account WHERE user_id = %s", customer)
    assert correct(world, customer, phone=phone)["phone"] == phone, "the same phone needs no override"


@pytest.mark.parametrize("field", ["name", "address", "state", "pinCode", "phone", "override"])
def test_null_is_refused_where_something_must_stand(edge: Edge, customer: str, field: str) -> None:
    answer = edge(ADMIN, "PATCH", f"customers/{customer}", {field: None})
    assert (answer.status, set(answer.said["error"]["details"])) == (400, {field})


def test_refusals_come_in_their_order(edge: Edge, customer: str) -> None:
    def code(path: str = f"customers/{customer}", **body: object) -> str | None:
        return edge(ADMIN, "PATCH", path, body).code

    taken, free = "9000000001", new_phone()
    assert code("customers/CUST-999999", phone=taken, state="Atlantis") == "NOT_FOUND"
    assert code(phone=taken, state="Atlantis") == "DUPLICATE_PHONE"
    assert code(phone="9000000101", override=True) == "DUPLICATE_PHONE"
    assert code(phone=free, state="Atlantis") == "RULE_VIOLATION"
    assert code(phone=free, state="Atlantis", override=True) == "MASTER_DATA_MISSING"


def test_another_phone_without_override_is_refused_by_name_and_nothing_is_done(world: World, customer: str) -> None:
    with refused("RULE_VIOLATION", "phone"):
        correct(world, customer, name="Somebody else", phone=new_phone())
    assert correct(world, customer)["name"] == "Asha Rao"


def test_the_leads_follow_to_another_phone_each_with_an_entry(world: World, customer: str) -> None:
    former = world.value("SELECT phone FROM user_account WHERE user_id = %s", customer)
    mine = [world.lead(customer_id=customer, status=status) for status in ("New Lead", "Executed")]
    strangers = world.lead()
    phone = new_phone()
    corrected = correct(world, customer, phone=f"+91{phone}", override=True)
    assert (corrected["phone"], corrected["leadCount"]) == (phone, 2)
    for lead_id in mine:
        newest = world.data(get_timeline, CP_1, lead_id=lead_id)["items"][0]
        assert (newest["action"], newest["actorId"], newest["actorName"]) == ("edited", "ADM-1", "Asha Mehta")
        assert (newest["before"], newest["after"]) == ({"phone": former}, {"phone": phone})
        assert not breaches(world.owner, lead_id)
        assert world.rows("SELECT phone, version FROM lead WHERE lead_id = %s", lead_id) == [(phone, 2)]
    assert world.rows("SELECT phone, version FROM lead WHERE lead_id = %s", strangers) == [("9000000101", 1)]
    correct(world, customer, phone=phone, override=True)
    assert world.value("SELECT version FROM lead WHERE lead_id = %s", mine[0]) == 2


def test_the_sessions_end_and_the_customer_comes_back_with_its_new_phone(
    world: World, edge: Edge, phone: Handset, new: Any
) -> None:
    phone.ask()
    session, other = phone.enter(phone.codes[0]), new()
    phone.ask(40)
    correct(world, session["userId"], phone=other.number, override=True)
    token = {"Authorization": f"Bearer {session['accessToken']}"}
    assert edge(None, "GET", "auth/me", **token).code == "SESSION_EXPIRED"
    with refused("SESSION_EXPIRED"):
        world.call(refresh_session, None, refresh_token=session["refreshToken"])
    assert world.rows("SELECT ended_by FROM session WHERE user_id = %s", session["userId"]) == [("admin",)]
    stranger = phone.enter(phone.codes[0], 41)
    assert (stranger["isNewUser"], stranger["userId"] != session["userId"]) == (True, True)
    other.ask()
    assert other.enter(other.codes[0])["userId"] == session["userId"]


def test_a_lead_for_the_old_phone_is_another_customers_from_then_on(world: World, customer: str) -> None:
    former = world.value("SELECT phone FROM user_account WHERE user_id = %s", customer)
    site: dict[str, Any] = {"customer_name": "Nita Shah", "address": "7 Lake View", "state": "GJ", "pin_code": "380058"}
    first = world.data(create_lead, CP_1, phone=former, **site)
    correct(world, customer, phone=new_phone(), override=True)
    second = world.data(create_lead, CP_1, phone=former, **site)
    assert first["customerId"] == customer != second["customerId"]
    assert all(holder == lead for holder, lead in phones(world, customer) | phones(world, second["customerId"]))


def test_the_customer_sees_what_was_corrected(world: World, customer: str) -> None:
    corrected = correct(world, customer, name="Asha R. Rao", phone=new_phone(), override=True)
    profile = world.data(get_profile, Caller(customer, Role.CUSTOMER, "session", None))
    assert {name: profile[name] for name in FIELDS} == {name: corrected[name] for name in FIELDS}

"""Admins make, change and take away Admins, and never the last one (api.md 2.8; rules.md 2.3, 7)."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.auth.login import login
from functions.auth.password_reset import complete_password_reset, request_password_reset
from functions.people.access import block_user
from functions.people.browse_people import list_admins
from functions.people.manage_admins import create_admin, edit_admin
from localhost.standins import StandIns
from shared_code.rules.scope import Role
from tests.edge import Answer, Edge, edge_of
from tests.rules.samples import refused
from tests.staff import Staff, mailed_tokens
from tests.world import ADMIN, World, codes, race

ANOTHER = "Sesame-open-42"


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    with edge_of(world) as edge:
        yield edge


@pytest.fixture
def other(world: World) -> Staff:
    """Another Admin."""
    return Staff(world, Role.ADMIN)


def asks(
    edge: Edge, session: dict[str, Any], method: str = "GET", path: str = "profile", body: object = None
) -> Answer:
    return edge(None, method, path, body, Authorization=f"Bearer {session['accessToken']}")


def edit(world: World, admin: Staff | str, caller: Any = ADMIN, **fields: Any) -> Any:
    admin_id = admin if isinstance(admin, str) else admin.user_id
    return world.data(edit_admin, caller, admin_id=admin_id, **fields)


def last_written(world: World, user_id: str) -> tuple[Any, ...]:
    """Who did what to the account last, and the fields it changed."""
    return world.rows(
        "SELECT actor_id, actor_role, action, before, after FROM audit_log WHERE entity = 'user_account'"
        " AND entity_id = %s ORDER BY id DESC LIMIT 1",
        user_id,
    )[0]


def test_an_admin_is_made_mailed_a_link_and_signs_in_with_the_password_it_sets(
    world: World, standins: StandIns
) -> None:
    made = world.data(create_admin, ADMIN, name="Ira Sen", email="Ira@solarium.test", phone="+919811111111")
    assert made.keys() == {"adminId", "name", "email", "phone", "status", "createdAt"}
    assert made.items() >= {"name": "Ira Sen", "email": "Ira@solarium.test", "phone": "9811111111"}.items()
    [token] = mailed_tokens(standins, "Ira@solarium.test")
    world.call(complete_password_reset, None, token=token, new_password=ANOTHER)
    assert world.data(login, None, email="ira@solarium.test", password=ANOTHER)["userId"] == made["adminId"]
    found = world.rows(
        "SELECT actor_id, actor_role, action FROM audit_log WHERE entity_id = %s ORDER BY id", made["adminId"]
    )
    assert found[0] == (ADMIN.user_id, "Admin", "insert")


@pytest.mark.parametrize("taken", ["admin@solarium.test", "KAM1@Solarium.Test"])
def test_an_address_of_staff_is_taken_in_whatever_case_and_nobody_is_mailed(
    world: World, standins: StandIns, taken: str
) -> None:
    with refused("DUPLICATE_EMAIL"):
        world.call(create_admin, ADMIN, name="Ira Sen", email=taken)
    assert standins.inbox.find(taken) == []


def test_one_address_makes_one_admin_when_many_ask_at_once(world: World, standins: StandIns) -> None:
    email = "once@solarium.test"
    outcomes = codes(race(6, lambda _: world.call(create_admin, ADMIN, name="Ira Sen", email=email)))
    assert sorted(outcomes) == ["DUPLICATE_EMAIL"] * 5 + ["ok"]
    assert len(standins.inbox.find(email)) == 1


def test_admins_are_listed_by_status_and_found_by_name_and_id(world: World, other: Staff) -> None:
    world.owner.execute("UPDATE user_account SET name = 'Zubin Zaveri' WHERE user_id = %s", [other.user_id])

    def found(**filters: Any) -> list[str]:
        return [item["adminId"] for item in world.data(list_admins, ADMIN, limit=100, **filters)["items"]]

    assert found()[0] == other.user_id, "the newest first"
    assert found(search="zaveri") == found(search=other.user_id.lower()) == [other.user_id]
    assert other.user_id in found(status="active")
    edit(world, other, status="deactivated")
    assert other.user_id not in found(status="active")
    assert other.user_id in found(status="deactivated")
    assert found(created_to="2020-01-01") == []


def test_a_change_says_what_is_new_leaves_the_rest_and_stands_in_the_audit(world: World, other: Staff) -> None:
    assert edit(world, other, phone="9822222222")["name"] == "Meera Joshi"
    edited = edit(world, other, name="Mira Joshi", phone=None)
    assert edited.items() >= {"adminId": other.user_id, "name": "Mira Joshi", "phone": None, "status": "active"}.items()
    *who, before, after = last_written(world, other.user_id)
    assert who == ["ADM-1", "Admin", "update"]
    assert before.items() >= {"name": "Meera Joshi", "phone": "9822222222"}.items()
    assert after.items() >= {"name": "Mira Joshi", "phone": None}.items()
    assert before.keys() == after.keys() == {"name", "phone", "updated_at"}


def test_null_is_no_name_and_no_status_and_an_address_is_not_changed_here(edge: Edge, other: Staff) -> None:
    path = f"admins/{other.user_id}"
    for body in ({"name": None}, {"status": None}, {"status": "pending"}, {"email": "new@solarium.test"}):
        answer = edge(ADMIN, "PATCH", path, body)
        assert (answer.status, set(answer.said["error"]["details"])) == (400, set(body))
    assert edge(ADMIN, "PATCH", "admins/ADM-999999", {"name": "Ira"}).code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("take", "give_back", "code"),
    [
        (("admins/{}", {"status": "deactivated"}), ("admins/{}", {"status": "active"}), "ACCOUNT_DEACTIVATED"),
        (("users/{}/block", {"blocked": True}), ("users/{}/block", {"blocked": False}), "USER_BLOCKED"),
    ],
)
def test_an_admin_that_is_taken_away_is_out_at_once_and_back_by_signing_in_again(
    world: World, edge: Edge, other: Staff, take: Any, give_back: Any, code: str
) -> None:
    session = other.enter()
    for _ in range(2):
        assert edge(ADMIN, "PATCH", take[0].format(other.user_id), take[1]).status == 200
    assert asks(edge, session).code == code
    with refused(code):
        other.enter()
    assert world.rows("SELECT DISTINCT ended_by FROM session WHERE user_id = %s", other.user_id) == [("account",)]
    for _ in range(2):
        assert edge(ADMIN, "PATCH", give_back[0].format(other.user_id), give_back[1]).status == 200
    assert asks(edge, session).code == "SESSION_EXPIRED"
    assert asks(edge, other.enter()).status == 200


@pytest.mark.parametrize("way", ["deactivated", "blocked"])
def test_an_open_link_of_who_was_taken_away_is_dead_when_it_comes_back(
    world: World, standins: StandIns, other: Staff, way: str
) -> None:
    world.call(request_password_reset, None, email=other.email)
    [token] = mailed_tokens(standins, other.email)
    for out in (True, False):
        if way == "deactivated":
            edit(world, other, status="deactivated" if out else "active")
        else:
            world.call(block_user, ADMIN, user_id=other.user_id, blocked=out)
    with refused("INVALID_TOKEN"):
        world.call(complete_password_reset, None, token=token, new_password=ANOTHER)


def test_nobody_takes_itself_away_and_what_else_it_asked_for_is_not_done(
    world: World, edge: Edge, other: Staff
) -> None:
    session = other.enter()
    body = {"name": "Mira Joshi", "status": "deactivated"}
    answer = asks(edge, session, "PATCH", f"admins/{other.user_id}", body)
    assert (answer.status, answer.code) == (409, "LAST_ADMIN")
    assert asks(edge, session, "PATCH", f"users/{other.user_id}/block", {"blocked": True}).code == "LAST_ADMIN"
    assert asks(edge, session).data["name"] == "Meera Joshi"
    assert asks(edge, session, "PATCH", f"admins/{other.user_id}", {"status": "active"}).status == 200


def test_the_last_who_may_act_stays_whoever_orders_it(own_world: World) -> None:
    first, second, third = (Staff(own_world, Role.ADMIN) for _ in range(3))
    edit(own_world, "ADM-1", first.caller, status="deactivated")
    own_world.call(block_user, first.caller, user_id=second.user_id, blocked=True)
    own_world.call(block_user, second.caller, user_id=third.user_id, blocked=True)  # whose request was on its way
    for caller in (second.caller, third.caller):
        with refused("LAST_ADMIN"):
            edit(own_world, first, caller, status="deactivated")
        with refused("LAST_ADMIN"):
            own_world.call(block_user, caller, user_id=first.user_id, blocked=True)
    edit(own_world, first, third.caller, name="Mira Joshi")
    own_world.call(block_user, first.caller, user_id=second.user_id, blocked=False)
    edit(own_world, first, second.caller, status="deactivated")

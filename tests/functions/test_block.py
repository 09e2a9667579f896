"""Whoever is blocked is out with the next request, and in again by signing in again (api.md 2.8, rules.md 2.3)."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.auth.refresh_session import refresh_session
from functions.people.access import block_user
from tests import rows
from tests.edge import Edge, edge_of
from tests.handset import Handset
from tests.network import partner
from tests.rules.samples import refused
from tests.staff import Staff
from tests.world import ADMIN, World


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    with edge_of(world) as edge:
        yield edge


def says(edge: Edge, session: dict[str, Any], path: str = "auth/me") -> str | None:
    return edge(None, "GET", path, Authorization=f"Bearer {session['accessToken']}").code


def block(world: World, user_id: str, blocked: bool = True) -> Any:
    return world.data(block_user, ADMIN, user_id=user_id, blocked=blocked)


def test_a_blocked_customer_is_out_everywhere_until_it_signs_in_again(world: World, edge: Edge, phone: Handset) -> None:
    phone.ask()
    session = phone.enter(phone.codes[0])
    user_id = session["userId"]
    assert [block(world, user_id) for _ in range(2)] == [{"userId": user_id, "blocked": True}] * 2
    assert {says(edge, session, path) for path in ("auth/me", "sync", "profile", "leads")} == {"USER_BLOCKED"}
    with refused("USER_BLOCKED"):
        world.call(refresh_session, None, refresh_token=session["refreshToken"])
    phone.ask(40)
    assert phone.says(phone.codes[0], 41) == "USER_BLOCKED"
    assert [block(world, user_id, False) for _ in range(2)] == [{"userId": user_id, "blocked": False}] * 2
    assert says(edge, session) == "SESSION_EXPIRED"
    with refused("SESSION_EXPIRED"):
        world.call(refresh_session, None, refresh_token=session["refreshToken"])
    phone.ask(80)
    assert phone.enter(phone.codes[0], 81)["userId"] == user_id


def test_people_of_every_role_are_blocked_and_it_stands_in_the_audit(world: World) -> None:
    for user_id in (Staff(world).user_id, partner(world), partner(world, status="pending"), rows.customer(world)):
        block(world, user_id)
        status = world.value("SELECT status FROM user_account WHERE user_id = %s", user_id)
        block(world, user_id, False)
        assert world.value("SELECT status FROM user_account WHERE user_id = %s", user_id) == status
        log = world.rows(
            "SELECT actor_id, before -> 'blocked', after -> 'blocked' FROM audit_log"
            " WHERE entity = 'user_account' AND entity_id = %s AND action = 'update' ORDER BY id",
            user_id,
        )
        assert log == [("ADM-1", False, True), ("ADM-1", True, False)]


@pytest.mark.parametrize("user_id", ["ADM-999999", "KAM-999999", "CP-999999", "CUST-999999"])
def test_nobody_is_blocked_who_is_not_there(world: World, user_id: str) -> None:
    for blocked in (True, False):
        with refused("NOT_FOUND"):
            block(world, user_id, blocked)


@pytest.mark.parametrize("body", [{}, {"blocked": None}, {"blocked": "true"}, {"blocked": 1}])
def test_whether_to_block_is_said_by_a_boolean(edge: Edge, body: dict[str, object]) -> None:
    answer = edge(ADMIN, "PATCH", "users/CUST-1/block", body)
    assert (answer.status, set(answer.said["error"]["details"])) == (400, {"blocked"})

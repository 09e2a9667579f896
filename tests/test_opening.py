"""A request opens with a live session of an account that may act, in a role that may (rules.md 5.4; api.md 1)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from shared_code import opening
from shared_code.endpoints import REGISTRY, Endpoint
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import Caller, Role
from tests import rows
from tests.edge import Edge, edge_of
from tests.world import ADMIN, CP_1, CP_3, CUSTOMER, KAM_1, World

ENDPOINTS = {endpoint.name: endpoint for endpoint in REGISTRY.values()}
HALF_AN_HOUR, A_MONTH, A_MINUTE = timedelta(minutes=30), timedelta(days=30), timedelta(minutes=1)


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    with edge_of(world) as edge:
        yield edge


@pytest.fixture
def person(world: World) -> Caller:
    """A partner of this test alone."""
    number = world.value("SELECT nextval('cp_number')")
    cp_id = rows.insert(
        world, "user_account", "user_id", user_id=f"CP-{number}", role="CP", name="Own", phone=f"98{number:08d}"
    )
    rows.insert(world, "channel_partner", "cp_id", cp_id=cp_id, kam_id="KAM-1")
    return replace(CP_3, user_id=cp_id)


def seen(world: World, caller: Caller, ago: timedelta) -> None:
    """The caller's session was last used that long ago."""
    world.owner.execute("UPDATE session SET last_seen_at = now() - %s WHERE user_id = %s", [ago, caller.user_id])


def last_seen(world: World, caller: Caller) -> timedelta:
    ago: timedelta = world.value("SELECT now() - last_seen_at FROM session WHERE user_id = %s", caller.user_id)
    return ago


@pytest.mark.parametrize(
    ("caller", "longest"), [(ADMIN, HALF_AN_HOUR), (KAM_1, HALF_AN_HOUR), (CP_1, A_MONTH), (CUSTOMER, A_MONTH)]
)
def test_a_session_that_was_idle_too_long_is_over(world: World, edge: Edge, caller: Caller, longest: timedelta) -> None:
    edge.token(caller)
    seen(world, caller, longest - A_MINUTE)
    assert edge(caller, "GET", "auth/me").status == 200
    seen(world, caller, longest + A_MINUTE)
    assert edge(caller, "GET", "auth/me").code == "SESSION_EXPIRED"


def test_a_request_is_activity_and_a_poll_is_not(world: World, edge: Edge, person: Caller) -> None:
    edge.token(person)
    seen(world, person, 5 * A_MINUTE)
    for poll in ("notifications", "sync"):
        assert edge(person, "GET", poll).status == 200
    assert last_seen(world, person) > 4 * A_MINUTE
    assert edge(person, "GET", "leads").status == 200
    assert last_seen(world, person) < A_MINUTE


@pytest.mark.parametrize(
    ("ended_by", "account", "code"),
    [
        ("logout", "status = 'active'", "SESSION_EXPIRED"),
        ("reuse", "status = 'active'", "SESSION_EXPIRED"),
        ("logout", "blocked = true", "SESSION_EXPIRED"),
        ("account", "status = 'active'", "SESSION_EXPIRED"),
        ("account", "blocked = true", "USER_BLOCKED"),
        ("account", "status = 'deactivated'", "ACCOUNT_DEACTIVATED"),
        (None, "blocked = true", "USER_BLOCKED"),
        (None, "blocked = true, status = 'deactivated'", "USER_BLOCKED"),
        (None, "status = 'deactivated'", "ACCOUNT_DEACTIVATED"),
        (None, "status = 'pending'", "ACCOUNT_PENDING"),
    ],
)
def test_an_ended_session_and_an_account_that_may_not_act_are_refused(
    world: World, edge: Edge, person: Caller, ended_by: str | None, account: str, code: str
) -> None:
    assert edge(person, "GET", "auth/me").status == 200
    world.owner.execute(f"UPDATE user_account SET {account} WHERE user_id = %s", [person.user_id])
    if ended_by:
        world.owner.execute(
            "UPDATE session SET ended_at = now(), ended_by = %s WHERE user_id = %s", [ended_by, person.user_id]
        )
    assert edge(person, "GET", "auth/me").code == code


def test_a_session_is_its_own_users_alone(world: World, edge: Edge, person: Caller) -> None:
    edge.token(person)
    world.owner.execute("UPDATE session SET user_id = 'CP-3' WHERE user_id = %s", [person.user_id])
    assert edge(person, "GET", "auth/me").code == "SESSION_EXPIRED"


def test_the_role_is_the_databases_and_not_the_tokens(edge: Edge, person: Caller) -> None:
    impostor = replace(person, role=Role.ADMIN)
    assert edge(impostor, "GET", "kams").code == "FORBIDDEN"
    assert edge(impostor, "GET", "leads").data["total"] == 0


@pytest.mark.parametrize(
    ("status", "blocked", "code"),
    [("active", True, "USER_BLOCKED"), ("pending", True, "USER_BLOCKED"), ("pending", False, "ACCOUNT_PENDING")],
)
def test_a_block_outweighs_the_rest(status: str, blocked: bool, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        opening.check_account(status, blocked)
    assert refused.value.code == code


def test_an_active_account_may_act() -> None:
    opening.check_account("active", blocked=False)


def test_a_key_makes_a_request_the_same_by_method_path_and_body() -> None:
    one = opening.fingerprint("POST", "/api/v1/leads", b"{}")
    assert one == opening.fingerprint("POST", "/api/v1/leads", b"{}")
    others = [("PATCH", "/api/v1/leads", b"{}"), ("POST", "/api/v1/lead", b"{}"), ("POST", "/api/v1/leads", b"{ }")]
    assert one not in [opening.fingerprint(*other) for other in others]


@pytest.mark.parametrize(
    ("name", "honoured"),
    [
        ("create_lead", True), ("update_status", True), ("approve_or_pay", True),
        ("list_leads", False), ("login", False), ("refresh_session", False), ("logout", False), ("send_otp", False),
    ],
)  # fmt: skip
def test_a_key_is_honoured_on_signed_in_writes_outside_of_sign_in(name: str, honoured: bool) -> None:
    endpoint: Endpoint = ENDPOINTS[name]
    assert opening.idempotency_key(endpoint, "a-key") == ("a-key" if honoured else None)
    assert opening.idempotency_key(endpoint, None) is None

"""Signing in by password: Admins and KAMs, five failures, and nothing told about who exists (rules.md 5.3)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.auth.login import login
from localhost.demo_data import PASSWORD
from shared_code.rules.refusal import Refusal
from tests.rules.samples import refused
from tests.world import World

START = datetime.now(UTC)
MINUTE = 60


def enter(world: World, email: str, password: str = PASSWORD, at: float = 0) -> Any:
    return world.data(login, None, START + timedelta(seconds=at), email=email, password=password)


def says(world: World, email: str, password: str, at: float = 0) -> tuple[str, str, int | None]:
    """What the refusal tells."""
    try:
        enter(world, email, password, at)
    except Refusal as refusal:
        return refusal.code, refusal.message, refusal.retry_after
    return "ok", "", None


@pytest.mark.parametrize(
    ("email", "role", "user_id"),
    [("admin@solarium.test", "Admin", "ADM-1"), ("KAM1@Solarium.Test", "KAM", "KAM-1")],
)
def test_staff_signs_in_whatever_the_case_of_its_address(world: World, email: str, role: str, user_id: str) -> None:
    session = enter(world, email)
    assert (
        session.items() >= {"role": role, "userId": user_id, "isNewUser": False, "expiresIn": 2 * 60 * MINUTE}.items()
    )
    assert session["accessToken"] == session["token"]
    assert session["user"]["email"] == email.lower()


def test_the_fifth_failure_locks_an_address_that_exists_exactly_like_one_that_does_not(world: World) -> None:
    told = {
        email: [
            *(says(world, email, f"wrong {n}", at=n) for n in range(5)),
            says(world, email, PASSWORD, at=5),
            says(world, email.upper(), PASSWORD, at=4 + 15 * MINUTE - 1),
        ]
        for email in ("kam2@solarium.test", "nobody@solarium.test")
    }
    known, unknown = told.values()
    assert known == unknown
    assert [code for code, *_ in known] == ["INVALID_CREDENTIALS"] * 5 + ["LOGIN_LOCKED"] * 2
    assert [retry_after for *_, retry_after in known[5:]] == [15 * MINUTE - 1, 1]
    assert says(world, "nobody@solarium.test", PASSWORD, at=4 + 15 * MINUTE)[0] == "INVALID_CREDENTIALS"
    assert enter(world, "kam2@solarium.test", at=4 + 15 * MINUTE)["userId"] == "KAM-2"


def test_a_right_password_forgives_the_failures(world: World) -> None:
    for _ in range(2):
        for n in range(4):
            with refused("INVALID_CREDENTIALS"):
                enter(world, "kam1@solarium.test", f"wrong {n}")
        enter(world, "kam1@solarium.test")


@pytest.mark.parametrize(
    ("change", "code"), [("status = 'deactivated'", "ACCOUNT_DEACTIVATED"), ("blocked = true", "USER_BLOCKED")]
)
def test_staff_that_may_not_enter_is_told_so_after_the_right_password_alone(
    world: World, change: str, code: str
) -> None:
    email = f"{code.lower()}@solarium.test"
    world.owner.execute(
        "INSERT INTO user_account (user_id, role, name, email, password_hash)"
        " SELECT 'ADM-' || nextval('admin_number'), 'Admin', 'Former', %s, password_hash FROM user_account"
        " WHERE user_id = 'ADM-1'",
        [email],
    )
    world.owner.execute(f"UPDATE user_account SET {change} WHERE email = %s", [email])
    with refused("INVALID_CREDENTIALS"):
        enter(world, email, "wrong")
    with refused(code):
        enter(world, email)


def test_a_partner_or_customer_has_no_password_to_sign_in_with(world: World) -> None:
    world.owner.execute("UPDATE user_account SET email = 'partner@solarium.test' WHERE user_id = 'CP-1'")
    with refused("INVALID_CREDENTIALS"):
        enter(world, "partner@solarium.test")

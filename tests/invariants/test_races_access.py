"""Whoever is blocked or given another phone while it signs in, works, or is given leads (rules.md 2.3; api.md 2.8).

No session outlives the order, no lead bears a phone that is not its customer's, and nobody waits for ever.
"""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.auth.login import login
from functions.auth.register import register
from functions.leads.create_lead import create_lead
from functions.leads.edit_lead import edit_lead
from functions.people.access import block_user
from functions.people.correct_customer import correct_customer
from shared_code.access.one_time_code import hash_of
from shared_code.rules.codes import Purpose
from shared_code.rules.scope import Caller, Role
from shared_code.sql import accounts, sessions
from shared_code.sql import sign_in as guards
from tests import rows
from tests.edge import Edge, edge_of
from tests.racing import rounds, rush, spoil, ten_rounds, until, waiting
from tests.world import ADMIN, CP_1, World, codes, race

RIGHT = "900000"
SITE: dict[str, Any] = {"customer_name": "Asha Rao", "address": "7 Lake View", "state": "GJ", "pin_code": "380058"}
_phones = itertools.count(9_610_000_001)
Order = Callable[[World, str], Any]


def new_phone() -> str:
    return str(next(_phones))


def customer(world: World) -> tuple[str, str]:
    """A customer with a complete profile: its id and phone."""
    customer_id = rows.customer(world)
    world.owner.execute(
        "UPDATE user_account SET address = '12 Ashram Road', state = 'Gujarat', pin_code = '380009' WHERE user_id = %s",
        [customer_id],
    )
    return customer_id, phone_of(world, customer_id)


def phone_of(world: World, user_id: str) -> str:
    phone: str = world.value("SELECT phone FROM user_account WHERE user_id = %s", user_id)
    return phone


def block(world: World, user_id: str) -> Any:
    return world.call(block_user, ADMIN, user_id=user_id, blocked=True)


def give_phone(world: World, customer_id: str, phone: str | None = None) -> Any:
    return world.call(correct_customer, ADMIN, customer_id=customer_id, phone=phone or new_phone(), override=True)


@ten_rounds
def test_of_two_customers_who_are_given_one_phone_at_once_one_gets_it(world: World, turn: int) -> None:
    both, phone = [customer(world)[0] for _ in range(2)], new_phone()
    gate = f"SELECT FROM user_account WHERE user_id IN ('{both[0]}', '{both[1]}') FOR UPDATE"
    outcomes = codes(rush(world, gate, lambda number: give_phone(world, both[number], phone), 2))
    assert sorted(outcomes) == ["DUPLICATE_PHONE", "ok"]
    assert phone_of(world, both[outcomes.index("ok")]) == phone


# Signing in while the order is on its way ----------------------------------------------------------------------------


def sign_in(world: World, phone: str) -> Any:
    return world.call(login, None, phone=phone, otp=RIGHT)


def complete_profile(world: World, phone: str) -> Any:
    whole: dict[str, Any] = {"name": "Asha Rao", "address": "7 Lake View", "state": "GJ", "pin_code": "380058"}
    return world.call(register, None, role="Customer", phone=phone, otp=RIGHT, **whole)


def signing_in_meanwhile(world: World, order: Order, by: Order = sign_in) -> tuple[str, list[str]]:
    """Sign in after the order has ended the sessions, before it is durable; what that says, which sessions are live."""
    customer_id, phone = customer(world)
    with world.pool.connection() as db:
        guards.lock_guard(db, phone)
        hashed = hash_of(world.settings, phone, Purpose.SIGN_IN, RIGHT)
        guards.write_challenge(db, phone, Purpose.SIGN_IN, hashed, datetime.now(UTC))
    with ThreadPoolExecutor(1) as background:
        entering: list[Any] = []

        def enter() -> None:
            entering.append(background.submit(race, 1, lambda _: by(world, phone)))
            until(lambda: entering[0].done() or waiting(world) > 1)

        # Every order is noted in the audit after it has ended the sessions, and waits there.
        [ordered] = rush(world, "LOCK TABLE audit_log IN SHARE MODE", lambda _: order(world, customer_id), 1, enter)
        codes([ordered])
        said = codes(entering[0].result())[0]
    found = world.rows("SELECT session_id FROM session WHERE user_id = %s AND ended_at IS NULL", customer_id)
    return said, [session_id for (session_id,) in found]


@rounds
@pytest.mark.parametrize("by", [sign_in, complete_profile])
@pytest.mark.parametrize(("order", "code"), [(block, "USER_BLOCKED"), (give_phone, "OTP_EXPIRED")])
def test_no_session_that_is_opened_meanwhile_outlives_the_order(
    world: World, order: Order, by: Order, code: str, turn: int
) -> None:
    assert signing_in_meanwhile(world, order, by) == (code, [])


@pytest.mark.parametrize("order", [block, give_phone])
def test_a_session_opened_without_locking_the_account_outlives_it(
    world: World, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, sessions, "FOR SHARE")
    said, live = signing_in_meanwhile(world, order)
    assert (said, len(live)) == ("ok", 1)


# Leads on their way while a customer gets another phone --------------------------------------------------------------


def leads_meanwhile(world: World) -> set[tuple[str, str]]:
    """Leads for a phone wait to be written while its customer gets another; phone of customer and lead, of each."""
    customer_id, phone = customer(world)
    world.lead(customer_id=customer_id)
    strangers = [world.lead() for _ in range(2)]
    acts = [
        lambda: world.call(create_lead, CP_1, phone=phone, **SITE),
        lambda: world.call(create_lead, ADMIN, phone=phone, assigned_to="CP-1", **SITE),
        lambda: world.call(edit_lead, CP_1, lead_id=strangers[0], phone=phone),
        lambda: world.call(edit_lead, CP_1, lead_id=strangers[1], phone=phone),
    ]
    with ThreadPoolExecutor(1) as background:
        giving: list[Any] = []

        def give() -> None:
            giving.append(background.submit(give_phone, world, customer_id))
            until(lambda: giving[0].done() or waiting(world) > len(acts))

        # Every lead is noted in the audit once it has been decided whose it is, and waits there.
        gate = "LOCK TABLE audit_log IN SHARE MODE"
        codes(rush(world, gate, lambda number: acts[number](), len(acts), give))
        giving[0].result()
    return set(world.rows(
        "SELECT u.phone, l.phone FROM lead l JOIN user_account u ON u.user_id = l.customer_id"
        " WHERE l.phone = %s OR l.customer_id = %s", phone, customer_id))  # fmt: skip


@rounds
def test_no_lead_bears_a_phone_that_is_not_its_customers(world: World, turn: int) -> None:
    found = leads_meanwhile(world)
    assert found
    assert all(of_customer == of_lead for of_customer, of_lead in found)


def test_without_holding_the_phone_a_lead_keeps_the_old_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, accounts, "FOR NO KEY UPDATE")
    assert any(of_customer != of_lead for of_customer, of_lead in leads_meanwhile(world))


@ten_rounds
def test_a_lead_that_came_just_before_and_is_edited_again_delays_nobody_for_ever(world: World, turn: int) -> None:
    """It goes to the customer while the customer's leads are locked for another phone, so it is locked after them."""
    customer_id, phone = customer(world)
    lead_id = world.lead()

    def edit(_: int) -> Any:
        return world.call(edit_lead, CP_1, lead_id=lead_id, phone=phone, remarks=new_phone())

    with ThreadPoolExecutor(2) as background:
        later: list[Any] = []

        def begin(act: Callable[[int], Any]) -> None:
            before = waiting(world)
            later.append(background.submit(race, 1, act))
            until(lambda: waiting(world) > before)

        def meanwhile() -> None:
            begin(lambda _: give_phone(world, customer_id))
            begin(edit)

        gate = f"SELECT FROM user_account WHERE user_id = '{customer_id}' FOR UPDATE"
        outcomes = rush(world, gate, edit, 1, meanwhile)
        outcomes += [outcome for one in later for outcome in one.result()]
    assert codes(outcomes) == ["ok"] * 3
    [(bearer, borne)] = world.rows("SELECT customer_id, phone FROM lead WHERE lead_id = %s", lead_id)
    assert phone_of(world, bearer) == borne


# The person's own requests, on their way when the order comes --------------------------------------------------------


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    with edge_of(world) as edge:
        yield edge


def working_meanwhile(world: World, edge: Edge) -> list[str]:
    """A customer whose activity is noted asks for a lead while it is being blocked; what both are told."""
    me = Caller(customer(world)[0], Role.CUSTOMER, "session", "Asha Rao")
    edge.token(me), edge.token(ADMIN)
    world.owner.execute("UPDATE session SET last_seen_at = now() - interval '2 minutes'")
    with ThreadPoolExecutor(1) as background:
        working: list[Any] = []

        def work() -> None:
            working.append(background.submit(edge, me, "POST", "leads", {}))
            until(lambda: waiting(world) > 1)

        gate = f"SELECT FROM user_account WHERE user_id = '{me.user_id}' FOR UPDATE"
        body = {"blocked": True}
        [blocked] = rush(world, gate, lambda _: edge(ADMIN, "PATCH", f"users/{me.user_id}/block", body), 1, work)
        return [blocked.code or "ok", working[0].result().code or "ok"]


@rounds
def test_who_blocks_and_who_is_blocked_at_work_do_not_wait_for_each_other(world: World, edge: Edge, turn: int) -> None:
    assert working_meanwhile(world, edge) == ["ok", "ok"]


def test_locking_the_account_before_its_sessions_makes_them_wait_for_each_other(
    world: World, edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "lock_live", lambda *_: None)
    assert "INTERNAL_ERROR" in working_meanwhile(world, edge)

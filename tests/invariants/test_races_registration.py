"""Of many who ask for a code or register at once, one is served (rules.md 5.1, 5.2; data.md I1, unique phones)."""

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.auth.login import login
from functions.auth.register import register
from functions.leads.create_lead import create_lead
from localhost.standins import StandIns
from localhost.standins.standins import running
from shared_code.access.one_time_code import hash_of
from shared_code.rules.codes import Purpose
from shared_code.sql import sign_in as guards
from tests.racing import CALLERS, rounds, rush, unlock_guards
from tests.world import CP_1, World, codes

RIGHT = "900000"
MOST = 7
SITE: dict[str, Any] = {"address": "4 Canal Road", "state": "GJ", "pin_code": "395007"}
_phones = itertools.count(9600000000)


@pytest.fixture(scope="module")
def standins(world: World) -> Iterator[StandIns]:
    with running() as standins, world.with_settings(msg91_base_url=standins.msg91_url):
        yield standins


def new_phone() -> str:
    return str(next(_phones))


def with_codes(world: World) -> str:
    """A phone that was sent a code of each purpose."""
    phone = new_phone()
    with world.pool.connection() as db:
        guards.lock_guard(db, phone)
        for purpose in Purpose:
            hashed = hash_of(world.settings, phone, purpose, RIGHT)
            guards.write_challenge(db, phone, purpose, hashed, datetime.now(UTC))
    return phone


def of_phone(phone: str) -> str:
    """The gate through which everybody who comes with that phone must go."""
    return f"INSERT INTO otp_guard (phone) VALUES ('{phone}') ON CONFLICT (phone) DO UPDATE SET phone = excluded.phone"


def as_partner(world: World, phone: str) -> Any:
    return world.call(register, None, role="CP", name="Ravi Iyer", phone=phone, otp=RIGHT, **SITE)


def accounts(world: World, phone: str) -> list[str]:
    found = world.rows("SELECT role FROM user_account WHERE phone = %s", phone)
    return [role for (role,) in found]


@rounds
@pytest.mark.parametrize("form", [{}, {"role": "CP", "name": "Ravi Iyer"} | SITE], ids=["to sign in", "to register"])
def test_a_phone_for_which_fifty_ask_at_once_gets_one_sms(
    world: World, standins: StandIns, form: dict[str, Any], turn: int
) -> None:
    phone = new_phone()
    asks = rush(world, of_phone(phone), lambda _: world.call(register if form else login, None, phone=phone, **form))
    assert codes(asks) == ["ok"] * CALLERS
    assert len(standins.inbox.find(phone)) == 1


def test_without_the_phones_lock_it_gets_many(
    world: World, standins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock_guards(monkeypatch)
    phone = new_phone()
    rush(world, of_phone(phone), lambda _: world.call(login, None, phone=phone))
    assert len(standins.inbox.find(phone)) > 1


@rounds
def test_fifty_phones_at_once_get_no_more_sms_than_all_phones_may(world: World, standins: StandIns, turn: int) -> None:
    phones = [new_phone() for _ in range(CALLERS)]
    new_minute = (
        "INSERT INTO rate_window VALUES ('sms:minute', now(), 0) ON CONFLICT (key)"
        " DO UPDATE SET started_at = excluded.started_at, count = 0"
    )
    with world.with_settings(sms_per_minute=MOST):
        outcomes = rush(world, new_minute, lambda n: world.call(login, None, phone=phones[n]))
    assert Counter(codes(outcomes)) == {"ok": MOST, "RATE_LIMITED": CALLERS - MOST}
    assert sum(len(standins.inbox.find(phone)) for phone in phones) == MOST


@rounds
def test_a_code_makes_one_partner_when_fifty_register_with_it_at_once(world: World, turn: int) -> None:
    phone = with_codes(world)
    outcomes = rush(world, of_phone(phone), lambda _: as_partner(world, phone))
    assert Counter(codes(outcomes)) == {"ok": 1, "OTP_EXPIRED": CALLERS - 1}
    assert accounts(world, phone) == ["CP"]
    assert world.value("SELECT count(*) FROM channel_partner c JOIN user_account u ON u.user_id = c.cp_id"
                       " WHERE phone = %s", phone) == 1  # fmt: skip


@rounds
def test_who_signs_in_and_registers_at_once_has_one_account(world: World, turn: int) -> None:
    phone = with_codes(world)
    acts = [lambda: as_partner(world, phone), lambda: world.call(login, None, phone=phone, otp=RIGHT)]
    outcomes = codes(rush(world, of_phone(phone), lambda n: acts[n](), 2))
    by_account = {"CP": ["ok", "ACCOUNT_PENDING"], "Customer": ["DUPLICATE_PHONE", "ok"]}
    [role] = accounts(world, phone)
    assert outcomes == by_account[role]


@rounds
def test_a_lead_and_a_registration_for_one_phone_at_once_make_one_account(world: World, turn: int) -> None:
    phone = with_codes(world)
    lead: dict[str, Any] = {"customer_name": "Meera Joshi", "phone": phone, **SITE}
    acts = [lambda: as_partner(world, phone), lambda: world.call(create_lead, CP_1, **lead)]
    outcomes = codes(rush(world, "LOCK TABLE user_account IN SHARE MODE", lambda n: acts[n](), 2))
    by_account = {"CP": ["ok", "DUPLICATE_PHONE"], "Customer": ["DUPLICATE_PHONE", "ok"]}
    [role] = accounts(world, phone)
    assert outcomes == by_account[role]

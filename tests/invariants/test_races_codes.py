"""One code opens one session, and five wrong tries are all there are (data.md I1, I2; rules.md 5.1, 5.2)."""

import itertools
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from functions.auth.login import login
from shared_code.access import phone_proof
from shared_code.access.one_time_code import hash_of
from shared_code.rules.codes import Purpose
from shared_code.rules.refusal import Refusal
from shared_code.sql import sign_in as guards
from tests.racing import CALLERS, end_waiting, rush, ten_rounds, unlock_guards
from tests.world import World, codes, race

RIGHT = "900000"  # every number below it is a wrong try
_phones = itertools.count(9800000000)


def new_phone(world: World) -> str:
    """A phone that was sent the code."""
    phone = str(next(_phones))
    send_code(world, phone)
    return phone


def send_code(world: World, phone: str) -> None:
    """What an SMS that was taken leaves behind."""
    code_hash = hash_of(world.settings, phone, Purpose.SIGN_IN, RIGHT)
    with world.pool.connection() as db:
        guards.lock_guard(db, phone)
        guards.write_challenge(db, phone, Purpose.SIGN_IN, code_hash, datetime.now(UTC))


def attempt(world: World, phone: str, code: object) -> Any:
    return world.call(login, None, phone=phone, otp=f"{code:>06}")


def all_at_once(world: World, phone: str, *codes_tried: object, **more: Any) -> list[Any]:
    gate = f"SELECT FROM otp_guard WHERE phone = '{phone}' FOR UPDATE"
    return rush(world, gate, lambda n: attempt(world, phone, codes_tried[n]), len(codes_tried), **more)


def sessions(world: World, phone: str) -> int:
    count: int = world.value("SELECT count(*) FROM session JOIN user_account USING (user_id) WHERE phone = %s", phone)
    return count


@ten_rounds
def test_a_code_opens_one_session_when_fifty_use_it_at_once(world: World, turn: int) -> None:
    phone = new_phone(world)
    outcomes = codes(all_at_once(world, phone, *[RIGHT] * CALLERS))
    assert Counter(outcomes) == {"ok": 1, "OTP_EXPIRED": CALLERS - 1}
    assert sessions(world, phone) == 1


@ten_rounds
def test_a_code_is_used_up_once_by_a_partner_who_may_not_enter_yet(world: World, turn: int) -> None:
    phone = "9000000009"
    send_code(world, phone)
    outcomes = codes(all_at_once(world, phone, *[RIGHT] * CALLERS))
    assert Counter(outcomes) == {"ACCOUNT_PENDING": 1, "OTP_EXPIRED": CALLERS - 1}
    assert sessions(world, phone) == 0


def test_read_compare_mark_opens_a_session_for_everybody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    unlock_guards(monkeypatch)
    phone = new_phone(world)
    all_at_once(world, phone, *[RIGHT] * CALLERS)
    assert sessions(world, phone) > 1


@ten_rounds
def test_five_of_fifty_wrong_tries_are_evaluated(world: World, turn: int) -> None:
    phone = new_phone(world)
    outcomes = codes(all_at_once(world, phone, *range(CALLERS)))
    assert Counter(outcomes) == {"INVALID_OTP": 5, "OTP_LOCKED": CALLERS - 5}
    assert codes(race(1, lambda _: attempt(world, phone, RIGHT))) == ["OTP_LOCKED"]


@ten_rounds
def test_tries_against_an_older_code_count_for_the_newer_one(world: World, turn: int) -> None:
    phone = new_phone(world)
    assert codes(race(3, lambda n: attempt(world, phone, n))) == ["INVALID_OTP"] * 3
    send_code(world, phone)
    outcomes = codes(all_at_once(world, phone, *range(3, 3 + CALLERS)))
    assert Counter(outcomes) == {"INVALID_OTP": 2, "OTP_LOCKED": CALLERS - 2}


@ten_rounds
def test_a_right_code_among_wrong_ones_gives_nobody_a_sixth_try(world: World, turn: int) -> None:
    phone = new_phone(world)
    outcomes = Counter(codes(all_at_once(world, phone, *range(CALLERS - 1), RIGHT)))
    assert outcomes["INVALID_OTP"] <= 5
    assert outcomes["ok"] == sessions(world, phone) <= 1


@ten_rounds
def test_tries_that_die_with_their_connection_give_nobody_more(world: World, turn: int) -> None:
    phone = new_phone(world)
    half = CALLERS // 2
    outcomes = all_at_once(world, phone, *range(CALLERS), meanwhile=lambda: end_waiting(world, half))
    died = [one for one in outcomes if isinstance(one, psycopg.OperationalError)]
    answered = Counter(codes([one for one in outcomes if one not in died]))
    assert len(died) == half
    assert answered == {"INVALID_OTP": 5, "OTP_LOCKED": CALLERS - half - 5}


def test_check_then_count_evaluates_more_than_five(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    unlock_guards(monkeypatch)
    outcomes = codes(all_at_once(world, new_phone(world), *range(CALLERS)))
    assert outcomes.count("INVALID_OTP") > 5


def test_a_count_undone_with_its_request_evaluates_more_than_five(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_proof, "KeptRefusal", Refusal)
    outcomes = codes(all_at_once(world, new_phone(world), *range(CALLERS)))
    assert outcomes.count("INVALID_OTP") > 5

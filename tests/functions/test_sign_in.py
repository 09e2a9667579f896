"""Signing in by a code: how long it lives, how often it may be wrong, how many are sent (rules.md 5.1, 5.2)."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.auth.login import login
from functions.integrations import send_otp
from localhost.standins import StandIns
from shared_code.rules.refusal import Refusal
from tests.rules.samples import refused
from tests.world import World

START = datetime.now(UTC)
MINUTE, DAY = 60, 24 * 60 * 60
SENT = {"otpSent": True, "expiresIn": 120, "resendAfter": 30}
_numbers = itertools.count(9_800_000_001)


class Handset:
    """A phone that asks for codes and enters them; times are seconds from the start of the test."""

    def __init__(self, world: World, standins: StandIns, number: str | None = None) -> None:
        self.world, self.standins = world, standins
        self.number = number or str(next(_numbers))

    def ask(self, at: float = 0) -> Any:
        return self.world.data(login, None, START + timedelta(seconds=at), phone=self.number)

    def enter(self, code: str, at: float = 1) -> Any:
        return self.world.data(login, None, START + timedelta(seconds=at), phone=self.number, otp=code)

    def says(self, code: str, at: float = 1) -> str:
        """`ok`, or the code of the refusal."""
        try:
            self.enter(code, at)
        except Refusal as refusal:
            return refusal.code
        return "ok"

    @property
    def codes(self) -> list[str]:
        """What it was sent, newest first."""
        return [message.code or "" for message in self.standins.inbox.find(self.number)]

    def wrong(self, number: int = 1) -> str:
        """A code it was never sent; another for each number."""
        return [code for code in map(str, range(100_000, 100_020)) if code not in self.codes][number]


@pytest.fixture
def new(world: World, standins: StandIns) -> Callable[..., Handset]:
    return lambda number=None: Handset(world, standins, number)


@pytest.fixture
def phone(new: Callable[..., Handset]) -> Handset:
    return new()


def test_known_and_unknown_phones_are_answered_alike_and_get_a_code_by_sms(new: Callable[..., Handset]) -> None:
    for phone in (new(), new("9000000001"), new("9000000101"), new("9000000009")):
        assert phone.ask() == SENT
        [message] = phone.standins.inbox.find(phone.number)
        assert message.text == f"Your One-Time Password (OTP) is {message.code}. Valid for 2 minutes."
        assert message.code
        assert len(message.code) == 6


def test_the_other_door_sends_the_same_code(world: World, phone: Handset) -> None:
    assert world.data(send_otp, None, START, phone=f"+91{phone.number}") == {"otpSent": True}
    assert phone.says(phone.codes[0]) == "ok"


def test_an_unknown_phone_becomes_a_customer_by_its_first_right_code(phone: Handset) -> None:
    phone.ask()
    first = phone.enter(phone.codes[0])
    assert first.items() >= {"isNewUser": True, "profileComplete": False, "role": "Customer", "expiresIn": DAY}.items()
    assert first["user"].items() >= {"id": first["userId"], "phone": phone.number, "status": "active"}.items()
    phone.ask(at=31)
    again = phone.enter(phone.codes[0], at=32)
    assert (again["isNewUser"], again["userId"]) == (False, first["userId"])
    assert again["sessionId"] != first["sessionId"]


def test_a_partner_signs_in_as_itself(new: Callable[..., Handset]) -> None:
    phone = new("9000000002")
    phone.ask()
    session = phone.enter(phone.codes[0])
    assert session["user"].items() >= {"id": "CP-2", "role": "CP", "kamId": "KAM-1", "phone": "9000000002"}.items()
    assert (session["isNewUser"], session["profileComplete"]) == (False, True)


@pytest.mark.parametrize(("age", "answer"), [(119.999, "ok"), (120, "OTP_EXPIRED")])
def test_a_code_lives_two_minutes(phone: Handset, age: float, answer: str) -> None:
    phone.ask()
    assert phone.says(phone.codes[0], at=age) == answer


def test_a_code_is_used_once_and_a_new_one_kills_the_older(phone: Handset) -> None:
    phone.ask()
    phone.ask(at=30)
    newest, oldest = phone.codes
    assert phone.says(oldest, at=31) == "INVALID_OTP"
    assert [phone.says(newest, at=31) for _ in range(2)] == ["ok", "OTP_EXPIRED"]


def test_five_wrong_tries_across_reissued_codes_lock_the_phone_for_a_quarter_of_an_hour(phone: Handset) -> None:
    phone.ask()
    assert [phone.says(phone.wrong(n), at=10) for n in range(3)] == ["INVALID_OTP"] * 3
    phone.ask(at=30)
    assert [phone.says(phone.wrong(n), at=40) for n in range(2)] == ["INVALID_OTP"] * 2
    with refused("OTP_LOCKED") as locked:
        phone.enter(phone.codes[0], at=41)
    assert locked.value.retry_after == 15 * MINUTE - 1
    with refused("OTP_LOCKED"):
        phone.ask(at=40 + 15 * MINUTE - 0.001)
    phone.ask(at=40 + 15 * MINUTE)
    later = 41 + 15 * MINUTE
    assert [phone.says(phone.wrong(n), at=later) for n in range(4)] == ["INVALID_OTP"] * 4
    assert phone.says(phone.codes[0], at=later) == "ok"


def test_wrong_tries_are_forgotten_a_quarter_of_an_hour_after_the_first(phone: Handset) -> None:
    phone.ask()
    assert [phone.says(phone.wrong(n), at=n) for n in range(4)] == ["INVALID_OTP"] * 4
    phone.ask(at=15 * MINUTE - 1)
    assert phone.says(phone.wrong(5), at=15 * MINUTE) == "INVALID_OTP"
    assert phone.says(phone.codes[0], at=15 * MINUTE + 1) == "ok"


def test_a_right_code_forgives_the_wrong_ones(phone: Handset) -> None:
    for start in (0, 30):
        phone.ask(at=start)
        assert [phone.says(phone.wrong(n), at=start + n) for n in range(4)] == ["INVALID_OTP"] * 4
        assert phone.says(phone.codes[0], at=start + 5) == "ok"


def test_the_same_wrong_code_within_five_seconds_counts_once(phone: Handset) -> None:
    phone.ask()
    assert [phone.says(phone.wrong(), at=10 + n / 2) for n in range(10)] == ["INVALID_OTP"] * 10
    assert phone.says(phone.wrong(), at=15.5) == "INVALID_OTP"  # more than 5 s after the one that counted: the second
    assert [phone.says(phone.wrong(n), at=16) for n in (2, 3)] == ["INVALID_OTP"] * 2
    assert phone.says(phone.codes[0], at=17) == "ok"


def test_a_try_where_no_code_is_alive_does_not_count(phone: Handset) -> None:
    assert [phone.says(phone.wrong(n)) for n in range(6)] == ["OTP_EXPIRED"] * 6
    phone.ask()
    assert [phone.says(phone.wrong(n), at=120) for n in range(6)] == ["OTP_EXPIRED"] * 6
    phone.ask(at=121)
    assert phone.says(phone.codes[0], at=122) == "ok"


def test_within_half_a_minute_the_answer_is_the_same_and_no_second_sms_is_sent(phone: Handset) -> None:
    assert [phone.ask(at=at) for at in (0, 1, 29.999)] == [SENT] * 3
    assert len(phone.codes) == 1
    phone.ask(at=30)
    assert len(phone.codes) == 2


def test_a_phone_gets_five_codes_in_a_quarter_of_an_hour_and_ten_a_day(phone: Handset) -> None:
    for n in range(5):
        phone.ask(at=n * 31)
    with refused("RATE_LIMITED") as capped:
        phone.ask(at=5 * 31)
    assert capped.value.retry_after == 15 * MINUTE - 5 * 31
    for n in range(5):
        phone.ask(at=15 * MINUTE + n * 31)
    with refused("RATE_LIMITED") as capped:
        phone.ask(at=2 * 15 * MINUTE)
    assert capped.value.retry_after == DAY - 2 * 15 * MINUTE
    phone.ask(at=DAY)
    assert len(phone.codes) == 11


def spent(world: World) -> dict[str, int]:
    """How many SMS went out in this minute and this day, which both begin now."""
    return dict(world.rows("UPDATE rate_window SET started_at = now() WHERE key ^@ 'sms:' RETURNING key, count"))


@pytest.mark.parametrize("fault", ["500", "error200", "429", "garbage", "reset"])
def test_an_sms_that_was_not_taken_counts_for_nothing_and_its_code_is_dead(
    world: World, standins: StandIns, phone: Handset, fault: str
) -> None:
    phone.ask()
    before = spent(world)
    standins.faults.set("msg91", fault)
    for _ in range(6):
        with refused("SMS_DELIVERY_FAILED"):
            phone.ask(at=40)
    assert spent(world) == before
    assert phone.says(phone.codes[0], at=41) == "OTP_EXPIRED"
    standins.faults.set("msg91", "off")
    for n in range(4):
        phone.ask(at=41 + n * 30)
    assert phone.says(phone.codes[0], at=140) == "ok"


def test_all_phones_together_get_no_more_codes_than_the_settings_say(world: World, new: Callable[..., Handset]) -> None:
    new().ask()
    with world.with_settings(sms_per_minute=spent(world)["sms:minute"] + 1):
        new().ask()
        refused_one = new()
        with refused("RATE_LIMITED"):
            refused_one.ask()
    with world.with_settings(sms_per_day=0), refused("RATE_LIMITED"):
        refused_one.ask()
    assert refused_one.ask() == SENT


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("status = 'pending'", "ACCOUNT_PENDING"),
        ("status = 'deactivated'", "ACCOUNT_DEACTIVATED"),
        ("blocked = true", "USER_BLOCKED"),
    ],
)
def test_an_account_that_may_not_enter_gets_a_code_and_is_refused_with_it_once(
    world: World, phone: Handset, change: str, code: str
) -> None:
    phone.ask()
    user_id = phone.enter(phone.codes[0])["userId"]
    world.owner.execute(f"UPDATE user_account SET {change} WHERE user_id = %s", [user_id])
    assert phone.ask(at=31) == SENT
    assert [phone.says(phone.codes[0], at=32) for _ in range(2)] == [code, "OTP_EXPIRED"]
    assert world.value("SELECT count(*) FROM session WHERE user_id = %s", user_id) == 1


def test_a_code_is_kept_only_as_a_keyed_hash(world: World, phone: Handset) -> None:
    phone.ask()
    [(stored,)] = world.rows("SELECT to_jsonb(c)::text FROM otp_challenge c WHERE phone = %s", phone.number)
    assert phone.codes[0] not in stored.replace(phone.number, "")

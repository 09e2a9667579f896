"""Signing in by a code: how long it lives, how often it may be wrong, how many are sent (rules.md 5.1, 5.2)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from functions.integrations import send_otp
from localhost.standins import StandIns
from shared_code.adapters.calls import AT_ONCE
from shared_code.adapters.circuit import FAILURES, SECONDS, Circuit
from shared_code.adapters.lane import RETRY_AFTER, Lane
from shared_code.adapters.msg91 import Msg91
from tests.handset import START, Handset, word
from tests.racing import until
from tests.rules.samples import refused
from tests.world import World

MINUTE, DAY = 60, 24 * 60 * 60
SENT = {"otpSent": True, "expiresIn": 120, "resendAfter": 30}


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


@pytest.mark.parametrize(
    ("fault", "sixth"),
    [
        ("500", "PROVIDER_BUSY"),
        ("reset", "PROVIDER_BUSY"),
        ("error200", "SMS_DELIVERY_FAILED"),
        ("429", "SMS_DELIVERY_FAILED"),
        ("garbage", "SMS_DELIVERY_FAILED"),
    ],
)
def test_an_sms_that_was_not_taken_counts_for_nothing_and_its_code_is_dead(
    world: World, standins: StandIns, phone: Handset, fault: str, sixth: str
) -> None:
    phone.ask()
    before = spent(world)
    standins.faults.set("msg91", fault)
    for answer in ["SMS_DELIVERY_FAILED"] * 5 + [sixth]:
        with refused(answer):
            phone.ask(at=40)
    assert spent(world) == before
    assert phone.says(phone.codes[0], at=41) == "OTP_EXPIRED"
    standins.faults.set("msg91", "off")
    Msg91.circuit = Circuit("msg91")
    for n in range(4):
        phone.ask(at=41 + n * 30)
    assert phone.says(phone.codes[0], at=140) == "ok"


@pytest.mark.parametrize("lane_is_full", [True, False], ids=["lane full", "circuit open"])
def test_a_code_for_which_msg91_is_not_even_asked_is_not_written_and_the_older_one_stays_good(
    world: World, standins: StandIns, phone: Handset, lane_is_full: bool
) -> None:
    phone.ask()
    before = spent(world)
    with full(Msg91.lane) if lane_is_full else opened(Msg91.circuit):
        with refused("PROVIDER_BUSY") as busy:
            phone.ask(at=40)
        assert busy.value.retry_after == (RETRY_AFTER if lane_is_full else SECONDS)
        assert phone.ask(at=20) == SENT  # within 30 s of the last one no SMS is due
    assert spent(world) == before
    assert phone.says(phone.codes[0], at=41) == "ok"


@contextmanager
def full(lane: Lane) -> Iterator[None]:
    """Eight are inside."""
    with ExitStack() as inside:
        for _ in range(AT_ONCE):
            inside.enter_context(lane)
        yield


@contextmanager
def opened(circuit: Circuit) -> Iterator[None]:
    """Five have failed."""
    for _ in range(FAILURES):
        with circuit.passage() as passage:
            passage.answered = False
    yield


def test_who_is_refused_only_after_its_code_was_written_has_no_code(
    world: World, standins: StandIns, phone: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many who find the lane free at once, some come too late."""
    phone.ask()
    before = spent(world)
    monkeypatch.setattr(Msg91.lane, "check", lambda: None)
    with full(Msg91.lane), refused("PROVIDER_BUSY"):
        phone.ask(at=40)
    assert spent(world) == before
    assert phone.says(phone.codes[0], at=41) == "OTP_EXPIRED"
    assert phone.ask(at=41) == SENT


def test_who_waits_for_msg91_holds_no_connection_to_the_database(
    world: World, standins: StandIns, new: Callable[..., Handset]
) -> None:
    standins.faults.set("msg91", "timeout", 100)
    with world.with_settings(provider_timeout_seconds=1.0), ThreadPoolExecutor(AT_ONCE) as threads:
        asking = [threads.submit(word, new().ask) for _ in range(AT_ONCE)]
        until(lambda: standins.faults.as_json()["msg91"]["count"] <= 100 - AT_ONCE)
        until(lambda: (pool := world.pool.get_stats())["pool_available"] == pool["pool_size"])
        assert not any(one.done() for one in asking)
    assert [one.result() for one in asking] == ["SMS_DELIVERY_FAILED"] * AT_ONCE


def test_all_phones_together_get_no_more_codes_than_the_settings_say(world: World, new: Callable[..., Handset]) -> None:
    new().ask()
    with world.with_settings(sms_per_minute=spent(world)["sms:minute"] + 1):
        new().ask()
        refused_one = new()
        with refused("RATE_LIMITED"):
            refused_one.ask()
        world.owner.execute("UPDATE rate_window SET started_at = now() - interval '1 minute' WHERE key = 'sms:minute'")
        assert refused_one.ask() == SENT
    with world.with_settings(sms_per_day=spent(world)["sms:day"]), refused("RATE_LIMITED"):
        new().ask()
    world.owner.execute("UPDATE rate_window SET started_at = now() - interval '1 day' WHERE key = 'sms:day'")
    assert new().ask() == SENT
    assert spent(world)["sms:day"] == 1


def test_half_of_what_all_phones_may_get_raises_the_alarm_once(
    world: World, new: Callable[..., Handset], caplog: pytest.LogCaptureFixture
) -> None:
    new().ask()
    world.owner.execute("UPDATE rate_window SET started_at = now(), count = 0 WHERE key ^@ 'sms:'")
    with world.with_settings(sms_per_minute=6, sms_per_day=10):
        alarms = []
        for _ in range(6):
            new().ask()
            alarms.append(sum("sms_budget_half_spent" in said for said in caplog.messages))
    assert alarms == [0, 0, 1, 1, 2, 2]  # the minute's at the third, the day's at the fifth


def test_an_sms_that_was_not_taken_is_not_taken_off_the_minute_that_began_meanwhile(
    world: World, standins: StandIns, phone: Handset
) -> None:
    phone.ask()
    world.owner.execute(
        "CREATE FUNCTION next_minute() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
        " UPDATE rate_window SET started_at = now() + interval '1 minute', count = 7 WHERE key = 'sms:minute';"
        " RETURN NULL; END $$"
    )
    world.owner.execute(
        "CREATE TRIGGER next_minute AFTER DELETE ON otp_challenge FOR EACH ROW EXECUTE FUNCTION next_minute()"
    )
    standins.faults.set("msg91", "500")
    with refused("SMS_DELIVERY_FAILED"):
        phone.ask(at=31)
    world.owner.execute("DROP FUNCTION next_minute CASCADE")
    assert spent(world)["sms:minute"] == 7


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

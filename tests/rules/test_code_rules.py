"""One-time codes, phones and pin codes, and how often a phone may try (rules.md 5.1, 5.2, api.md 1)."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_code.rules.codes import (
    Purpose,
    as_code,
    code_hash,
    is_alive,
    normalise_phone,
    normalise_pin_code,
)
from shared_code.rules.otp_guard import Guard, after_right, after_sent, after_wrong, check_send, check_unlocked
from tests.rules.samples import refused

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def wrong(times: int, guard: Guard | None = None, start: datetime = NOW) -> Guard:
    """The guard after so many different wrong codes, ten seconds apart."""
    guard = guard or Guard()
    for number in range(times):
        guard = after_wrong(guard, bytes([number]), start + timedelta(seconds=10 * number))
    return guard


@pytest.mark.parametrize("text", ["9876543210", "+919876543210", "919876543210", "09876543210", " 9876543210 "])
def test_1_a_phone_with_or_without_its_prefix(text: str) -> None:
    assert normalise_phone(text) == "9876543210"


def test_1_ten_digits_that_begin_with_91_are_a_phone_themselves() -> None:
    assert normalise_phone("9198765432") == "9198765432"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "987654321",
        "98765432101",
        "5876543210",
        "+9109876543210",
        "+449876543210",
        "98765x3210",
        "9८७६५४३२१०",
        "९८७६५४३२१०",
    ],
)
def test_1_no_indian_mobile_number(text: str) -> None:
    with pytest.raises(ValueError, match="Indian mobile number"):
        normalise_phone(text)


@given(st.from_regex(r"(\+91|91|0|)[6-9][0-9]{9}", fullmatch=True))
def test_1_a_normalised_phone_stays_as_it_is(text: str) -> None:
    phone = normalise_phone(text)
    assert len(phone) == 10
    assert text.endswith(phone)
    assert normalise_phone(phone) == phone


def test_1_pin_codes() -> None:
    assert normalise_pin_code(" 380001 ") == "380001"
    for text in ("", "038001", "38001", "3800011", "38000a", "३८०००१"):
        with pytest.raises(ValueError, match="six digits"):
            normalise_pin_code(text)


@given(st.integers(0, 999_999))
def test_5_1_a_code_has_six_digits(number: int) -> None:
    assert re.fullmatch("[0-9]{6}", as_code(number))
    assert int(as_code(number)) == number


def test_5_1_the_stored_hash_is_bound_to_key_phone_purpose_and_code() -> None:
    variants = {
        code_hash(b"k", "9876543210", Purpose.SIGN_IN, "123456"),
        code_hash(b"x", "9876543210", Purpose.SIGN_IN, "123456"),
        code_hash(b"k", "9876543211", Purpose.SIGN_IN, "123456"),
        code_hash(b"k", "9876543210", Purpose.REGISTER, "123456"),
        code_hash(b"k", "9876543210", Purpose.SIGN_IN, "123457"),
    }
    assert len(variants) == 5
    assert {len(digest) for digest in variants} == {32}
    assert code_hash(b"k", "9876543210", Purpose.SIGN_IN, "123456") in variants


def test_5_1_valid_for_120_seconds_and_used_once() -> None:
    assert is_alive(NOW, None, later(119.9))
    assert not is_alive(NOW, None, later(120))
    assert not is_alive(NOW, later(5), later(10))


def test_5_2_the_fifth_wrong_try_locks_for_fifteen_minutes() -> None:
    check_unlocked(wrong(4), later(40))
    locked = wrong(5)
    for act in (check_unlocked, lambda guard, now: check_send(guard, None, now)):
        with refused("OTP_LOCKED") as caught:
            act(locked, later(50))
        assert caught.value.retry_after == 15 * 60 - 10
        act(locked, later(40 + 15 * 60))


def test_5_2_the_end_of_the_lock_clears_the_tries() -> None:
    after = after_wrong(wrong(5), b"again", later(40 + 15 * 60))
    assert (after.wrong_tries, after.locked_until) == (1, None)


def test_5_2_a_right_code_clears_the_tries_and_keeps_what_was_sent() -> None:
    assert after_right(replace(wrong(4), sent_at=(NOW,))) == Guard(sent_at=(NOW,))


def test_5_2_tries_count_within_fifteen_minutes_of_the_first() -> None:
    four = wrong(4)
    assert after_wrong(four, b"5", later(15 * 60 - 1)).locked_until is not None
    after = after_wrong(four, b"5", later(15 * 60))
    assert (after.wrong_tries, after.first_wrong_at) == (1, later(15 * 60))


def test_5_2_the_same_wrong_code_counts_once_within_five_seconds() -> None:
    once = after_wrong(Guard(), b"a", NOW)
    assert after_wrong(once, b"a", later(4.9)) == once
    assert after_wrong(once, b"a", later(5)).wrong_tries == 2
    assert after_wrong(once, b"b", later(1)).wrong_tries == 2


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from([b"a", b"b", b"c"])), max_size=30))
def test_5_2_no_more_than_five_tries_are_judged_from_the_first_to_its_end(steps: list[tuple[int, bytes]]) -> None:
    guard, now = Guard(), NOW
    judged: dict[datetime | None, int] = {}
    for pause, code in steps:
        now += timedelta(seconds=pause)
        if guard.locked_until and now < guard.locked_until:
            continue
        before, guard = guard, after_wrong(guard, code, now)
        assert guard.first_wrong_at is not None
        assert guard.last_wrong_at is not None
        assert guard.last_wrong_at - guard.first_wrong_at < timedelta(minutes=15)
        judged[guard.first_wrong_at] = judged.get(guard.first_wrong_at, 0) + (guard is not before)
        assert guard.wrong_tries == judged[guard.first_wrong_at] <= 5
        assert (guard.locked_until is not None) == (guard.wrong_tries == 5)


def test_5_2_a_second_sms_goes_out_after_thirty_seconds() -> None:
    assert check_send(Guard(), None, NOW)
    sent = after_sent(Guard(), NOW)
    assert not check_send(sent, NOW, later(29.9))
    assert check_send(sent, NOW, later(30))


@pytest.mark.parametrize(("most", "apart", "within"), [(5, 60, 15 * 60), (10, 1000, 24 * 3600)])
def test_5_2_five_sms_in_fifteen_minutes_and_ten_a_day(most: int, apart: int, within: int) -> None:
    guard, now = Guard(), NOW
    for number in range(most):
        now = later(number * apart)
        assert check_send(guard, None, now)
        guard = after_sent(guard, now)
    with refused("RATE_LIMITED") as caught:
        check_send(guard, None, now)
    assert caught.value.retry_after == within - (most - 1) * apart
    assert check_send(guard, None, later(within))


def test_5_2_the_wait_ends_when_the_fifth_last_sms_is_fifteen_minutes_old() -> None:
    guard = Guard(sent_at=tuple(later(60 * number) for number in (3, 1, 2, 0, 4, 5)))
    with refused("RATE_LIMITED") as caught:
        check_send(guard, None, later(300))
    assert caught.value.retry_after == 15 * 60 + 60 - 300


def test_5_2_what_was_sent_a_day_ago_is_forgotten() -> None:
    guard = after_sent(Guard(sent_at=(NOW, later(60))), later(24 * 3600))
    assert guard.sent_at == (later(60), later(24 * 3600))

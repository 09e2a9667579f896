"""Codes to sign in and to register are bound to their purpose; their phone's limits are one (rules.md 5.1, 5.2)."""

from collections.abc import Callable

from functions.integrations import send_otp
from tests.handset import Handset, word
from tests.rules.samples import refused
from tests.world import World

MINUTE, DAY = 60, 24 * 60 * 60


def test_a_code_is_good_for_what_it_was_asked_for_alone(new: Callable[..., Handset]) -> None:
    partner, visitor = new(), new()
    partner.register()
    visitor.ask()
    assert partner.says(partner.codes[0]) == "OTP_EXPIRED"
    assert partner.registers(partner.codes[0], role="Customer") == "OTP_EXPIRED"
    assert visitor.registers(visitor.codes[0]) == "OTP_EXPIRED"
    assert (partner.registers(partner.codes[0]), visitor.says(visitor.codes[0])) == ("ok", "ok")


def test_a_code_given_for_the_other_purpose_is_a_wrong_try(phone: Handset) -> None:
    phone.ask()
    phone.register()
    to_register, to_sign_in = phone.codes
    assert [phone.says(to_register), phone.registers(to_sign_in)] == ["INVALID_OTP", "INVALID_OTP"]
    assert phone.world.value("SELECT wrong_tries FROM otp_guard WHERE phone = %s", phone.number) == 2


def test_a_new_code_kills_the_older_one_of_its_own_purpose(phone: Handset) -> None:
    phone.register()
    phone.ask()
    phone.register(at=30)
    newest, to_sign_in, oldest = phone.codes
    assert phone.registers(oldest, at=31) == "INVALID_OTP"
    assert phone.registers(newest, at=31) == "ok"
    assert phone.says(to_sign_in, at=31) == "ACCOUNT_PENDING"


def test_within_half_a_minute_each_purpose_gets_one_sms(phone: Handset) -> None:
    for at in (0, 10, 29.999):
        phone.ask(at)
        phone.register(at)
    assert len(phone.codes) == 2
    phone.register(30)
    phone.ask(30)
    assert len(phone.codes) == 4


def test_wrong_tries_for_both_purposes_are_counted_together_and_lock_both(world: World, phone: Handset) -> None:
    phone.ask()
    phone.register()
    to_register, to_sign_in = phone.codes
    assert [phone.says(phone.wrong(n)) for n in range(2)] == ["INVALID_OTP"] * 2
    assert [phone.registers(phone.wrong(n)) for n in (2, 3)] == ["INVALID_OTP"] * 2
    assert phone.registers(phone.wrong(4), role="Customer") == "INVALID_OTP"
    assert phone.says(to_sign_in) == phone.registers(to_register) == "OTP_LOCKED"
    assert phone.registers(to_sign_in, role="Customer") == "OTP_LOCKED"
    asks = [lambda: phone.ask(31), lambda: phone.register(31), lambda: world.call(send_otp, None, phone=phone.number)]
    assert [word(ask) for ask in asks] == ["OTP_LOCKED"] * 3


def test_a_right_code_of_either_purpose_forgives_the_wrong_ones_of_both(phone: Handset) -> None:
    phone.ask()
    phone.register()
    to_register, to_sign_in = phone.codes
    assert [phone.says(phone.wrong(n)) for n in range(4)] == ["INVALID_OTP"] * 4
    assert phone.registers(to_register) == "ok"
    assert [phone.says(phone.wrong(n), at=10) for n in range(4)] == ["INVALID_OTP"] * 4
    assert phone.says(to_sign_in, at=11) == "ACCOUNT_PENDING"


def test_codes_of_both_purposes_share_the_five_in_a_quarter_of_an_hour_and_the_ten_a_day(phone: Handset) -> None:
    for n in range(5):
        (phone.ask if n % 2 else phone.register)(at=n * 31)
    for act in (phone.ask, phone.register):
        with refused("RATE_LIMITED"):
            act(at=5 * 31)
    for n in range(5):
        (phone.ask if n % 2 else phone.register)(at=15 * MINUTE + n * 31)
    for act in (phone.ask, phone.register):
        with refused("RATE_LIMITED"):
            act(at=2 * 15 * MINUTE)
    phone.register(at=DAY)
    assert len(phone.codes) == 11

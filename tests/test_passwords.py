"""Passwords: which may be chosen, how they are kept, and how many are tried at once (rules.md 5.3)."""

import re

import pytest

from shared_code.access import passwords
from shared_code.adapters.lane import Lane
from shared_code.wire import passwords as choice
from tests.rules.samples import refused

GOOD = "Sesame-open-42"


@pytest.mark.parametrize(
    "password", ["8 signs!", "x" * 128, "correct horse battery staple", "नमस्ते-सौर-42", "Solarium#2026"]
)
def test_a_password_of_8_to_128_characters_may_be_chosen(password: str) -> None:
    assert choice.as_chosen(password) == password
    assert passwords.is_right(passwords.hash_of(password), password)


@pytest.mark.parametrize("password", ["", "7 signs", "x" * 129])
def test_a_shorter_or_longer_one_may_not(password: str) -> None:
    with pytest.raises(ValueError, match="8 to 128 characters"):
        choice.as_chosen(password)


@pytest.mark.parametrize("password", ["password", "PASSWORD1", "\tqwertyuiop ", "Welcome@123", "solarium123"])
def test_a_common_one_may_not_in_whatever_letters(password: str) -> None:
    with pytest.raises(ValueError, match="common"):
        choice.as_chosen(password)


def test_the_list_of_common_ones_holds_none_that_is_too_short_anyway() -> None:
    common = choice._common()
    assert len(common) > 200
    assert {each for each in common if len(each) < choice.SHORTEST or each != each.casefold()} == set()


def test_what_is_kept_is_argon2id_with_parameters_and_a_salt_of_its_own() -> None:
    first, second = passwords.hash_of(GOOD), passwords.hash_of(GOOD)
    assert first != second
    assert re.fullmatch(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}", first)


@pytest.mark.parametrize("stored", [None, "", "plain", "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$bm9uZQ"])
def test_without_a_hash_that_can_be_read_every_password_is_wrong(
    stored: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobodys = passwords.hash_of(GOOD)
    monkeypatch.setattr(passwords, "_nobodys", lambda: nobodys)  # even the one that takes the time
    assert not passwords.is_right(stored, GOOD)


def test_too_many_at_once_are_turned_away_and_served_again_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = passwords.hash_of(GOOD)
    lane = Lane("passwords", at_once=1)
    monkeypatch.setattr(passwords, "_LANE", lane)
    with lane:
        for act in (lambda: passwords.is_right(stored, GOOD), lambda: passwords.hash_of(GOOD)):
            with refused("PROVIDER_BUSY"):
                act()
    assert passwords.is_right(stored, GOOD)

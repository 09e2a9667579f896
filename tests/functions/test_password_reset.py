"""A forgotten password: a single-use link, the same answer for everybody, and what ends with it (rules.md 5.2, 5.3)."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.auth import password_reset
from functions.auth.change_password import change_password
from functions.auth.password_reset import complete_password_reset, request_password_reset
from localhost.standins import StandIns
from shared_code import resets
from shared_code.adapters.lane import Lane
from shared_code.adapters.sendgrid_mail import SendGrid
from tests.rules.samples import refused
from tests.staff import Staff, mailed_tokens
from tests.world import World, race

START = datetime.now(UTC)
MINUTE = timedelta(minutes=1)
ANOTHER = "Sesame-open-42"
ASKED = {"resetRequested": True}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_reset, "ANSWER_AFTER", 0.0)


@pytest.fixture
def person(world: World) -> Staff:
    return Staff(world)


def ask(world: World, email: str, at: datetime = START) -> Any:
    return world.data(request_password_reset, None, at, email=email)


def complete(world: World, token: str, password: str = ANOTHER, at: datetime = START) -> Any:
    return world.data(complete_password_reset, None, at, token=token, new_password=password)


def test_a_mailed_link_sets_a_password_once(world: World, standins: StandIns, person: Staff) -> None:
    assert ask(world, person.email.upper()) == ASKED
    [token] = mailed_tokens(standins, person.email)
    assert complete(world, token) == {"passwordChanged": True}
    with refused("INVALID_CREDENTIALS"):
        person.enter()
    assert person.enter(password=ANOTHER)["userId"] == person.user_id
    with refused("INVALID_TOKEN"):
        complete(world, token, "Sesame-open-43")


def test_every_session_of_the_user_ends_and_the_lock_opens(world: World, standins: StandIns, person: Staff) -> None:
    person.enter()
    person.enter()
    for n in range(5):
        with refused("INVALID_CREDENTIALS"):
            person.enter(password=f"wrong {n}")
    with refused("LOGIN_LOCKED"):
        person.enter()
    ask(world, person.email)
    complete(world, mailed_tokens(standins, person.email)[0])
    assert person.sessions() == 0
    assert person.enter(password=ANOTHER)["userId"] == person.user_id


def test_a_newer_link_kills_the_older_one(world: World, standins: StandIns, person: Staff) -> None:
    ask(world, person.email)
    [older] = mailed_tokens(standins, person.email)  # before the next: two mails at once arrive in any order
    ask(world, person.email)
    newer = mailed_tokens(standins, person.email)[0]
    with refused("INVALID_TOKEN"):
        complete(world, older)
    complete(world, newer)


def test_a_link_lives_for_thirty_minutes(world: World, standins: StandIns, person: Staff) -> None:
    ask(world, person.email)
    [token] = mailed_tokens(standins, person.email)
    with refused("INVALID_TOKEN"):
        complete(world, token, at=START + 30 * MINUTE)
    complete(world, token, at=START + 30 * MINUTE - timedelta(seconds=1))


def test_a_changed_password_kills_the_link(world: World, standins: StandIns, person: Staff) -> None:
    ask(world, person.email)
    world.call(change_password, person.caller, current_password=person.password, new_password=ANOTHER)
    with refused("INVALID_TOKEN"):
        complete(world, mailed_tokens(standins, person.email)[0])


@pytest.mark.parametrize("token", ["x", "A" * 43, "é" * 43, "' OR true --"])
def test_what_was_never_mailed_sets_nothing(world: World, token: str) -> None:
    with refused("INVALID_TOKEN"):
        complete(world, token)


@pytest.mark.parametrize(
    "password", ["Short-1", "x" * 129, "password", "PassWord1", " iloveyou ", "Solarium123", "qwertyuiop"]
)
def test_a_password_that_is_too_short_too_long_or_common_is_refused_and_the_link_stays_good(
    world: World, standins: StandIns, person: Staff, password: str
) -> None:
    ask(world, person.email)
    [token] = mailed_tokens(standins, person.email)
    with pytest.raises(ValueError, match=r"must have 8 to 128 characters|most common"):
        complete(world, token, password)
    complete(world, token)


@pytest.mark.parametrize("change", ["blocked = true", "status = 'deactivated'", "email = 'gone-' || email"])
def test_who_may_not_sign_in_and_who_is_not_known_get_the_same_answer_and_no_mail(
    world: World, standins: StandIns, person: Staff, change: str
) -> None:
    world.owner.execute(f"UPDATE user_account SET {change} WHERE user_id = %s", [person.user_id])
    assert ask(world, person.email) == ASKED
    assert mailed_tokens(standins, person.email) == []


def test_a_partner_gets_no_link(world: World, standins: StandIns) -> None:
    world.owner.execute("UPDATE user_account SET email = 'pravin@solarium.test' WHERE user_id = 'CP-1'")
    assert ask(world, "pravin@solarium.test") == ASKED
    assert mailed_tokens(standins, "pravin@solarium.test") == []


def test_a_link_opens_nothing_for_who_was_blocked_meanwhile(world: World, standins: StandIns, person: Staff) -> None:
    ask(world, person.email)
    [token] = mailed_tokens(standins, person.email)
    world.owner.execute("UPDATE user_account SET blocked = true WHERE user_id = %s", [person.user_id])
    with refused("USER_BLOCKED"):
        complete(world, token)


def test_an_account_gets_ten_mails_in_any_hour(world: World, standins: StandIns, person: Staff) -> None:
    for n in range(12):
        assert ask(world, person.email, START + n * MINUTE) == ASKED
        tokens = mailed_tokens(standins, person.email)
        assert len(tokens) == min(n + 1, 10)
    for _ in range(2):
        ask(world, person.email, START + 60 * MINUTE)
        tokens = mailed_tokens(standins, person.email)
        assert len(tokens) == 11
    complete(world, tokens[0], at=START + 61 * MINUTE)


def test_beyond_ten_mails_the_last_link_stays_good(world: World, standins: StandIns, person: Staff) -> None:
    for _ in range(4):  # five at once: SendGrid's lane has room for eight
        race(5, lambda _: ask(world, person.email))
        tokens = mailed_tokens(standins, person.email)
    assert len(tokens) == 10
    good = [token for token in tokens if world.rows(
        "SELECT FROM password_reset WHERE token_hash = %s", resets.hash_of(token))]  # fmt: skip
    assert len(good) == 1
    complete(world, good[0])


@pytest.fixture
def _no_mail(standins: StandIns) -> Iterator[None]:
    standins.faults.set("sendgrid", "500")
    yield
    standins.faults.set("sendgrid", "off")


@pytest.mark.usefixtures("_no_mail")
def test_a_mail_that_fails_is_logged_and_changes_no_answer(
    world: World, standins: StandIns, person: Staff, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "solarium"):
        assert ask(world, person.email) == ASKED
        assert mailed_tokens(standins, person.email) == []
    assert "reset_mail_failed" in caplog.text
    assert person.email not in caplog.text


def test_a_known_and_an_unknown_address_wait_the_same_time_also_when_the_mail_takes_longer(
    world: World, standins: StandIns, person: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(password_reset, "ANSWER_AFTER", 0.3)
    standins.faults.set("sendgrid", "timeout")

    def seconds(email: str) -> float:
        began = time.monotonic()
        ask(world, email)
        return time.monotonic() - began

    with world.with_settings(provider_timeout_seconds=1.0):  # and tried three times
        took = [seconds(email) for email in ("nobody@solarium.test", person.email, "nobody@solarium.test")]
    assert all(0.3 <= each < 2.0 for each in took)


def test_they_wait_the_same_time_also_when_so_many_mails_hang_that_no_other_can_be_tried(
    world: World, standins: StandIns, person: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(password_reset, "ANSWER_AFTER", 0.3)
    monkeypatch.setattr(SendGrid, "lane", Lane(None, 1))
    with SendGrid.lane:
        for email in ("nobody@solarium.test", person.email):
            began = time.monotonic()
            assert ask(world, email) == ASKED
            assert 0.3 <= time.monotonic() - began < 2.0
    assert mailed_tokens(standins, person.email) == []


def test_the_database_holds_no_token_and_the_audit_no_hash(world: World, standins: StandIns, person: Staff) -> None:
    ask(world, person.email)
    [token] = mailed_tokens(standins, person.email)
    assert token not in str(world.rows("SELECT * FROM password_reset"))
    complete(world, token)
    audited = world.rows("SELECT before, after FROM audit_log WHERE entity_id = %s", person.user_id)
    assert len(audited) == 2
    assert "hash" not in str(audited)
    assert "argon2" not in str(audited)

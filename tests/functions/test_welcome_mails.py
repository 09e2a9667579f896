"""The mail to a new Admin or KAM: a link to set a password, made when it is sent (rules.md 7)."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.auth.password_reset import complete_password_reset
from functions.timers import send_outbox
from localhost.standins import StandIns
from shared_code.adapters.lane import Lane
from shared_code.adapters.sendgrid_mail import SendGrid
from shared_code.messaging import outbox
from shared_code.resets import WELCOME_VALID_FOR
from shared_code.rules.scope import Role
from tests.rules.samples import refused
from tests.staff import Staff, mailed_tokens
from tests.world import ADMIN, World

PASSWORD = "Sesame-open-42"


@pytest.fixture(autouse=True)
def _empty_outbox(world: World) -> None:
    world.owner.execute("DELETE FROM outbox_message")


@pytest.fixture
def person(world: World) -> Staff:
    return Staff(world)


def welcomed(world: World, person: Staff) -> None:
    """What the creation of a person does in its transaction, and after it."""
    ctx = world.context(ADMIN)
    ctx.begin()
    with ctx.finish() as last:
        outbox.welcome(last, person.user_id)
    outbox.send_soon(ctx)
    for act in ctx.afterwards:
        act()


def set_password(world: World, token: str, at: datetime | None = None) -> None:
    world.call(complete_password_reset, None, at, token=token, new_password=PASSWORD)


def settled(world: World) -> list[tuple[str, str | None]]:
    return world.rows("SELECT state, last_error FROM outbox_message")


def due(world: World) -> None:
    world.owner.execute("UPDATE outbox_message SET next_attempt_at = now()")


@pytest.mark.parametrize(("role", "words"), [(Role.KAM, "as Key Account Manager."), (Role.ADMIN, "as Admin.")])
def test_a_new_person_gets_a_link_that_sets_its_password(
    world: World, standins: StandIns, role: Role, words: str
) -> None:
    person = Staff(world, role)
    welcomed(world, person)
    [mail] = standins.inbox.find(person.email)
    assert words in mail.text
    assert "Meera Joshi" in mail.text
    [token] = mailed_tokens(standins, person.email)
    set_password(world, token)
    assert person.enter(password=PASSWORD)["userId"] == person.user_id


def test_the_link_is_good_for_a_day_from_when_it_was_sent(world: World, standins: StandIns, person: Staff) -> None:
    assert timedelta(days=1) == WELCOME_VALID_FOR
    welcomed(world, person)
    [token] = mailed_tokens(standins, person.email)
    with refused("INVALID_TOKEN"):
        set_password(world, token, datetime.now(UTC) + timedelta(hours=24))
    set_password(world, token, datetime.now(UTC) + timedelta(hours=23, minutes=59))


def test_the_outbox_holds_no_token(world: World, standins: StandIns, person: Staff) -> None:
    welcomed(world, person)
    [token] = mailed_tokens(standins, person.email)
    assert token not in str(world.rows("SELECT * FROM outbox_message"))
    assert world.rows("SELECT params ->> 'userId' FROM outbox_message") == [(person.user_id,)]


def test_a_mail_tried_again_has_a_new_link_and_the_older_dies(world: World, standins: StandIns, person: Staff) -> None:
    welcomed(world, person)
    world.owner.execute("UPDATE outbox_message SET state = 'waiting'")  # as if nobody knew that it was sent
    due(world)
    world.run(send_outbox)
    newer, older = mailed_tokens(standins, person.email)
    with refused("INVALID_TOKEN"):
        set_password(world, older)
    set_password(world, newer)


@pytest.mark.parametrize("change", ["status = 'deactivated'", "blocked = true"])
def test_who_may_not_sign_in_when_it_is_sent_gets_nothing_and_nobody_is_alarmed(
    world: World, standins: StandIns, person: Staff, caplog: pytest.LogCaptureFixture, change: str
) -> None:
    standins.faults.set("sendgrid", "error200", 1)
    welcomed(world, person)
    world.owner.execute(f"UPDATE user_account SET {change} WHERE user_id = %s", [person.user_id])
    before = world.value("SELECT count(*) FROM notification")
    due(world)
    with caplog.at_level("INFO", "solarium"):
        caplog.clear()
        world.run(send_outbox)
    assert standins.inbox.find(person.email) == []
    assert settled(world) == [("givenUp", "not needed any more: the account is not active")]
    assert world.value("SELECT count(*) FROM notification") == before
    assert "ERROR" not in caplog.text


def test_a_busy_provider_costs_nobody_the_link_it_has(
    world: World, standins: StandIns, person: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    welcomed(world, person)
    [token] = mailed_tokens(standins, person.email)
    world.owner.execute("UPDATE outbox_message SET state = 'waiting'")
    due(world)
    monkeypatch.setattr(SendGrid, "lane", Lane(None, 1))
    with SendGrid.lane:
        world.run(send_outbox)
    set_password(world, token)

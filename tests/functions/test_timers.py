"""Messages wait in the outbox until a provider takes them, once, for a day at most (rules.md 7)."""

import logging
from typing import Any

import pytest

from functions.people.activate_partner import activate_channel_partner
from functions.timers import send_outbox
from localhost.standins import StandIns
from shared_code.messages import LEASE
from tests import rows
from tests.rules.samples import refused
from tests.world import ADMIN, World, codes, race

APPROVED = "Your Solarium registration is approved."


@pytest.fixture(autouse=True)
def empty_outbox(world: World) -> None:
    world.owner.execute("DELETE FROM outbox_message")


def pending_partner(world: World, email: str | None = None) -> tuple[str, str]:
    """A partner that waits for approval: its id and its phone."""
    number = world.value("SELECT nextval('cp_number')")
    cp_id, phone = f"CP-{number}", str(9_600_000_000 + number)
    rows.insert(
        world, "user_account", "user_id",
        user_id=cp_id, role="CP", name="Rohan Iyer", phone=phone, email=email, status="pending",
    )  # fmt: skip
    rows.insert(world, "channel_partner", "cp_id", cp_id=cp_id)
    return cp_id, phone


def waiting_sms(world: World, phone: str, **columns: object) -> None:
    rows.insert(world, "outbox_message", "message_id", channel="sms", template="cpApproved", recipient=phone, **columns)


def outbox(world: World) -> list[tuple[Any, ...]]:
    """Channel, recipient, state and attempts of every message."""
    return world.rows("SELECT channel, recipient, state, attempts FROM outbox_message ORDER BY message_id")


def due(world: World) -> None:
    world.owner.execute("UPDATE outbox_message SET next_attempt_at = now()")


def test_an_activated_partner_is_told_by_sms_mail_and_in_the_app_once(world: World, standins: StandIns) -> None:
    cp_id, phone = pending_partner(world, "rohan@solarium.test")
    for _ in range(2):
        assert world.data(activate_channel_partner, ADMIN, cp_id=cp_id)["status"] == "active"
    assert [message.text for message in standins.inbox.find(phone)] == [APPROVED]
    [mail] = standins.inbox.find("rohan@solarium.test")
    assert mail.subject == "Your Solarium registration is approved"
    assert "Rohan Iyer" in mail.text
    assert outbox(world) == [("sms", phone, "sent", 1), ("email", "rohan@solarium.test", "sent", 1)]
    assert world.rows("SELECT type FROM notification WHERE user_id = %s", cp_id) == [("partnerActivated",)]


def test_a_partner_without_an_address_gets_an_sms_alone(world: World, standins: StandIns) -> None:
    cp_id, phone = pending_partner(world)
    world.call(activate_channel_partner, ADMIN, cp_id=cp_id)
    assert outbox(world) == [("sms", phone, "sent", 1)]


def test_two_admins_that_activate_a_partner_at_once_send_one_sms(world: World, standins: StandIns) -> None:
    cp_id, phone = pending_partner(world)
    assert codes(race(4, lambda _: world.call(activate_channel_partner, ADMIN, cp_id=cp_id))) == ["ok"] * 4
    assert len(standins.inbox.find(phone)) == 1


def test_an_activation_that_is_refused_leaves_no_message(world: World, standins: StandIns) -> None:
    with refused("NOT_FOUND"):
        world.call(activate_channel_partner, ADMIN, cp_id="CP-999999")
    assert outbox(world) == []


def test_a_failing_provider_fails_no_activation_and_the_timer_sends_the_message_later(
    world: World, standins: StandIns
) -> None:
    cp_id, phone = pending_partner(world)
    standins.faults.set("msg91", "503")
    assert world.data(activate_channel_partner, ADMIN, cp_id=cp_id)["status"] == "active"
    assert outbox(world) == [("sms", phone, "waiting", 1)]
    standins.faults.set("msg91", "off")
    world.run(send_outbox)
    assert standins.inbox.find(phone) == []  # not due yet
    due(world)
    world.run(send_outbox)
    assert outbox(world) == [("sms", phone, "sent", 2)]
    assert len(standins.inbox.find(phone)) == 1
    due(world)
    world.run(send_outbox)
    assert len(standins.inbox.find(phone)) == 1


def test_pauses_begin_with_half_a_minute_and_double_up_to_an_hour(world: World, standins: StandIns) -> None:
    waiting_sms(world, "9600000001")
    standins.faults.set("msg91", "error200")
    pauses = []
    for _ in range(9):
        due(world)
        world.run(send_outbox)
        pauses.append(world.value("SELECT extract(epoch FROM next_attempt_at - now()) FROM outbox_message"))
    expected = [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert all(pause <= wanted < pause + 10 for pause, wanted in zip(pauses, expected, strict=True)), pauses
    assert world.value("SELECT last_error FROM outbox_message") == "refused (200): Message could not be sent"


def test_a_message_is_given_up_loudly_after_a_day(
    world: World, standins: StandIns, caplog: pytest.LogCaptureFixture
) -> None:
    waiting_sms(world, "9600000002", attempts=20)
    standins.faults.set("msg91", "500")
    for age, state in (("23 h 59 min", "waiting"), ("24 h 1 min", "givenUp")):
        world.owner.execute("UPDATE outbox_message SET created_at = now() - %s::interval", [age])
        due(world)
        with caplog.at_level(logging.INFO, "solarium"):
            world.run(send_outbox)
        assert world.value("SELECT state FROM outbox_message") == state
    lines = [record for record in caplog.records if "message_not_sent" in record.message]
    assert [line.levelname for line in lines] == ["WARNING", "ERROR"]
    assert "9600000002" not in caplog.text
    standins.faults.set("msg91", "off")
    due(world)
    world.run(send_outbox)
    assert standins.inbox.find("9600000002") == []


def test_many_senders_at_once_send_each_message_once(world: World, standins: StandIns) -> None:
    phones = [str(9_610_000_000 + n) for n in range(20)]
    for phone in phones:
        waiting_sms(world, phone)
    assert codes(race(8, lambda _: world.run(send_outbox))) == ["ok"] * 8
    assert [len(standins.inbox.find(phone)) for phone in phones] == [1] * 20
    assert {state for _, _, state, _ in outbox(world)} == {"sent"}


def test_a_message_that_is_being_sent_is_nobody_elses(world: World, standins: StandIns) -> None:
    waiting_sms(world, "9600000005")
    standins.faults.set("msg91", "timeout")
    with world.with_settings(provider_timeout_seconds=0.2):
        race(4, lambda _: world.run(send_outbox))
    assert outbox(world) == [("sms", "9600000005", "waiting", 1)]


def test_a_message_whose_sender_died_is_sent_when_its_lease_is_over(world: World, standins: StandIns) -> None:
    waiting_sms(world, "9600000003", attempts=1)
    world.owner.execute("UPDATE outbox_message SET next_attempt_at = now() + %s", [LEASE])
    world.run(send_outbox)
    assert standins.inbox.find("9600000003") == []
    world.owner.execute("UPDATE outbox_message SET next_attempt_at = next_attempt_at - %s", [LEASE])
    world.run(send_outbox)
    assert len(standins.inbox.find("9600000003")) == 1


def test_a_message_that_cannot_be_sent_at_all_holds_up_no_other(world: World, standins: StandIns) -> None:
    rows.insert(world, "outbox_message", "message_id", channel="email", template="unknown", recipient="a@b.in")
    waiting_sms(world, "9600000004", next_attempt_at=world.value("SELECT now() + interval '1 ms'"))
    world.run(send_outbox)
    assert len(standins.inbox.find("9600000004")) == 1

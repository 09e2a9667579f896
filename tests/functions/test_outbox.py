"""Messages wait in the outbox until a provider takes them, once, for a day at most (rules.md 7)."""

import logging
import threading
import time
from typing import Any

import pytest

from functions.people.activate_partner import activate_channel_partner
from functions.timers import send_outbox
from localhost.standins import StandIns
from shared_code.adapters.lane import Lane
from shared_code.adapters.msg91 import Msg91
from shared_code.messaging import outbox as sending
from shared_code.messaging.outbox import HOLDS_ANSWER, LEASE
from shared_code.sql import outbox as stored
from tests import rows
from tests.racing import until
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


def told(world: World, kind: str) -> list[str]:
    """Who was told that, once for each time."""
    return [who for (who,) in world.rows("SELECT user_id FROM notification WHERE type = %s ORDER BY user_id", kind)]


def admins(world: World) -> list[str]:
    return [who for (who,) in world.rows("SELECT user_id FROM user_account WHERE role = 'Admin' ORDER BY user_id")]


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
        world.owner.execute("UPDATE outbox_message SET give_up_at = now() + interval '1 day' - %s::interval", [age])
        due(world)
        with caplog.at_level(logging.INFO, "solarium"):
            world.run(send_outbox)
        assert world.value("SELECT state FROM outbox_message") == state
    assert told(world, "messageGivenUp") == admins(world)
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
    waiting_sms(world, "9600000003")
    with world.pool.connection() as db:
        assert stored.claim(db, "sms", LEASE, None).fetchone()
    world.run(send_outbox)
    assert standins.inbox.find("9600000003") == []
    world.owner.execute("UPDATE outbox_message SET claimed_until = claimed_until - %s", [LEASE])
    world.run(send_outbox)
    assert len(standins.inbox.find("9600000003")) == 1


def test_a_message_that_cannot_be_sent_at_all_holds_up_no_other(world: World, standins: StandIns) -> None:
    rows.insert(world, "outbox_message", "message_id", channel="email", template="unknown", recipient="a@b.in")
    waiting_sms(world, "9600000004", next_attempt_at=world.value("SELECT now() + interval '1 ms'"))
    world.run(send_outbox)
    assert len(standins.inbox.find("9600000004")) == 1


def test_a_sender_slower_than_its_claim_has_no_say_any_more(world: World, standins: StandIns) -> None:
    waiting_sms(world, "9600000006")
    with world.pool.connection() as db:
        [slow] = stored.claim(db, "sms", LEASE, None).fetchall()
        world.owner.execute("UPDATE outbox_message SET claimed_until = now()")
        [quick] = stored.claim(db, "sms", LEASE, None).fetchall()
        for late in (stored.mark_failed(db, slow, "timeout", LEASE), stored.mark_sent(db, slow)):
            assert late.fetchone() is None
        assert outbox(world) == [("sms", "9600000006", "waiting", 2)]
        assert stored.mark_sent(db, quick).fetchone() == "sent"


def test_a_busy_provider_costs_a_message_no_attempt_and_holds_up_no_other_channel(
    world: World, standins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting_sms(world, "9600000007")
    waiting_sms(world, "9600000008")
    mail = {"channel": "email", "template": "cpApproved", "recipient": "busy@solarium.test", "params": '{"name": "B"}'}
    rows.insert(world, "outbox_message", "message_id", **mail)
    monkeypatch.setattr(Msg91, "lane", Lane(None, 1))
    with Msg91.lane:
        world.run(send_outbox)
    assert [(channel, state, attempts) for channel, _, state, attempts in outbox(world)] == [
        ("sms", "waiting", 0),
        ("sms", "waiting", 0),
        ("email", "sent", 1),
    ]
    world.run(send_outbox)  # at once: they stayed due
    assert {(state, attempts) for _, _, state, attempts in outbox(world)} == {("sent", 1)}


def test_a_provider_that_hangs_holds_the_answer_for_a_second_and_the_message_is_sent_beside(
    world: World, standins: StandIns
) -> None:
    cp_id, phone = pending_partner(world)
    standins.faults.set("msg91", "timeout", 1)
    began = time.monotonic()
    with world.with_settings(provider_timeout_seconds=3.0):
        world.call(activate_channel_partner, ADMIN, cp_id=cp_id)
    assert HOLDS_ANSWER <= time.monotonic() - began < 3.0
    assert outbox(world) == [("sms", phone, "waiting", 1)]
    until(lambda: outbox(world) == [("sms", phone, "sent", 1)])
    assert len(standins.inbox.find(phone)) == 1


def test_when_many_requests_are_sending_the_others_leave_it_to_the_timer(
    world: World, standins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_senders", threading.BoundedSemaphore(1))
    assert sending._senders.acquire(blocking=False)
    cp_id, phone = pending_partner(world)
    world.call(activate_channel_partner, ADMIN, cp_id=cp_id)
    assert outbox(world) == [("sms", phone, "waiting", 0)]
    world.run(send_outbox)
    assert outbox(world) == [("sms", phone, "sent", 1)]

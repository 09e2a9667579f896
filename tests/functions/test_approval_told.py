"""That a partner may start is told to the phone and address it has by then, and only if it still may (rules.md 7)."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.people.access import block_user
from functions.people.activate_partner import activate_channel_partner
from functions.people.deactivate_partner import deactivate_channel_partner
from functions.people.manage_partners import edit_channel_partner
from functions.timers import send_outbox
from localhost.standins import StandIns
from tests.network import partner
from tests.personal import new_phone
from tests.world import ADMIN, World

FAULTS = ("msg91", "sendgrid")
FORMER = {"email": "former@solar.test"}


@pytest.fixture
def waiting(world: World, standins: StandIns) -> Iterator[str]:
    """A partner that was activated while no provider took anything; they do again by now."""
    world.owner.execute("DELETE FROM outbox_message")
    cp_id = partner(world, status="pending", phone=new_phone(), **FORMER)
    for provider in FAULTS:
        standins.faults.set(provider, "503")
    world.call(activate_channel_partner, ADMIN, cp_id=cp_id)
    for provider in FAULTS:
        standins.faults.set(provider, "off")
    yield cp_id


def phone_of(world: World, cp_id: str) -> str:
    phone: str = world.value("SELECT phone FROM user_account WHERE user_id = %s", cp_id)
    return phone


def send(world: World) -> list[str]:
    """Send what waits; answers the states that the messages have then."""
    world.owner.execute("UPDATE outbox_message SET next_attempt_at = now() WHERE state = 'waiting'")
    world.run(send_outbox)
    return [state for (state,) in world.rows("SELECT state FROM outbox_message ORDER BY message_id")]


def test_it_is_told_at_the_phone_and_address_of_then(world: World, standins: StandIns, waiting: str) -> None:
    former, phone, email = phone_of(world, waiting), new_phone(), "present@solar.test"
    world.call(edit_channel_partner, ADMIN, cp_id=waiting, phone=phone, email=email, override=True)
    assert send(world) == ["sent"] * 2
    assert [len(standins.inbox.find(to)) for to in (former, FORMER["email"])] == [0, 0]
    assert [len(standins.inbox.find(to)) for to in (phone, email)] == [1, 1]


@pytest.mark.parametrize("taken_away", [
    (deactivate_channel_partner, {"reason": "Has left."}, "cp_id"),
    (block_user, {"blocked": True}, "user_id"),
])  # fmt: skip
def test_who_may_not_enter_any_more_is_told_nothing(
    world: World, standins: StandIns, waiting: str, taken_away: tuple[Any, dict[str, Any], str]
) -> None:
    workflow, order, name = taken_away
    world.call(workflow, ADMIN, **order | {name: waiting})
    assert send(world) == ["givenUp"] * 2
    assert standins.inbox.find(phone_of(world, waiting)) == standins.inbox.find(FORMER["email"]) == []


def test_without_an_address_by_then_it_is_told_by_sms_alone(world: World, standins: StandIns, waiting: str) -> None:
    world.call(edit_channel_partner, ADMIN, cp_id=waiting, email=None)
    assert sorted(send(world)) == ["givenUp", "sent"]
    assert len(standins.inbox.find(phone_of(world, waiting))) == 1

"""However many send what is in the outbox, each message is sent once (rules.md 7)."""

import itertools
from collections import Counter
from datetime import timedelta

import pytest

from localhost.standins import StandIns
from shared_code.adapters.lane import Lane
from shared_code.adapters.msg91 import Msg91
from shared_code.messaging import outbox
from shared_code.sql import outbox as stored
from tests.messengers import senders
from tests.racing import CALLERS, rounds, rush, spoil
from tests.world import World

MESSAGES = 200
PROCESSES = 3
GATE = "LOCK TABLE outbox_message IN EXCLUSIVE MODE"
_phones = itertools.count(9_700_000_000)


@pytest.fixture(autouse=True)
def _wide_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    """All callers may call at once: it is not the lane that keeps them apart."""
    monkeypatch.setattr(Msg91, "lane", Lane(None, CALLERS))


def waiting(world: World) -> list[str]:
    """The phones of messages that are due, and no others."""
    phones = [str(next(_phones)) for _ in range(MESSAGES)]
    world.owner.execute("DELETE FROM outbox_message")
    world.owner.execute(
        "INSERT INTO outbox_message (channel, template, recipient)"
        " SELECT 'sms', 'cpApproved', phone FROM unnest(%s::text[]) phone",
        [phones],
    )
    return phones


def sent(standins: StandIns, phones: list[str]) -> Counter[int]:
    """How many phones got how many SMS."""
    return Counter(len(standins.inbox.find(phone)) for phone in phones)


def send_from_many_threads(world: World) -> None:
    outcomes = rush(world, GATE, lambda _: outbox.send_due(world.context(None)))
    assert all(isinstance(taken, int) for taken in outcomes), outcomes


@rounds
def test_fifty_threads_send_each_message_once(world: World, providers: StandIns, turn: int) -> None:
    phones = waiting(world)
    send_from_many_threads(world)
    assert sent(providers, phones) == {1: MESSAGES}
    assert world.rows("SELECT DISTINCT state, attempts FROM outbox_message") == [("sent", 1)]


def test_threads_of_several_processes_send_each_message_once(world: World, providers: StandIns) -> None:
    phones = waiting(world)
    with senders(world, PROCESSES, CALLERS // PROCESSES):
        pass
    assert sent(providers, phones) == {1: MESSAGES}


def test_without_a_lock_on_the_row_messages_are_sent_twice(
    world: World, providers: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, stored, "FOR UPDATE SKIP LOCKED")
    phones = waiting(world)
    send_from_many_threads(world)
    assert max(sent(providers, phones)) > 1


def test_without_a_lease_messages_are_sent_twice(
    world: World, providers: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LEASE", timedelta(0))
    monkeypatch.setattr(outbox, "RUN_SECONDS", 1)  # the claim is never its own: a message may be sent without end
    phones = waiting(world)
    send_from_many_threads(world)
    assert max(sent(providers, phones)) > 1

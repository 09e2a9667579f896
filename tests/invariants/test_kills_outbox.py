"""A process killed between its commit and its messages loses none of them (rules.md 7)."""

import itertools
import time
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from functions.timers import send_outbox
from localhost.standins import StandIns
from tests import rows
from tests.edge import Edge, edge_of
from tests.messengers import activation
from tests.racing import until
from tests.world import ADMIN, World

KILLS = 6
_numbers = itertools.count(1)


@pytest.fixture
def token(world: World, providers: StandIns) -> Iterator[str]:
    with edge_of(world) as edge:
        yield _token(edge)
    for provider in ("msg91", "sendgrid"):
        providers.faults.set(provider, "off")


def _token(edge: Edge) -> str:
    return edge.token(ADMIN)


def pending(world: World) -> tuple[str, list[str]]:
    """A partner that waits for approval: its id, and where it can be reached."""
    number = next(_numbers)
    cp_id = f"CP-{world.value('SELECT nextval(%s)', 'cp_number')}"
    phone, email = str(9_710_000_000 + number), f"killed{number}@solarium.test"
    rows.insert(
        world, "user_account", "user_id",
        user_id=cp_id, role="CP", name="Rohan Iyer", phone=phone, email=email, status="pending",
    )  # fmt: skip
    rows.insert(world, "channel_partner", "cp_id", cp_id=cp_id)
    return cp_id, [phone, email]


def messages(world: World, to: list[str]) -> list[tuple[Any, ...]]:
    """State and attempts of what was left for them."""
    query = "SELECT state, attempts FROM outbox_message WHERE recipient = ANY (%s) ORDER BY message_id"
    return world.rows(query, to)


def after_the_leases(world: World) -> None:
    """The next run of the timer when the claims of the dead are over."""
    world.owner.execute("UPDATE outbox_message SET claimed_until = now(), next_attempt_at = now()")
    world.run(send_outbox)


def test_messages_whose_sender_is_killed_before_the_provider_answers_are_sent_by_the_next(
    world: World, providers: StandIns, token: str
) -> None:
    cp_id, to = pending(world)
    for provider in ("msg91", "sendgrid"):
        providers.faults.set(provider, "timeout")
    process = activation(world, cp_id, token)
    until(lambda: messages(world, to) == [("waiting", 1), ("waiting", 1)], seconds=30)
    process.kill()
    process.join()
    for provider in ("msg91", "sendgrid"):
        providers.faults.set(provider, "off")
    world.run(send_outbox)
    assert [providers.inbox.find(one) for one in to] == [[], []]  # they are still its own
    after_the_leases(world)
    assert [len(providers.inbox.find(one)) for one in to] == [1, 1]
    after_the_leases(world)
    assert [len(providers.inbox.find(one)) for one in to] == [1, 1]
    assert messages(world, to) == [("sent", 2), ("sent", 2)]


def test_a_kill_at_any_moment_loses_no_message_of_what_was_committed(
    world: World, providers: StandIns, token: str
) -> None:
    dice = Random(1)
    for _ in range(KILLS):
        cp_id, to = pending(world)
        process = activation(world, cp_id, token)
        until(lambda to=to: messages(world, to), seconds=30)  # type: ignore[misc]
        time.sleep(dice.uniform(0, 0.05))
        process.kill()
        process.join()
        after_the_leases(world)
        assert {state for state, _ in messages(world, to)} == {"sent"}
        assert all(providers.inbox.find(one) for one in to)

"""A message in the outbox whose provider answers what nobody expects (rules.md 7)."""

from collections.abc import Iterator

import pytest

from functions.timers import send_outbox
from tests import rows
from tests.raw_answers import HEAD, server
from tests.world import World

UNEXPECTED = {
    "NUL": (rb'{"type":"error","message":"no\u0000money"}', "refused (200): no money"),
    "half a character": (rb'{"type":"error","message":"no\ud800money"}', "refused (200): no money"),
    "brackets without end": (b"[" * 60_000, "refused (200): unreadable answer"),
}


@pytest.fixture(autouse=True)
def _empty_outbox(world: World) -> Iterator[None]:
    world.owner.execute("DELETE FROM outbox_message")
    yield
    world.owner.execute("DELETE FROM outbox_message")


@pytest.mark.parametrize(("said", "kept"), UNEXPECTED.values(), ids=UNEXPECTED)
def test_whatever_its_provider_said_a_message_waits_for_its_next_attempt_and_is_given_up_in_the_end(
    world: World, said: bytes, kept: str
) -> None:
    rows.insert(
        world, "outbox_message", "message_id", channel="sms", template="cpApproved", recipient="9640000001",
        attempts=7,
    )  # fmt: skip
    found = "SELECT state, attempts, last_error, claimed_until, next_attempt_at > now() FROM outbox_message"
    with (
        server(HEAD + b"Content-Length: %d\r\n\r\n" % len(said) + said) as url,
        world.with_settings(msg91_base_url=url),
    ):
        world.run(send_outbox)
        assert world.rows(found) == [("waiting", 8, kept, None, True)]
        world.owner.execute("UPDATE outbox_message SET next_attempt_at = now(), give_up_at = now()")
        world.run(send_outbox)
    assert world.rows(found) == [("givenUp", 9, kept, None, True)]

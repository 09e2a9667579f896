"""What an Admin sees of the outbox, and a message that is tried again by hand (api.md 2.8)."""

from typing import Any

import pytest

from functions.outbox import list_outbox, retry_message
from functions.timers import send_outbox
from localhost.standins import StandIns
from shared_code.messaging.outbox import LEASE
from shared_code.sql import outbox as stored
from tests import rows
from tests.rules.samples import refused
from tests.world import ADMIN, World, codes, race

PHONE = "9620000001"


@pytest.fixture(autouse=True)
def _empty_outbox(world: World) -> None:
    world.owner.execute("DELETE FROM outbox_message")


def message(world: World, **columns: object) -> str:
    given = {"channel": "sms", "template": "cpApproved", "recipient": PHONE} | columns
    return rows.insert(world, "outbox_message", "message_id", **given)


def listed(world: World, **filters: Any) -> list[str]:
    return [item["messageId"] for item in world.data(list_outbox, ADMIN, **filters)["items"]]


def retry(world: World, message_id: str) -> Any:
    return world.data(retry_message, ADMIN, message_id=message_id)


def row(world: World, message_id: str) -> tuple[Any, ...]:
    """State, attempts, whether it is due, whether it has a whole day."""
    [found] = world.rows(
        "SELECT state, attempts, next_attempt_at <= now(), give_up_at > now() + interval '23 h 59 min'"
        " FROM outbox_message WHERE message_id = %s",
        message_id,
    )
    return found


def test_a_message_shows_four_characters_of_whom_it_is_for(world: World) -> None:
    message_id = message(world, attempts=2, last_error="timeout")
    page = world.data(list_outbox, ADMIN)
    [item] = page["items"]
    assert (page["total"], page["offset"], page["limit"]) == (1, 0, 25)
    assert item.pop("nextAttemptAt").endswith("Z")
    assert item.pop("createdAt").endswith("Z")
    assert item == {
        "messageId": message_id, "channel": "sms", "template": "cpApproved", "to": "0001", "state": "waiting",
        "attempts": 2, "lastError": "timeout",
    }  # fmt: skip


def test_what_was_sent_or_given_up_has_no_next_attempt(world: World) -> None:
    for state in ("sent", "givenUp"):
        message(world, state=state)
    assert [item["nextAttemptAt"] for item in world.data(list_outbox, ADMIN)["items"]] == [None, None]


def test_the_list_is_newest_first_and_knows_its_filters(world: World) -> None:
    old = message(world, created_at="2026-01-10T18:29:59Z", state="sent")  # still the 10th in India
    later = message(world, created_at="2026-01-10T18:30:00Z", state="givenUp", channel="email")
    new = message(world, channel="email", template="kamWelcome")
    assert listed(world) == [new, later, old]
    assert listed(world, sort_order="asc", sort_by="createdAt") == [old, later, new]
    assert listed(world, offset=1, limit=1) == [later]
    assert listed(world, state="waiting,sent") == [new, old]
    assert listed(world, channel="email") == [new, later]
    assert listed(world, channel="email", template="kamWelcome") == [new]
    assert listed(world, created_from="2026-01-11", created_to="2026-01-11") == [later]


def test_a_message_given_up_is_sent_at_once_and_has_a_new_day(world: World, standins: StandIns) -> None:
    phone = "9620000005"
    message_id = message(
        world, recipient=phone, state="givenUp", attempts=30, give_up_at="2026-01-01", last_error="timeout"
    )
    item = retry(world, message_id)
    assert (item["state"], item["attempts"], item["lastError"]) == ("waiting", 0, "timeout")
    assert row(world, message_id) == ("sent", 1, True, True)
    assert len(standins.inbox.find(phone)) == 1


def test_a_message_that_fails_again_waits_as_a_new_one_does(world: World, standins: StandIns) -> None:
    message_id = message(world, state="givenUp", attempts=30, give_up_at="2026-01-01")
    standins.faults.set("msg91", "error200")
    retry(world, message_id)
    assert row(world, message_id) == ("waiting", 1, False, True)
    pause = "SELECT extract(epoch FROM next_attempt_at - now()) FROM outbox_message"
    assert 20 < world.value(pause) <= 30


def test_a_message_that_waits_is_tried_at_once_without_a_new_day(world: World, standins: StandIns) -> None:
    soon, then = (world.value(f"SELECT now() + interval '{hours} hour'") for hours in (1, 2))
    message_id = message(world, attempts=8, next_attempt_at=soon, give_up_at=then)
    assert retry(world, message_id)["nextAttemptAt"] is not None
    assert row(world, message_id) == ("sent", 9, True, False)


def test_a_message_that_is_being_sent_is_not_sent_by_anybody_else(world: World, standins: StandIns) -> None:
    message_id = message(world, recipient="9620000004")
    with world.pool.connection() as db:
        assert stored.claim(db, "sms", LEASE, None).fetchone()
    assert retry(world, message_id)["state"] == "waiting"
    world.run(send_outbox)
    assert standins.inbox.find("9620000004") == []


def test_many_admins_that_try_it_again_at_once_send_it_once(world: World, standins: StandIns) -> None:
    phone = "9620000002"
    message_id = message(world, state="givenUp", recipient=phone)
    outcomes = codes(race(10, lambda _: retry(world, message_id)))
    assert set(outcomes) <= {"ok", "STALE_VERSION"}
    assert "ok" in outcomes
    world.run(send_outbox)
    assert len(standins.inbox.find(phone)) == 1


def test_a_sent_message_is_not_sent_again(world: World, standins: StandIns) -> None:
    message_id = message(world, state="sent", recipient="9620000003")
    with refused("STALE_VERSION"):
        retry(world, message_id)
    world.run(send_outbox)
    assert standins.inbox.find("9620000003") == []


@pytest.mark.parametrize("message_id", ["0", "999999999999999999"])
def test_a_message_that_is_not_there_is_not_found(world: World, message_id: str) -> None:
    with refused("NOT_FOUND"):
        retry(world, message_id)


def test_the_audit_knows_who_tried_it_again(world: World, standins: StandIns) -> None:
    message_id = message(world)
    retry(world, message_id)
    noted = "SELECT actor_id, after ->> 'note' FROM audit_log WHERE entity = 'outbox_message' AND entity_id = %s"
    assert world.rows(noted, message_id) == [("ADM-1", "tried again")]

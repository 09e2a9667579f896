"""What a person is told in the app is its own: listed, counted, marked read (api.md 2.7)."""

import pytest

from functions.notifications import list_notifications, mark_all_notifications_read, mark_notification_read
from shared_code.rules.scope import Caller, Role
from tests import rows
from tests.rules.samples import refused
from tests.world import CP_1, World


@pytest.fixture
def reader(world: World) -> Caller:
    """A KAM that was told nothing yet."""
    number = world.value("SELECT nextval('kam_number')")
    given = {"user_id": f"KAM-{number}", "role": "KAM", "email": f"kam{number}@solarium.test"}
    return Caller(rows.insert(world, "user_account", "user_id", **given), Role.KAM, "session", "Farah")


def unread(world: World, reader: Caller) -> int:
    return int(world.data(list_notifications, reader)["unreadCount"])


def test_notifications_are_listed_newest_first_in_pages_with_the_number_of_unread_ones(
    world: World, reader: Caller
) -> None:
    ids = [rows.notification(world, reader.user_id, title=f"No. {n}") for n in range(5)]
    page = world.data(list_notifications, reader, offset=1, limit=2)
    assert [item["id"] for item in page["items"]] == ids[::-1][1:3]
    assert (page["total"], page["offset"], page["limit"], page["unreadCount"]) == (5, 1, 2, 5)
    assert page["items"][0].items() >= {"title": "No. 3", "read": False, "severity": "info"}.items()


def test_a_notification_is_marked_read_by_whom_it_is_for_and_again_is_fine(world: World, reader: Caller) -> None:
    first, second = (rows.notification(world, reader.user_id) for _ in range(2))
    for _ in range(2):
        world.call(mark_notification_read, reader, notification_id=first)
    assert unread(world, reader) == 1
    assert [item["id"] for item in world.data(list_notifications, reader, unread=True)["items"]] == [second]
    with refused("NOT_FOUND"):
        world.call(mark_notification_read, CP_1, notification_id=second)
    assert unread(world, reader) == 1


def test_all_are_marked_read_at_once_and_nobody_elses(world: World, reader: Caller) -> None:
    others = rows.notification(world, "CP-1")
    for _ in range(3):
        rows.notification(world, reader.user_id)
    assert world.data(mark_all_notifications_read, reader) == {"marked": 3}
    assert world.data(mark_all_notifications_read, reader) == {"marked": 0}
    assert unread(world, reader) == 0
    assert others in [item["id"] for item in world.data(list_notifications, CP_1, unread=True)["items"]]

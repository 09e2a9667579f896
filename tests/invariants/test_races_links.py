"""A link that sets a password is not mailed to an address that its person no longer has, nor to who was taken away.

rules.md 5.3; api.md 2.8.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.people.access import block_user
from functions.people.manage_kams import edit_kam
from functions.people.profile import edit_profile
from shared_code import resets
from shared_code.sql import password_resets
from shared_code.sql.addressees import STAFF
from tests.racing import rounds, rush, spoil, until, waiting
from tests.rows import insert
from tests.staff import Staff
from tests.world import ADMIN, World, codes

Change = Callable[[World, Staff], Any]


def by_an_admin(world: World, person: Staff) -> Any:
    return world.call(edit_kam, ADMIN, kam_id=person.user_id, email=f"new-{person.email}")


def by_itself(world: World, person: Staff) -> Any:
    return world.call(edit_profile, person.caller, email=f"new-{person.email}")


def blocked(world: World, person: Staff) -> Any:
    return world.call(block_user, ADMIN, user_id=person.user_id, blocked=True)


def deactivated(world: World, person: Staff) -> Any:
    return world.call(edit_kam, ADMIN, kam_id=person.user_id, status="deactivated")


def link(world: World, email: str) -> str | None:
    """The token of a link that is ordered for that address; None when nothing is mailed."""
    with world.pool.connection() as db, db.transaction():
        created = resets.create_for_mail(db, email, datetime.now(UTC))
    return created[0] if created else None


def ordered_meanwhile(world: World, change: Change, had_link: bool) -> str | None:
    """A link is ordered after its person got another address, or was taken away, before that is durable."""
    person = Staff(world)
    insert(world, "kam", "kam_id", kam_id=person.user_id)
    if had_link:
        insert(world, "password_reset", "user_id", user_id=person.user_id, expires_at=datetime.now(UTC))
    with ThreadPoolExecutor(1) as background:
        ordering: list[Any] = []

        def order() -> None:
            ordering.append(background.submit(link, world, person.email))
            until(lambda: ordering[0].done() or waiting(world) > 1)

        # The change is noted in the audit, and waits there.
        codes(rush(world, "LOCK TABLE audit_log IN SHARE MODE", lambda _: change(world, person), 1, order))
        token: str | None = ordering[0].result()
        return token


@rounds
@pytest.mark.parametrize("had_link", [True, False])
@pytest.mark.parametrize("change", [by_an_admin, by_itself, blocked, deactivated])
def test_no_link_goes_to_the_former_address_or_to_who_was_taken_away(
    world: World, change: Change, had_link: bool, turn: int
) -> None:
    assert ordered_meanwhile(world, change, had_link) is None


@pytest.mark.parametrize("change", [by_an_admin, by_itself])
def test_without_waiting_for_the_change_a_link_goes_there(
    world: World, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, password_resets, " FOR SHARE OF u")
    assert ordered_meanwhile(world, change, had_link=False)


@pytest.mark.parametrize("change", [blocked, deactivated])
def test_looking_before_that_is_durable_mails_one_to_who_was_taken_away(
    world: World, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, password_resets, f" AND {re.escape(STAFF)} FOR SHARE", " FOR SHARE")
    assert ordered_meanwhile(world, change, had_link=True)

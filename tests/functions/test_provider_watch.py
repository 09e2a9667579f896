"""The Admins hear when SMS or e-mails keep failing: at the third within ten minutes, once an hour (rules.md 7)."""

import threading
from typing import Any

import pytest

from functions.auth import password_reset
from functions.auth.login import login
from functions.auth.password_reset import request_password_reset
from functions.integrations import send_email
from functions.timers import send_outbox
from localhost.standins import StandIns
from shared_code.adapters.lane import Lane
from shared_code.adapters.sendgrid_mail import SendGrid
from shared_code.messaging import provider_watch
from shared_code.sql.pool import open_pool
from tests import rows
from tests.end_to_end.people import new_phone
from tests.racing import CALLERS
from tests.rules.samples import refused
from tests.staff import Staff, mailed_tokens
from tests.world import ADMIN, World, race

ALL_ADMINS = "SELECT count(*) FROM user_account WHERE role = 'Admin' AND status = 'active'"


@pytest.fixture(autouse=True)
def _nothing_failed(world: World) -> None:
    for table in ("provider_trouble", "outbox_message", "notification"):
        world.owner.execute(f"DELETE FROM {table}")


def told(world: World) -> list[tuple[Any, ...]]:
    """Provider and number of people for each notice, when all that failed is counted."""
    for thread in threading.enumerate():
        if thread.name == "provider watch":
            thread.join()
    return world.rows(
        "SELECT data ->> 'provider', count(*), count(*) = count(DISTINCT user_id) FROM notification"
        " WHERE type = 'providerFailing' GROUP BY 1, created_at ORDER BY created_at"
    )


def notice(world: World, provider: str = "sendgrid") -> tuple[Any, ...]:
    return (provider, world.value(ALL_ADMINS), True)


def fail(world: World, times: int, provider: str = "sendgrid") -> None:
    for _ in range(times):
        provider_watch.failed(world.pool, provider, "a request")
        told(world)


def shift(world: World, minutes: int) -> None:
    """What failed, failed that much longer ago."""
    world.owner.execute(
        "UPDATE provider_trouble SET told_at = told_at - %(m)s * interval '1 minute', failed_at ="
        " ARRAY(SELECT at - %(m)s * interval '1 minute' FROM unnest(failed_at) at)",
        {"m": minutes},
    )


def test_a_reset_mail_an_ordered_one_and_one_of_the_outbox_are_three(
    world: World, standins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(password_reset, "ANSWER_AFTER", 0.0)
    person = Staff(world)
    standins.faults.set("sendgrid", "error200")
    world.call(request_password_reset, None, email=person.email)
    assert mailed_tokens(standins, person.email) == []
    with refused("EMAIL_DELIVERY_FAILED"):
        world.call(send_email, ADMIN, to=person.email, template="kamWelcome")
    assert told(world) == []
    waiting = {"template": "cpApproved", "recipient": "p@solarium.test", "params": '{"name": "P"}'}
    rows.insert(world, "outbox_message", "message_id", channel="email", **waiting)
    world.run(send_outbox)
    assert told(world) == [notice(world)]


def test_codes_that_msg91_does_not_take_are_told_too(world: World, standins: StandIns) -> None:
    standins.faults.set("msg91", "error200")
    for _ in range(3):
        with refused("SMS_DELIVERY_FAILED"):
            world.call(login, None, phone=new_phone())
    assert told(world) == [notice(world, "msg91")]


def test_the_ten_minutes_slide(world: World) -> None:
    fail(world, 2)
    shift(world, 11)
    fail(world, 1)
    shift(world, 6)
    fail(world, 1)
    assert told(world) == []
    shift(world, 3)
    fail(world, 1)
    assert told(world) == [notice(world)]


def test_each_provider_is_counted_for_itself(world: World) -> None:
    fail(world, 2)
    fail(world, 2, "msg91")
    assert told(world) == []


def test_while_it_goes_on_the_admins_hear_of_it_once_an_hour(world: World) -> None:
    fail(world, 10)
    shift(world, 59)
    fail(world, 3)
    assert told(world) == [notice(world)]
    shift(world, 1)
    fail(world, 1)
    assert told(world) == [notice(world)] * 2


def test_of_many_failures_at_once_in_however_many_instances_one_is_told(world: World) -> None:
    race(CALLERS, lambda _: fail(world, 1))
    assert told(world) == [notice(world)]


def test_a_reset_mail_that_a_busy_lane_refuses_counts(
    world: World, standins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(password_reset, "ANSWER_AFTER", 0.0)
    monkeypatch.setattr(SendGrid, "lane", Lane(None, 1))
    person = Staff(world)
    with SendGrid.lane:
        for _ in range(3):
            world.call(request_password_reset, None, email=person.email)
            assert mailed_tokens(standins, person.email) == []
    assert told(world) == [notice(world)]


def test_a_count_that_fails_is_nobodys_failure(world: World, caplog: pytest.LogCaptureFixture) -> None:
    closed = open_pool(world.app_url, 1)
    closed.close()
    with caplog.at_level("ERROR", "solarium"):
        provider_watch.failed(closed, "sendgrid", "a request")
        assert told(world) == []
    assert "provider_watch_failed" in caplog.text

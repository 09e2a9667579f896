"""NCRONTAB schedules are due when Azure's timer is."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from localhost.host.triggers.schedule import parse_schedule

NOW = "2026-11-21 15:30:45"


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        ("* * * * * *", NOW, "2026-11-21 15:30:46"),
        ("*/30 * * * * *", NOW, "2026-11-21 15:31:00"),
        ("0 */5 * * * *", NOW, "2026-11-21 15:35:00"),
        ("0 30 3 * * *", NOW, "2026-11-22 03:30:00"),
        ("0 30 15 * * *", "2026-11-21 15:30:00", "2026-11-22 15:30:00"),
        ("15,45 * * * * *", "2026-11-21 15:30:45", "2026-11-21 15:31:15"),
        ("0 0 9-17/4 * * *", NOW, "2026-11-21 17:00:00"),
        ("0 0 8/6 * * *", NOW, "2026-11-21 20:00:00"),
        ("0 0 0 1 * *", NOW, "2026-12-01 00:00:00"),
        ("0 0 0 29 2 *", NOW, "2028-02-29 00:00:00"),
        ("0 0 0 * * MON-FRI", NOW, "2026-11-23 00:00:00"),
        ("0 0 0 * jan,dec 0", NOW, "2026-12-06 00:00:00"),
        # Unlike Unix's cron, day and weekday must both fit.
        ("0 0 0 13 * FRI", NOW, "2027-08-13 00:00:00"),
        ("59 59 23 31 12 *", "2026-12-31 23:59:59", "2027-12-31 23:59:59"),
    ],
)
def test_next_moment(schedule: str, after: str, due: str) -> None:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert parse_schedule(schedule).next_after(moment) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_schedules_are_in_utc_and_due_to_the_second() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    moment = datetime(2026, 11, 21, 9, 0, 0, 1, tzinfo=india)
    assert parse_schedule("0 30 3 * * *").next_after(moment) == datetime(2026, 11, 22, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "schedule",
    ["* * * * *", "60 * * * * *", "* * * 0 * *", "5-3 * * * * *", "*/0 * * * * *", "*/x * * * * *", "a * * * * *", ""],
)
def test_malformed_schedules_are_refused(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"schedule|invalid literal"):
        parse_schedule(schedule)


def test_a_schedule_that_is_never_due_says_so() -> None:
    with pytest.raises(ValueError, match="never due"):
        parse_schedule("0 0 0 31 2 *").next_after(datetime.fromisoformat(NOW).replace(tzinfo=UTC))

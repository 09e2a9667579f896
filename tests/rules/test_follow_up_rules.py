"""On which days a lead is looked at again (rules.md 1.4)."""

from datetime import date, timedelta

import pytest

from shared_code.rules import follow_up
from shared_code.rules.lead_status import TERMINAL, Status
from tests.rules.samples import TODAY, refused


@pytest.mark.parametrize("days", [-365, -1, 0, 1, 30, 31, 365])
def test_1_4_a_follow_up_lies_from_today_to_thirty_days_ahead(days: int) -> None:
    day = TODAY + timedelta(days=days)
    if 0 <= days <= 30:
        follow_up.check(day, TODAY)
    else:
        with refused("VALIDATION_ERROR", "followUpDate"):
            follow_up.check(day, TODAY)


def test_1_4_none_is_sent_none_is_wrong() -> None:
    follow_up.check(None, TODAY)
    assert follow_up.faults(None, TODAY) == {}


@pytest.mark.parametrize("status", Status)
def test_1_4_an_open_lead_has_a_follow_up_and_a_terminal_one_has_none(status: Status) -> None:
    kept, other = (None, TODAY) if status in TERMINAL else (TODAY, None)
    judge(status, kept)
    with refused("RULE_VIOLATION" if status in TERMINAL else "VALIDATION_ERROR", "followUpDate"):
        judge(status, other)
    with refused("VALIDATION_ERROR", "followUpDate"):
        judge(status, TODAY - timedelta(days=1))


def judge(status: Status, day: date | None) -> None:
    follow_up.check_edit(status, day, TODAY)
    follow_up.check_open(status, day)

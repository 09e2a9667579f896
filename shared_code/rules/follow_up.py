"""The day on which somebody looks at a lead again: today to today + 30, none once it is terminal (rules.md 1.4)."""

from datetime import date, timedelta

from shared_code.rules.lead_matrix import TERMINAL, Status
from shared_code.rules.refusal import against_rule, invalid

LATEST = timedelta(days=30)
NEXT_DAY = timedelta(days=1)


def faults(day: date | None, today: date) -> dict[str, object]:
    """What is wrong with the day, if one is sent; today: the day in India."""
    latest = today + LATEST
    if day is None or today <= day <= latest:
        return {}
    return {"followUpDate": f"a day from {today} to {latest} is needed"}


def check(day: date | None, today: date) -> None:
    """Refuse a day that is out of range: `VALIDATION_ERROR`."""
    if wrong := faults(day, today):
        raise invalid(wrong)


def check_edit(status: Status, day: date | None, today: date) -> None:
    """Refuse a day that is out of range, and none for an open lead: `VALIDATION_ERROR`."""
    check(day, today)
    if day is None and status not in TERMINAL:
        raise invalid({"followUpDate": "an open lead needs one"})


def check_open(status: Status, day: date | None) -> None:
    """Refuse a day for a terminal lead: `RULE_VIOLATION`."""
    if day is not None and status in TERMINAL:
        raise against_rule({"followUpDate": f"a lead that is {status} has none"})

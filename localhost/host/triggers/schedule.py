"""NCRONTAB, the six-field schedules of timer functions: second minute hour day month weekday, in UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_FIELDS: Sequence[tuple[int, int, Sequence[str]]] = (
    (0, 59, ()),
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, _MONTHS),
    (0, 6, _DAYS),
)
# 29 February can be eight years away, around a year like 2100.
_HORIZON_DAYS = 366 * 8 + 1


@dataclass(frozen=True, slots=True)
class Schedule:
    """The values each field allows; a moment is due when all six fields allow it."""

    seconds: Sequence[int]
    minutes: Sequence[int]
    hours: Sequence[int]
    days: Sequence[int]
    months: Sequence[int]
    weekdays: Sequence[int]

    def next_after(self, moment: datetime) -> datetime:
        """The first due moment later than `moment`, to the second. Raises ValueError if there is none."""
        moment = moment.astimezone(UTC)
        for ahead in range(_HORIZON_DAYS):
            day = moment.date() + timedelta(days=ahead)
            if self._has(day):
                earliest = moment.time() if ahead == 0 else None
                found = self._first_time(earliest)
                if found:
                    return datetime.combine(day, found, UTC)
        raise ValueError("the schedule is never due")

    def _has(self, day: date) -> bool:
        weekday = day.isoweekday() % 7
        return day.month in self.months and day.day in self.days and weekday in self.weekdays

    def _first_time(self, after: time | None) -> time | None:
        times = (time(h, m, s) for h in self.hours for m in self.minutes for s in self.seconds)
        return next((each for each in times if after is None or each > after), None)


def parse_schedule(text: str) -> Schedule:
    """Parse fields made of `*`, values, names (JAN, MON), ranges, lists and steps. Raises ValueError."""
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"{text!r} is not a schedule of six fields")
    return Schedule(*(_values(field, *bounds) for field, bounds in zip(fields, _FIELDS, strict=True)))


def _values(field: str, low: int, high: int, names: Sequence[str]) -> list[int]:
    values: set[int] = set()
    for part in field.upper().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            start, end = low, high
        else:
            start = _number(first, low, names)
            end = _number(last, low, names) if last else (high if step else start)
        if not low <= start <= end <= high or (step and not step.isdecimal()) or step == "0":
            raise ValueError(f"{field!r} is not a field of a schedule between {low} and {high}")
        values.update(range(start, end + 1, int(step or 1)))
    return sorted(values)


def _number(text: str, low: int, names: Sequence[str]) -> int:
    return names.index(text) + low if text in names else int(text)

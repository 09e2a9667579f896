"""The measurements as a page of Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.measure import Cost
from bench.sql_floor import Script

HEAD: Final = (
    "workflow", "at once", "statements", "trips", "requests/s", "SQL alone/s", "share",
    "app ms", "PostgreSQL ms", "SQL alone ms", "its PostgreSQL ms", "times",
)  # fmt: skip
LEGEND: Final = """
Real HTTP against the app in its own process, as `make run` starts it, beside the same SQL alone: the very statements
that the workflow sends, with their parameters and round trips, sent again by psycopg from one process. The two take
turns, so a busy machine is busy for both: compare within a line.

- *at once*: callers that wait for their answer before they ask again. All share the cores: callers, app, PostgreSQL,
  storage.
- *statements*, *trips*: what one request sends to PostgreSQL, BEGIN and COMMIT among them, and how often it waits.
- *share*: requests per second over HTTP as a part of those by SQL alone.
- *ms*: CPU per request. Over HTTP of the app (all its threads and the processes it starts, less what it uses idle) and
  of PostgreSQL (all its processes); by SQL alone of the process that sends it and of PostgreSQL.
- *times*: CPU over HTTP divided by CPU by SQL alone.
- `health/live` touches nothing: it is what HTTP, host and edge cost.
- A quotation includes its PDF and the write to storage. A photo (1600 x 1200) goes through storage, the local host's
  polling and the checker's own process; its caller waits mostly for the polling, so look at the CPU.
"""


@dataclass(frozen=True)
class Line:
    """One workflow at one concurrency: what it costs over HTTP, and by SQL alone."""

    name: str
    at_once: int
    script: Script
    app: Cost
    floor: Cost


def page(lines: Sequence[Line], machine: str) -> str:
    """Everything, with what it means."""
    rows = [HEAD, *map(_cells, lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    shown = ["| " + " | ".join(_padded(row, widths)) + " |" for row in rows]
    rule = "|".join(["", "-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:]), ""])
    return "\n".join([f"{machine}.", LEGEND, shown[0], rule, *shown[1:], ""])


def _cells(line: Line) -> tuple[str, ...]:
    name, script, app, floor = line.name, line.script, line.app, line.floor
    start = name, str(line.at_once), str(script.statements), str(script.trips), f"{app.per_second:.0f}"
    if not script.statements:
        return *start, "", "", f"{app.program_ms:.2f}", f"{app.postgres_ms:.2f}", "", "", ""
    return (
        *start, f"{floor.per_second:.0f}", f"{app.per_second / floor.per_second:.2f}",
        f"{app.program_ms:.2f}", f"{app.postgres_ms:.2f}", f"{floor.program_ms:.2f}", f"{floor.postgres_ms:.2f}",
        f"{(app.program_ms + app.postgres_ms) / (floor.program_ms + floor.postgres_ms):.1f}",
    )  # fmt: skip


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [row[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))]

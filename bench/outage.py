"""`make bench-outage`: what a day on which MSG91 hangs costs those who need no SMS (integrations.md, Every call)."""

import argparse
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Final

import requests

from bench import results
from bench.crowd import PEOPLE, Crowd
from bench.load import Caller, drive
from bench.rows import Rows
from bench.workflows import CASES, SYSTEM, Call, Case
from localhost import machine
from tests.app_process import AppProcess

MEASURED: Final = ("list 200 leads", "sync 200 leads, 200", "update a lead's status")
CALLERS: Final = 16
WARM_UP: Final = 7 * CALLERS
MOST_PER_SECOND: Final = 500  # requests of one workflow
TO_BEGIN: Final = 1.0  # seconds that the crowd asks before a turn is measured
TITLE: Final = "While MSG91 hangs"
TEXT: Final = """
{machine}.

Two apps on one database: MSG91 answers the one and hangs for the other. {people} people, each from an address of its
own, ask for a sign-in code once a second, while {callers} callers do their work. Nobody asking, MSG91 well and MSG91
hanging take turns, {turns} of {seconds:g} s each for every workflow. The figures are requests per second; *share* is
the median of what is left of them, turn by turn, when MSG91 hangs and as many people ask as when all is well.

| workflow | nobody asks | all is well | MSG91 hangs | share |
|----------|------------:|------------:|------------:|------:|
{rows}

The people heard, when all was well: {well}.
When MSG91 hung: {ill}.
502: it was tried three times. 503: eight were waiting for MSG91 already, or five had waited in vain and nobody waited
for 30 s. 429: five codes in 15 minutes.
"""


@dataclass(frozen=True)
class Side:
    """One app, with those who work and, perhaps, those who want a code."""

    app: AppProcess
    callers: Sequence[Caller]
    crowd: Crowd | None

    def per_second(self, jobs: Iterator[bytes], seconds: float) -> float:
        """How much work is done while the crowd asks; requests per second."""
        with self.crowd.asking() if self.crowd else nullcontext():
            time.sleep(TO_BEGIN)
            began = time.perf_counter()
            done = drive(self.callers, list(islice(jobs, int(MOST_PER_SECOND * seconds))), seconds)
            return done / (time.perf_counter() - began)

    @property
    def heard(self) -> str:
        """What the crowd was answered."""
        heard = self.crowd.heard if self.crowd else {}
        return ", ".join(f"{count} times {status}" for status, count in sorted(heard.items()))


def main() -> None:
    """Measure, print, and write it to RESULTS.md."""
    parser = argparse.ArgumentParser(prog="make bench-outage", description=__doc__)
    parser.add_argument("--turns", type=int, default=6, help="of each side and workflow (6)")
    parser.add_argument("--seconds", type=float, default=4, help="the length of a turn (4)")
    asked = parser.parse_args()
    cases = [case for case in CASES if case.name.startswith(MEASURED)]
    with tempfile.TemporaryDirectory(prefix="solarium-bench-") as folder, started(Path(folder)) as (rows, sides):
        lines = [line(case.name, in_turns(rows, case, sides, asked.turns, asked.seconds)) for case in cases]
        text = TEXT.format(
            machine=f"{os.cpu_count()} cores, Python {platform.python_version()}",
            people=PEOPLE, callers=CALLERS, turns=asked.turns, seconds=asked.seconds, rows="\n".join(lines),
            well=sides[1].heard, ill=sides[2].heard,
        )  # fmt: skip
    print(text)
    results.keep(TITLE, text)


@contextmanager
def started(folder: Path) -> Iterator[tuple[Rows, list[Side]]]:
    """Both apps on one database: one at which nobody asks, the same with a crowd, one for which MSG91 hangs."""
    with ExitStack() as running:
        servers = running.enter_context(machine.started(folder, {}))
        os.environ.update(servers.settings)
        well, ill = (running.enter_context(app(folder, name, servers)) for name in ("well", "ill"))
        quotation = well.kam(1).data("POST", "quotations", SYSTEM | {"leadId": "LEAD-1"})
        rows = running.enter_context(closing(Rows(servers.owner_url, quotation["quotationReference"])))
        order = {"provider": "msg91", "mode": "timeout"}
        requests.post(f"{ill.url}/dev/faults", json=order, timeout=10).raise_for_status()
        yield (
            rows,
            [
                Side(
                    it,
                    [running.enter_context(closing(Caller(it.port))) for _ in range(CALLERS)],
                    running.enter_context(closing(Crowd(it.port))) if asking else None,
                )
                for it, asking in ((well, False), (well, True), (ill, True))
            ],
        )


def app(folder: Path, name: str, servers: machine.Machine) -> AppProcess:
    """An app on these servers, with the same secrets as every other one."""
    data = folder / name / "data"
    machine.mark(data)
    shutil.copy(folder / "secrets.json", data)
    return AppProcess(folder / name, **servers.settings | {"DATABASE_URL": servers.owner_url})


def in_turns(rows: Rows, case: Case, sides: Sequence[Side], turns: int, seconds: float) -> list[list[float]]:
    """Requests per second, for each turn those of each side; who is first changes."""
    print(f"{case.name} ...", flush=True)
    work = [jobs_of(case, rows, side, WARM_UP + int(turns * seconds * MOST_PER_SECOND)) for side in sides]
    rows.settle()
    for side, jobs in zip(sides, work, strict=True):
        drive(side.callers, list(islice(jobs, WARM_UP)), 60)
    measured = []
    for turn in range(turns):
        found = {(turn + place) % len(sides): 0.0 for place in range(len(sides))}
        for which in found:
            found[which] = sides[which].per_second(work[which], seconds)
        measured.append([found[which] for which in range(len(sides))])
    return measured


def jobs_of(case: Case, rows: Rows, side: Side, count: int) -> Iterator[bytes]:
    """So many requests of a workflow."""
    return iter([job.over_http() for job in case.prepare(rows, side.app.url, count) if isinstance(job, Call)])


def line(name: str, measured: Sequence[Sequence[float]]) -> str:
    """A workflow's row."""
    quiet, well, ill = (median(side) for side in zip(*measured, strict=True))
    share = median(hanging / answering for _, answering, hanging in measured)
    return f"| {name} | {quiet:.0f} | {well:.0f} | {ill:.0f} | {share:.2f} |"


if __name__ == "__main__":
    main()

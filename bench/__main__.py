"""`make bench`: requests per second and CPU per request of the main workflows, beside the bare cost of their SQL."""

import argparse
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from bench import results, table
from bench.ground import Ground, started
from bench.load import drive
from bench.measure import TURNS, in_turns
from bench.record import scripts
from bench.table import Line
from bench.workflows import CASES, Call, Case

AT_ONCE: Final = (1, 16)
WARM_UP: Final = 7 * max(AT_ONCE)  # PostgreSQL plans a prepared statement anew the first five times in a connection
TITLE: Final = "Workflows"


def main() -> None:
    """Measure what the command line names, or everything, which is written to RESULTS.md too."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("case", nargs="*", help="part of a workflow's name")
    parser.add_argument("--requests", type=int, default=240, help="per measurement (240)")
    parser.add_argument("--seconds", type=float, default=6, help="the longest that one measurement may take (6)")
    asked = parser.parse_args()
    cases = [case for case in CASES if not asked.case or any(part in case.name for part in asked.case)]
    with tempfile.TemporaryDirectory(prefix="solarium-bench-") as folder, started(Path(folder), max(AT_ONCE)) as it:
        lines = [line for case in cases for line in measured(it, case, asked.requests, asked.seconds)]
        page = table.page(lines, it.described)
    print(page)
    if len(cases) == len(CASES):
        results.keep(TITLE, page)


def measured(it: Ground, case: Case, requests: int, seconds: float) -> Iterator[Line]:
    """Prepare a workflow's work, warm both sides up, measure them beside each other."""
    print(f"{case.name} ...", flush=True)
    counts = [max(requests // case.weight, TURNS * at_once) for at_once in AT_ONCE]
    plays = WARM_UP + requests * len(AT_ONCE)
    jobs = case.prepare(it.rows, it.url, plays + WARM_UP // case.weight + sum(counts))
    played = scripts(it.owner_url, jobs[:plays])
    it.rows.settle()
    app = it.app if isinstance(jobs[0], Call) else it.uploads
    asks = iter([job.over_http() if isinstance(job, Call) else job.name for job in jobs[plays:]])
    says = iter(played)
    drive(app.workers, list(islice(asks, WARM_UP // case.weight)), seconds)
    drive(it.floor.workers, list(islice(says, WARM_UP)), seconds)
    for at_once, count in zip(AT_ONCE, counts, strict=True):
        sides = (app, list(islice(asks, count))), (it.floor, list(islice(says, requests)))
        over_http, alone = in_turns(it.postmaster, sides, at_once, seconds)
        yield Line(case.name, at_once, played[0], over_http, alone)


if __name__ == "__main__":
    main()

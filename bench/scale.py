"""`make bench-scale`: what lists, searches and sums take with 2 000, 20 000 and 200 000 leads, by who asks."""

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import psycopg
from psycopg import sql
from pydantic.alias_generators import to_camel

from localhost import demo_data, machine
from shared_code.quotations.catalogue import load_file
from shared_code.rules.scope import Caller
from shared_code.sql.migrations import migrate
from shared_code.sql.pool import Db, open_pool
from tests.sql import scale
from tests.sql.questions import ADMIN, CP, KAM, LISTS, OTHERS, PAGE, YEAR

SIZES: Final = (2_000, 20_000, 200_000)
CALLERS: Final = {"an Admin, who sees all": ADMIN, "a KAM of five partners": KAM, "one partner of forty": CP}
RESULTS: Final = Path(__file__).parent / "SCALE.md"
WARM_UP, TIMES, SECONDS = 2, 40, 1.0

QUESTIONS: Final[Mapping[str, Sequence[Mapping[str, object]]]] = {
    "leads": (
        {},
        {"sort_by": "updatedAt"},
        {"sort_by": "followUpDate"},
        {"sort_by": "followUpDate", "sort_order": "desc"},
        {"sort_by": "customerName"},
        {"sort_by": "status", "sort_order": "desc"},
        {"offset": 1000},
        {"status": ("Won",)},
        {"status": ("New Lead", "In Discussion"), "state": "Gujarat"},
        {"state": "Gujarat"},
        {"source": "Radio"},
        {"follow_up": "overdue"},
        {"created_from": YEAR},
        {"search": "p"},
        {"search": "pa"},
        {"search": "patel"},
        {"search": "pravin shah"},
        {"search": "98765"},
        {"search": "nobody"},
        {"search": f"LEAD-{scale.FIRST}"},
    ),
    "leads/summary": ({},),
    "quotations": (
        {},
        {"sort_by": "customerName"},
        {"sort_by": "status"},
        {"status": ("Shared",)},
        {"min_kw": 5},
        {"search": "p"},
        {"search": "patel"},
        {"search": f"QUOT-{scale.FIRST}"},
    ),
    "commissions": ({}, {"sort_by": "customerName"}, {"status": ("Paid",)}, {"search": "p"}, {"search": "patel"}),
    "commissions/summary": ({},),
    "customers": ({}, {"sort_by": "updatedAt"}, {"search": "p"}, {"search": "patel"}, {"search": "98765"}),
    "channelPartners": ({},),
    "notifications": ({}, {"unread": True}),
}
HEAD: Final = """# Lists, searches and sums, by the number of leads

{machine}.

To so many leads come three quarters as many customers, half as many quotations, an eighth as many commissions, one
notification each. Milliseconds that a connection waits for the answer: median of up to {times}, and in brackets the
time that 19 of 20 stay below. The answer is a page of 25 items as JSON, and how many there are in all.
"""


@dataclass(frozen=True)
class Measured:
    """Milliseconds."""

    median: float
    p95: float

    def __str__(self) -> str:
        return f"{self.median:.1f} ({self.p95:.1f})"


def main() -> None:
    """Measure, and write SCALE.md when all sizes were measured."""
    parser = argparse.ArgumentParser(prog="make bench-scale", description=__doc__)
    parser.add_argument("leads", nargs="*", type=int, default=list(SIZES), help="numbers of leads (2000 20000 200000)")
    sizes = parser.parse_args().leads
    with tempfile.TemporaryDirectory(prefix="solarium-scale-") as folder, machine.started(Path(folder), {}) as servers:
        os.environ.update(servers.settings)
        by_size = {leads: _of_size(servers, leads) for leads in sizes}
    page = _page(by_size)
    print(page)
    if tuple(sizes) == SIZES:
        RESULTS.write_text(page)


def _of_size(servers: machine.Machine, leads: int) -> dict[tuple[str, str], Measured]:
    """What each question takes, by caller and question, in a database of its own."""
    print(f"{leads} leads ...", flush=True)
    name = f"leads_{leads}"
    with psycopg.connect(servers.owner_url, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    owner_url, app_url = (
        psycopg.conninfo.make_conninfo(url, dbname=name)
        for url in (servers.owner_url, servers.settings["DATABASE_URL"])
    )
    migrate(owner_url)
    load_file(owner_url, demo_data.CATALOGUE)
    scale.fill(owner_url, leads)
    with open_pool(app_url, 1) as pool, pool.connection() as db:
        return {
            (who, _words(kind, wish)): _measured(partial(_ask, db, kind, caller, wish))
            for who, caller in CALLERS.items()
            for kind, wishes in QUESTIONS.items()
            for wish in wishes
        }


def _ask(db: Db, kind: str, caller: Caller, wish: Mapping[str, object]) -> None:
    ask = LISTS[kind].ask if kind in LISTS else OTHERS[kind][1]
    with db.pipeline():  # as in the app
        answer: Any = ask(db, caller, {**PAGE, **wish})
        answer.fetchone()


def _measured(act: Callable[[], None]) -> Measured:
    for _ in range(WARM_UP):
        act()
    times: list[float] = []
    until = time.perf_counter() + SECONDS
    while len(times) < 3 or (len(times) < TIMES and time.perf_counter() < until):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return Measured(median(times), quantiles(times, n=20)[-1])


def _words(kind: str, wish: Mapping[str, object]) -> str:
    """A question as it stands in the table."""
    shown = {name: ",".join(value) if isinstance(value, tuple) else value for name, value in wish.items()}
    return " ".join([kind, "&".join(f"{to_camel(name)}={value}" for name, value in shown.items())]).strip()


def _page(by_size: Mapping[int, Mapping[tuple[str, str], Measured]]) -> str:
    described = f"{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL of `make run`"
    parts = [HEAD.format(machine=described, times=TIMES)]
    questions = [_words(kind, wish) for kind, wishes in QUESTIONS.items() for wish in wishes]
    for who in CALLERS:
        head = [f"## Asked by {who}", "", _row("question", [f"{leads:,} leads".replace(",", " ") for leads in by_size])]
        rows = [_row(question, [found[who, question] for found in by_size.values()]) for question in questions]
        parts.append("\n".join([*head, _row("---", ["---:"] * len(by_size)), *rows, ""]))
    return "\n".join(parts)


def _row(first: str, rest: Sequence[object]) -> str:
    return "| " + " | ".join([first, *map(str, rest)]) + " |"


if __name__ == "__main__":
    main()

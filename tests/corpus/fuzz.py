"""`make fuzz`: looks for a file that passes the check and should not, or that breaks the checker (rules.md 6.4)."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.corpus.everything import hostile, ordinary
from tests.corpus.forking import Forking
from tests.corpus.graphs import documents
from tests.corpus.judge import dangers
from tests.corpus.mutations import mutant
from tests.corpus.sample import PDF, Sample

FOUND = Path(__file__).parents[2] / ".local" / "fuzz"
LARGEST_SEED, BATCH = 40_000, 200
Tally = Counter[str]


class Search:
    """Checks and judges files until its time is over; `name` tells it from others and repeats it."""

    def __init__(self, checker: Forking, name: str, seconds: float, found: Path = FOUND) -> None:
        self.tally: Tally = Counter()
        self._checker, self._name, self._found = checker, name, found
        self._until = time.monotonic() + seconds
        self._chance = Random(name)

    def run(self) -> Tally:
        """What became of how many files."""
        seeds = [sample for sample in (*hostile(), *ordinary()) if len(sample.content) <= LARGEST_SEED]
        for batch in count():
            self._mutants(seeds)
            self._graphs(batch)
            if time.monotonic() > self._until:
                return self.tally
        raise AssertionError("counting has no end")

    def try_one(self, content: bytes, content_type: str) -> None:
        """Check one file, judge what comes out, keep the file when that must not be."""
        outcome = self._checker.examine(content, content_type)
        self.tally["files"] += 1
        found = dangers(outcome.clean, content_type) if outcome.clean is not None else []
        if outcome.failure or found:
            self._keep(content, content_type, outcome.failure or f"escape: {found}")
        kept = "accepted" if outcome.clean is not None else f"refused: {outcome.reason}"
        self.tally["exceptions" if outcome.failure else "escapes" if found else kept] += 1

    def _mutants(self, seeds: list[Sample]) -> None:
        for _ in range(BATCH):
            if time.monotonic() < self._until:
                self.try_one(*mutant(seeds, self._chance))

    def _graphs(self, batch: int) -> None:
        @seed(f"{self._name} {batch}")
        @settings(
            max_examples=BATCH,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(documents())
        def examine(content: bytes) -> None:
            if time.monotonic() < self._until:
                self.try_one(content, PDF)

        examine()

    def _keep(self, content: bytes, content_type: str, why: str) -> None:
        self._found.mkdir(parents=True, exist_ok=True)
        file = self._found / f"{self._name}-{self.tally['files']}.{content_type.rpartition('/')[2]}"
        file.write_bytes(content)
        tell(f"{file}: {why}")


def tell(line: str) -> None:
    """For whoever waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def search(name: str, seconds: float) -> Tally:
    """One process's share of the work."""
    with Forking() as checker:
        return Search(checker, name, seconds).run()


def main() -> int:
    """Search with every processor for MINUTES, tell what was found; 1 if anything."""
    minutes, start = float(os.environ.get("MINUTES", "10")), os.environ.get("SEED", str(time.time_ns()))
    workers = os.cpu_count() or 1
    tell(f"{minutes:g} minutes with {workers} processes, SEED={start}")
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as processes:
        shares = [processes.submit(search, f"{start}-{number}", minutes * 60) for number in range(workers)]
        tally = sum((share.result() for share in shares), Counter[str]())
    tell(f"{tally['files']} files, {tally['files'] / minutes / 60:.0f} a second")
    for what in ("accepted", *sorted(key for key in tally if key.startswith("refused")), "escapes", "exceptions"):
        tell(f"{tally[what]:9} {what}")
    return 1 if tally["escapes"] or tally["exceptions"] else 0


if __name__ == "__main__":
    sys.exit(main())

"""Measures a workflow over HTTP and its SQL alone, turn by turn, so that a noisy machine is noisy for both."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench import cpu
from bench.load import drive

TURNS: Final = 4
IDLE_SECONDS: Final = 3.0


@dataclass(frozen=True)
class Cost:
    """So many requests: how long they took, and the CPU of the program and of PostgreSQL; all seconds."""

    requests: int = 0
    elapsed: float = 0.0
    program: float = 0.0
    postgres: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        """Both together."""
        return Cost(
            self.requests + other.requests,
            self.elapsed + other.elapsed,
            self.program + other.program,
            self.postgres + other.postgres,
        )

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return self.requests / self.elapsed

    @property
    def program_ms(self) -> float:
        """The program's CPU per request, milliseconds."""
        return self.program / self.requests * 1000

    @property
    def postgres_ms(self) -> float:
        """PostgreSQL's CPU per request, milliseconds."""
        return self.postgres / self.requests * 1000


@dataclass(frozen=True)
class Side:
    """One way to do the work: who does it, and how much CPU the program has used for it so far."""

    workers: Sequence[Callable[[Any], object]]
    used: Callable[[], float]
    idle: float = 0.0  # CPU per second which the program uses for nothing

    def cost(self, postmaster: int, jobs: Sequence[Any], at_once: int, seconds: float) -> Cost:
        """Do these jobs."""
        postgres, program, began = cpu.of_family(postmaster), self.used(), time.perf_counter()
        done = drive(self.workers[:at_once], jobs, seconds)
        elapsed = time.perf_counter() - began
        spent = self.used() - program - self.idle * elapsed
        return Cost(done, elapsed, spent, cpu.of_family(postmaster) - postgres)


def in_turns(postmaster: int, sides: Sequence[tuple[Side, Sequence[Any]]], at_once: int, seconds: float) -> list[Cost]:
    """What each side's jobs cost it, done in some turns, each bounded in time."""
    costs = [Cost() for _ in sides]
    for turn in range(TURNS):
        for place, (side, jobs) in enumerate(sides):
            costs[place] += side.cost(postmaster, jobs[turn::TURNS], at_once, seconds / TURNS)
    return costs


def idle(used: Callable[[], float]) -> float:
    """CPU per second of a program that nobody asks anything."""
    before = used()
    time.sleep(IDLE_SECONDS)
    return (used() - before) / IDLE_SECONDS

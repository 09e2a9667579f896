"""Runs timer functions when their schedule says so."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from ..invocation import AppLoadError, FunctionDefinition, FunctionError, Invocation, TypedValue
from ..invoker import Invoker
from ..settings import resolve
from .pause import pause
from .schedule import parse_schedule

_LONGEST_SLEEP_SECONDS = 30.0


class TimerTrigger:
    """One timer function. Its runs never overlap; one missed while the host was down is not made up for."""

    def __init__(
        self,
        function: FunctionDefinition,
        invoker: Invoker,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._function = function
        self._invoker = invoker
        self._now = now
        try:
            self._schedule = parse_schedule(resolve(function.binding["schedule"]))
        except ValueError as error:
            raise AppLoadError(f"{function.name}: {error}") from error

    async def run(self, stop: asyncio.Event) -> None:
        """Run the function at start if it asks for that, and then whenever it is due, until `stop` is set."""
        if self._function.binding.get("runOnStartup"):
            await self._fire()
        while not stop.is_set():
            due = self._schedule.next_after(self._now())
            # In short naps, because a machine that was suspended would oversleep a long one.
            while not stop.is_set() and (left := (due - self._now()).total_seconds()) > 0:
                await pause(stop, min(left, _LONGEST_SLEEP_SECONDS))
            if not stop.is_set():
                await self._fire()

    async def _fire(self) -> None:
        info = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": None, "IsPastDue": False}
        with suppress(FunctionError):
            await self._invoker.run(Invocation(self._function, TypedValue("json", json.dumps(info))))

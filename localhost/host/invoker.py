"""Runs functions through the worker under the host's time limit, and logs what fails."""

import asyncio
import logging

from .invocation import FunctionError, HttpAnswer, Invocation, Worker

logger = logging.getLogger(__name__)


class Invoker:
    """The one way from a request or a trigger to a function. `timeout` is host.json's functionTimeout in seconds."""

    def __init__(self, worker: Worker, timeout: float | None) -> None:
        self._worker = worker
        self._timeout = timeout

    async def run(self, invocation: Invocation) -> HttpAnswer | None:
        """Run one invocation. Raises FunctionError, also after the time limit; a thread then runs on unheeded."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._worker.invoke(invocation)
        except TimeoutError:
            failure = FunctionError(f"no answer within {self._timeout} s (functionTimeout)")
        except FunctionError as error:
            failure = error
        logger.error("Executed 'Functions.%s' (Failed, Id=%s)\n%s", invocation.function.name, invocation.id, failure)
        raise failure

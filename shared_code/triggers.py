"""What runs without a caller: uploaded blobs, the poison queue, the clock. Each run gets a context like a request's."""

import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import azure.functions as func

from shared_code import log, settings
from shared_code.context import Context
from shared_code.rules.scope import Caller
from shared_code.sql.pool import pool
from shared_code.sql.sessions import act_without_session

Register = Callable[[func.FunctionApp], None]
REGISTRY: dict[Callable[..., Any], Register] = {}


def serve(app: func.FunctionApp, workflow: Callable[..., Any]) -> None:
    """Register a declared workflow as a function that its trigger starts."""
    REGISTRY[workflow](app)


def on_blob(
    path: str, connection: str
) -> Callable[[Callable[[str, bytes, Context], None]], Callable[[str, bytes, Context], None]]:
    """Run `workflow(name, content, ctx)` for each new blob: by Event Grid in Azure, by polling locally."""

    def declare(workflow: Callable[[str, bytes, Context], None]) -> Callable[[str, bytes, Context], None]:
        def run(blob: func.InputStream) -> None:
            name = (blob.name or "").partition("/")[2]
            _run(workflow.__name__, lambda ctx: workflow(name, blob.read(), ctx))

        def register(app: func.FunctionApp) -> None:
            trigger = app.blob_trigger("blob", path, connection, source=func.BlobSource.EVENT_GRID)
            app.function_name(workflow.__name__)(trigger(run))

        REGISTRY[workflow] = register
        return workflow

    return declare


def on_queue(queue: str, connection: str) -> Callable[[Callable[[str, Context], None]], Callable[[str, Context], None]]:
    """Run `workflow(blob_name, ctx)` for each message of the blob trigger's poison queue."""

    def declare(workflow: Callable[[str, Context], None]) -> Callable[[str, Context], None]:
        def run(message: func.QueueMessage) -> None:
            name = json.loads(message.get_body())["BlobName"]
            _run(workflow.__name__, lambda ctx: workflow(name, ctx))

        def register(app: func.FunctionApp) -> None:
            app.function_name(workflow.__name__)(app.queue_trigger("message", queue, connection)(run))

        REGISTRY[workflow] = register
        return workflow

    return declare


def on_timer(schedule: str) -> Callable[[Callable[[Context], None]], Callable[[Context], None]]:
    """Run `workflow(ctx)` by the clock: NCRONTAB with seconds, UTC."""

    def declare(workflow: Callable[[Context], None]) -> Callable[[Context], None]:
        def run(timer: func.TimerRequest) -> None:
            _run(workflow.__name__, workflow)

        def register(app: func.FunctionApp) -> None:
            app.function_name(workflow.__name__)(app.timer_trigger("timer", schedule, run_on_startup=False)(run))

        REGISTRY[workflow] = register
        return workflow

    return declare


@dataclass(frozen=True)
class _System:
    """Opens the transactions of a run: nobody is signed in, the audit says so."""

    name: str

    def __call__(self, ctx: Context) -> Callable[[], Caller | None]:
        act_without_session(ctx.db, ctx.request_id, self.name, "System")
        return lambda: None


def system_context(name: str) -> Context:
    """A context for work of the system itself, its first transaction open."""
    ctx = Context(settings.current(), pool(), uuid.uuid4().hex, datetime.now(UTC), _System(name))
    ctx.begin()
    return ctx


class RunFailedError(Exception):
    """A run ended in an error, which our own log names. The host tries again or gives up."""


def _run(name: str, workflow: Callable[[Context], None]) -> None:
    """One run; what it raises goes on to the host, which tries again or gives up."""
    ctx = system_context(name)
    try:
        workflow(ctx)
        ctx.commit()
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is logged and told on
        ctx.rollback()
        log.event("run_failed", level=logging.ERROR, function=name, error=error, requestId=ctx.request_id)
        raise RunFailedError(
            f"{name}, see request {ctx.request_id}"
        ) from None  # the host logs it: no row's words in it
    log.event("run", function=name, requestId=ctx.request_id)

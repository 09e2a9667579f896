"""Is this instance alive, and is it ready to serve? (api.md 2.10)"""

import logging
from typing import Literal

import psycopg

from shared_code import log
from shared_code.adapters import blobs
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.rules.refusal import Refusal
from shared_code.sql.migrations import is_at_head
from shared_code.wire import Nothing, View

PATIENCE = 3.0  # seconds for a connection; a probe must not wait longer


class Alive(View):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(View):
    """Database, migrations and storage are there."""

    status: Literal["ready"] = "ready"


@endpoint("GET", "health/live", bare=True)
def get_liveness(ask: Nothing, ctx: Context) -> Alive:
    """Say that the process answers; nothing else is touched."""
    return Alive()


@endpoint("GET", "health/ready", bare=True, refusals=("NOT_READY",))
def get_readiness(ask: Nothing, ctx: Context) -> Ready:
    """Say whether database and storage answer and the migrations are at head."""
    broken = {}
    try:
        with ctx.pool.connection(timeout=PATIENCE) as db:
            if not is_at_head(db):
                broken["migrations"] = "are not at head"
    except psycopg.Error as error:
        log.event("database_unreachable", level=logging.ERROR, error=error, requestId=ctx.request_id)
        broken["database"] = "does not answer"
    try:
        blobs.check_reachable(ctx.settings)
    except Refusal:
        broken["storage"] = "does not answer"
    if broken:
        raise Refusal("NOT_READY", "This instance cannot serve at the moment.", broken)
    return Ready()

"""Keeps the house clean: removes, batch by batch, what nobody needs any more (rules.md 8)."""

import time
from collections.abc import Mapping
from typing import Final

from shared_code.context import Context
from shared_code.sql import keeping
from shared_code.sql.keeping import PERISHABLES, Perishable

BATCH: Final = 1000  # rows in one transaction: nobody waits long for a lock, and what is done stays done
RUN_SECONDS: Final = 240  # after which a run begins no other batch; the next night goes on


def clean_up(ctx: Context) -> Mapping[str, int]:
    """Remove what is over, of each kind; answers how many rows. Safe from many instances at once."""
    until = time.monotonic() + RUN_SECONDS
    return {kind: _remove(ctx, perishable, until) for kind, perishable in PERISHABLES.items()}


def _remove(ctx: Context, perishable: Perishable, until: float) -> int:
    removed, full = 0, True
    while full and time.monotonic() < until:
        batch = ctx.there(ctx.alone(lambda db: keeping.remove(db, perishable, BATCH)))
        removed, full = removed + batch, batch == BATCH
    return removed

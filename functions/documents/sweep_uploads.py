"""Find what fell by the wayside of the quarantine: too large, never delivered, never finished (rules.md 6.2-6.5)."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import islice

from shared_code import log
from shared_code.adapters import blobs
from shared_code.context import Context
from shared_code.documents import intake, quarantine
from shared_code.rules.uploads import LARGEST_BYTES
from shared_code.sql import checks
from shared_code.triggers import on_timer

DELIVERED_WITHIN = timedelta(minutes=2)  # an event that has not come by then got lost
CHECKED_WITHIN = 15  # minutes
MOST_SEEN, MOST_CHECKED = 5000, 20  # blobs in one run


@on_timer("%SWEEP_SCHEDULE%")
def sweep_uploads(ctx: Context) -> None:
    """Refuse larger blobs from their properties, unread; check those whose event got lost; end checks that hang."""
    ctx.commit()
    lying = list(islice(blobs.listing(ctx.settings, "uploads", ""), MOST_SEEN))
    too_large = [blob.name for blob in lying if blob.size_bytes > LARGEST_BYTES]
    lost = [b.name for b in lying if b.created_at < ctx.now - DELIVERED_WITHIN and b.size_bytes <= LARGEST_BYTES]
    late = ctx.settings.defender_verdict_required
    waiting = _read(ctx, lambda: checks.waiting(ctx.db, lost, late).fetchall())[:MOST_CHECKED]
    hanging = _read(ctx, lambda: checks.stuck(ctx.db, CHECKED_WITHIN).fetchall())
    _each(ctx, too_large, lambda name: quarantine.give_up(ctx, name, *quarantine.TOO_LARGE))
    _each(ctx, waiting, lambda name: quarantine.check(ctx, name, blobs.read_upload(ctx.settings, name)))
    _each(ctx, hanging, lambda name: quarantine.give_up(ctx, name, *intake.COULD_NOT))
    if too_large or waiting or hanging:
        log.event(
            "uploads_swept",
            tooLarge=len(too_large),
            lost=len(waiting),
            hanging=len(hanging),
            requestId=ctx.request_id,
        )


@on_timer("0 * * * * *")
def expire_reservations(ctx: Context) -> None:
    """Free the places whose upload link is over (rules.md 6.2)."""
    with ctx.finish() as last:
        expired = checks.expire(last)
    if freed := len(expired.fetchall()):
        log.event("reservations_expired", count=freed, requestId=ctx.request_id)


def _read(ctx: Context, ask: Callable[[], list[str]]) -> list[str]:
    ctx.begin()
    try:
        return ask()
    finally:
        ctx.rollback()


def _each(ctx: Context, names: Iterable[str], act: Callable[[str], None]) -> None:
    """One after the other; what fails is logged and tried again in the next run."""
    for name in names:
        try:
            ctx.begin()
            act(name)
        except Exception as error:  # noqa: BLE001 -- one blob must not keep the others waiting
            log.event("sweep_failed", level=logging.ERROR, blob=name, error=error, requestId=ctx.request_id)
        finally:
            ctx.rollback()

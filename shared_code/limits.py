"""How often one caller may ask (rules.md 5.2; api.md 1)."""

from datetime import timedelta
from typing import Literal

from shared_code.context import Context
from shared_code.errors import RateLimited
from shared_code.sql.edge import Window, count_in_window

PER_MINUTE = 100  # requests of one address in one count
MINUTE = timedelta(minutes=1)
Count = Literal["auth", "upload"]


def count_address(ctx: Context, what: Count) -> None:
    """Count a request of the caller's address before anything else; it counts also when it is refused later."""
    check(ctx, ctx.alone(lambda db: count_in_window(db, f"{what}:{ctx.address}", MINUTE)), PER_MINUTE)


def check(ctx: Context, counted: Window | None, limit: int) -> None:
    """Refuse what goes beyond the limit within a minute: 429 `RATE_LIMITED`."""
    if counted is not None and counted.count > limit:
        raise RateLimited(limit, (counted.started_at + MINUTE - ctx.now).total_seconds())

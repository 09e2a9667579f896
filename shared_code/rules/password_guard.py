"""How often a password may be wrong, for an address known or not (rules.md 5.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from shared_code.rules.refusal import Refusal

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class PasswordGuard:
    """The failures of one e-mail address since the last right password."""

    failures: int = 0
    last_failed_at: datetime | None = None
    locked_until: datetime | None = None


def check_unlocked(guard: PasswordGuard, now: datetime) -> None:
    """Refuse every try while the address is locked: `LOGIN_LOCKED`."""
    if guard.locked_until is not None and now < guard.locked_until:
        seconds = ceil((guard.locked_until - now).total_seconds())
        raise Refusal("LOGIN_LOCKED", f"Too many wrong passwords; try again in {seconds} seconds.", retry_after=seconds)


def after_failure(guard: PasswordGuard, now: datetime) -> PasswordGuard:
    """The guard after a wrong password of an unlocked address; the fifth locks it."""
    since_lock = 0 if guard.locked_until else guard.failures
    failures = since_lock + 1
    return PasswordGuard(failures, now, now + LOCKED_FOR if failures >= MOST_FAILURES else None)

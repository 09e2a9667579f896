"""How often a phone is sent a code, and how often it may be wrong (rules.md 5.2)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from shared_code.rules.codes import RESEND_AFTER
from shared_code.rules.refusal import Refusal

MOST_WRONG_TRIES = 5
WRONG_TRIES_WITHIN = timedelta(minutes=15)
LOCKED_FOR = timedelta(minutes=15)
SAME_TRY_WITHIN = timedelta(seconds=5)
MOST_SENT = ((5, timedelta(minutes=15)), (10, timedelta(days=1)))


@dataclass(frozen=True)
class Guard:
    """The tries and codes of one phone, across all its codes. sent_at: of each SMS of the last day that was taken."""

    wrong_tries: int = 0
    first_wrong_at: datetime | None = None
    last_wrong_at: datetime | None = None
    last_wrong_hash: bytes | None = None
    locked_until: datetime | None = None
    sent_at: tuple[datetime, ...] = ()


def check_unlocked(guard: Guard, now: datetime) -> None:
    """Refuse checking and sending while the phone is locked: `OTP_LOCKED`."""
    if guard.locked_until is not None and now < guard.locked_until:
        seconds = _seconds(guard.locked_until - now)
        raise Refusal("OTP_LOCKED", f"Too many wrong codes; try again in {seconds} seconds.", retry_after=seconds)


def check_send(guard: Guard, last_issued_at: datetime | None, now: datetime) -> bool:
    """Whether an SMS is sent now; False within 30 s of the last one, for which the answer is the same.

    last_issued_at: of the phone's last code for the same purpose. Raises `OTP_LOCKED`, `RATE_LIMITED`.
    """
    check_unlocked(guard, now)
    if last_issued_at is not None and now < last_issued_at + RESEND_AFTER:
        return False
    for most, within in MOST_SENT:
        sent = sorted(at for at in guard.sent_at if now < at + within)
        if len(sent) >= most:
            seconds = _seconds(sent[-most] + within - now)
            message = f"Too many codes; ask again in {seconds} seconds."
            raise Refusal("RATE_LIMITED", message, retry_after=seconds, limit=most)
    return True


def after_sent(guard: Guard, now: datetime) -> Guard:
    """The guard once an SMS was taken; times no limit looks at are dropped."""
    longest = max(within for _, within in MOST_SENT)
    return replace(guard, sent_at=(*(at for at in guard.sent_at if now < at + longest), now))


def after_wrong(guard: Guard, code_hash: bytes, now: datetime) -> Guard:
    """The guard after a wrong try against a live code of an unlocked phone; the fifth locks it.

    The same wrong code again within 5 s is a client's retry and counts once.
    """
    if guard.last_wrong_hash == code_hash and guard.last_wrong_at and now < guard.last_wrong_at + SAME_TRY_WITHIN:
        return guard
    if guard.first_wrong_at is None or now >= guard.first_wrong_at + WRONG_TRIES_WITHIN:
        guard = replace(after_right(guard), first_wrong_at=now)
    tries = guard.wrong_tries + 1
    return replace(
        guard,
        wrong_tries=tries,
        last_wrong_at=now,
        last_wrong_hash=code_hash,
        locked_until=now + LOCKED_FOR if tries >= MOST_WRONG_TRIES else None,
    )


def after_right(guard: Guard) -> Guard:
    """The guard after a right code, which clears the wrong tries."""
    return Guard(sent_at=guard.sent_at)


def _seconds(wait: timedelta) -> int:
    return ceil(wait.total_seconds())

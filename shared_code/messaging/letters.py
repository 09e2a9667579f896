"""A mail that an Admin orders: sent within the request, and its failure is the answer (api.md 2.1)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from shared_code import resets
from shared_code.adapters.calls import AT_ONCE, ProviderFailed
from shared_code.adapters.lane import Lane
from shared_code.context import Context
from shared_code.errors import RateLimited
from shared_code.messaging import dispatch
from shared_code.rules.refusal import Refusal, against_rule
from shared_code.sql import accounts, addressees
from shared_code.sql.addressees import Addressee
from shared_code.sql.edge import Window, count_in_window, give_back
from shared_code.sql.pool import Db, Rows

Letter = Literal["passwordReset", "kamWelcome", "cpApproved"]
SENDING = timedelta(minutes=1)  # longer than SendGrid is given, retries included
PATIENCE, GLANCE = 25.0, 0.2  # seconds that somebody waits whose mail is being sent already, and between two looks
_line = Lane("letters", AT_ONCE)  # of those who wait: they must not take the threads that all else needs


@dataclass(frozen=True)
class Kind:
    """Whom a letter may go to, in words too; for how long its link is good, if it has one; how it is sent."""

    find: Callable[[Db, str], "Rows[Addressee]"]
    meant_for: str
    link_valid_for: timedelta | None
    send: Callable[[Context, Addressee, str], None]


KINDS: dict[Letter, Kind] = {
    "passwordReset": Kind(addressees.staff, "an active Admin or KAM", resets.VALID_FOR, dispatch.mail_reset),
    "kamWelcome": Kind(addressees.staff, "an active Admin or KAM", resets.WELCOME_VALID_FOR, dispatch.mail_welcome),
    "cpApproved": Kind(
        addressees.partner,
        "an active channel partner",
        None,
        lambda ctx, to, _: dispatch.mail_approval(ctx, to.email, to.called),
    ),
}


def send(ctx: Context, email: str, letter: Letter) -> None:
    """Mail that letter to the person of that address. No transaction is open while SendGrid is at it.

    A mail with a link counts for the ten of its account and hour (rules.md 5.2).
    Raises Refusal `RULE_VIOLATION`, `RATE_LIMITED`, `PROVIDER_BUSY`, `EMAIL_DELIVERY_FAILED`.
    """
    kind = KINDS[letter]
    to = kind.find(ctx.db, email).fetchone()
    if to is None:
        raise against_rule({"to": f"must be the address of {kind.meant_for}"})
    dispatch.check_mail(ctx)
    key = f"letter:{letter}:{to.user_id}"
    turn = _turn(ctx, key)
    token = _token(ctx, to, kind.link_valid_for)
    accounts.note(ctx.db, to.user_id, f"mail {letter} ordered")
    ctx.commit()  # with the link, which works when the mail arrives
    try:
        kind.send(ctx, to, token)
    except Exception as failure:
        with ctx.pool.connection() as db:
            give_back(db, key, turn.started_at)
        if isinstance(failure, ProviderFailed):
            raise Refusal("EMAIL_DELIVERY_FAILED", "The e-mail could not be sent. Please try again later.") from None
        raise
    ctx.begin()
    give_back(ctx.db, key, turn.started_at)  # durable with the answer: who waits finds that


def _turn(ctx: Context, key: str) -> Window:
    """Wait while the same mail is being sent to the same person.

    Whoever sent the request again under its Idempotency-Key thus gets the first answer, and no second mail.
    """
    window, until = _counted(ctx, key), time.monotonic() + PATIENCE
    if window.count == 1:
        return window
    with _line:
        while window.count > 1:
            if time.monotonic() > until:
                message = "The same e-mail is being sent right now. Wait a moment."
                raise Refusal("PROVIDER_BUSY", message, retry_after=5)
            ctx.rollback()
            time.sleep(GLANCE)
            ctx.begin()
            window = _counted(ctx, key)
    return window


def _counted(ctx: Context, key: str) -> Window:
    return ctx.there(count_in_window(ctx.db, key, SENDING).fetchone())


def _token(ctx: Context, to: Addressee, valid_for: timedelta | None) -> str:
    """The token of the letter's link; no word for a letter without."""
    if valid_for is None:
        return ""
    created = resets.create_for_mail(ctx.db, to.email, ctx.now, valid_for)
    if created is None:
        raise RateLimited(resets.MOST_MAILS, resets.seconds_to_next(ctx.db, to.user_id, ctx.now))
    return created[0]

"""A forgotten password: a single-use link by mail, and a new password with it (api.md 2.1, rules.md 5.2, 5.3)."""

import logging
import time
from threading import Thread
from typing import Annotated, Literal

from pydantic import Field

from shared_code import log, resets
from shared_code.access import passwords
from shared_code.adapters import sendgrid_mail
from shared_code.adapters.calls import ProviderFailed
from shared_code.adapters.lane import Busy
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.messaging import dispatch, provider_watch
from shared_code.opening import check_account
from shared_code.rules.password_guard import PasswordGuard
from shared_code.rules.refusal import Refusal
from shared_code.sql import password_resets, sessions
from shared_code.sql import sign_in as guards
from shared_code.sql.addressees import Addressee
from shared_code.wire import Ask, View
from shared_code.wire.fields import Email, NewPassword
from shared_code.wire.people import PasswordSet

ANSWER_AFTER = 1.0  # seconds, whatever was done: longer than a mail takes on most days


class ResetOrder(Ask):
    """The address of an account."""

    email: Email


class ResetOrdered(View):
    """If there is such an account, a link is on its way; the same answer if there is none."""

    reset_requested: Literal[True] = True


class NewPasswordByLink(Ask):
    """The token of a mailed link, and the password to be."""

    token: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="from the mailed link",
            examples=["q0mB5cQm7l2xJ3oZb6Wm0m9Yw2mJ7u8sVh1rT4kE5aI"],
        ),
    ]
    new_password: NewPassword


@endpoint("POST", "auth/requestPasswordReset", address_limit="auth")
def request_password_reset(ask: ResetOrder, ctx: Context) -> ResetOrdered:
    """Mail an Admin or KAM a link to set a new password, if the address is of one.

    The link is good once, for 30 minutes, and makes older ones useless. The answer is 200 in every case: whether there
    is such an account shows neither in it nor in how long it takes. At most 10 mails go to an account within an hour.
    """
    sendgrid_mail.prepare()
    answer_at = time.monotonic() + ANSWER_AFTER
    created = resets.create_for_mail(ctx.db, ask.email, ctx.now)
    ctx.commit()
    if created is not None:
        Thread(target=_send, args=(ctx, *created), name="reset mail").start()
    time.sleep(max(0.0, answer_at - time.monotonic()))
    return ResetOrdered()


def _send(ctx: Context, token: str, addressee: Addressee) -> None:
    try:
        dispatch.mail_reset(ctx, addressee, token)
    except Exception as error:  # noqa: BLE001 -- nobody but the log may learn of it
        if isinstance(error, Busy):  # to the person it is a mail that did not come, as any other
            provider_watch.failed(ctx.pool, sendgrid_mail.SendGrid.provider, ctx.request_id)
        reason = error.reason if isinstance(error, ProviderFailed | Busy) else None
        log.event("reset_mail_failed", level=logging.ERROR, error=error, reason=reason, requestId=ctx.request_id)


@endpoint(
    "PATCH",
    "auth/completePasswordReset",
    address_limit="auth",
    refusals=("INVALID_TOKEN", "USER_BLOCKED", "ACCOUNT_DEACTIVATED", "PROVIDER_BUSY"),
)
def complete_password_reset(ask: NewPasswordByLink, ctx: Context) -> PasswordSet:
    """Set a password with the token of a mailed link, of a reset or of a welcome.

    All sessions of the user end, and wrong passwords of before are forgotten: nothing is locked any more.
    """
    dead = Refusal("INVALID_TOKEN", "This link is no longer valid. Ask for a new one.")
    token_hash = resets.hash_of(ask.token)
    bearer = password_resets.find(ctx.db, token_hash).fetchone()
    if bearer is None:
        raise dead
    address = bearer.email.lower()
    guards.lock_password_guard(ctx.db, address)  # before the link's row, as whoever changes the password does
    if password_resets.take(ctx.db, token_hash, ctx.now).fetchone() is None:
        raise dead
    check_account(bearer.status, bearer.blocked)
    password_hash = passwords.hash_of(ask.new_password)
    with ctx.finish() as last:
        sessions.act_without_session(last, ctx.request_id, bearer.user_id, bearer.role)
        guards.write_password_guard(last, address, PasswordGuard())
        sessions.end_all(last, bearer.user_id, "password")
        guards.set_password(last, bearer.user_id, password_hash)
    return PasswordSet()

"""Each kind of message in the outbox, made and sent: what has to be looked up for it is looked up now (rules.md 7)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from shared_code import resets
from shared_code.context import Context
from shared_code.messaging import dispatch
from shared_code.sql import accounts, password_resets
from shared_code.sql.accounts import Standing
from shared_code.sql.addressees import Addressee
from shared_code.sql.outbox import Message


class NotNeeded(Exception):  # noqa: N818 -- an outcome, told by its name
    """There is nobody any more whom the message is for."""


def _approval_by_sms(ctx: Context, message: Message) -> None:
    if (phone := _partner(ctx, message).phone) is None:
        raise NotNeeded
    dispatch.text_approval(ctx, phone)


def _approval_by_mail(ctx: Context, message: Message) -> None:
    partner = _partner(ctx, message)
    if partner.email is None:
        raise NotNeeded
    dispatch.mail_approval(ctx, partner.email, partner.name or partner.email)


def _partner(ctx: Context, message: Message) -> Standing:
    """The partner as it stands by now: it may have another phone or address, or may not enter any more."""
    params = json.loads(message.params)
    if "userId" not in params:  # written to a phone or an address that is no account's
        return Standing("", "CP", params.get("name"), message.recipient, message.recipient, "active", blocked=False)
    with ctx.pool.connection() as db:
        partner = accounts.find(db, params["userId"]).fetchone()
    if partner is None or not partner.may_act:
        raise NotNeeded
    return partner


def _welcome(ctx: Context, message: Message) -> None:
    """Its link is made now and is stored nowhere, but for its hash; a link of an earlier attempt dies.

    It goes to the address that the account has by now: another one later kills the link.
    """
    dispatch.check_mail(ctx)
    user_id = json.loads(message.params)["userId"]
    with ctx.pool.connection() as db, db.transaction():
        password_resets.lock(db, user_id)
        person = accounts.lock(db, user_id).fetchone()
        if person is None or person.email is None or not person.may_act:
            raise NotNeeded
        token = resets.create(db, user_id, datetime.now(UTC), resets.WELCOME_VALID_FOR)
    dispatch.mail_welcome(ctx, Addressee(user_id, person.role, person.name, person.email), token)


TEMPLATES: dict[tuple[str, str], Callable[[Context, Message], None]] = {
    ("sms", "cpApproved"): _approval_by_sms,
    ("email", "cpApproved"): _approval_by_mail,
    ("email", "kamWelcome"): _welcome,
}

"""Each kind of message in the outbox, made and sent: what has to be looked up for it is looked up now (rules.md 7)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from shared_code import resets
from shared_code.context import Context
from shared_code.messaging import dispatch
from shared_code.sql import accounts, password_resets
from shared_code.sql.addressees import Addressee
from shared_code.sql.outbox import Message


class NotNeeded(Exception):  # noqa: N818 -- an outcome, told by its name
    """There is nobody any more whom the message is for."""


def _approval_by_sms(ctx: Context, message: Message) -> None:
    dispatch.text_approval(ctx, message.recipient)


def _approval_by_mail(ctx: Context, message: Message) -> None:
    dispatch.mail_approval(ctx, message.recipient, json.loads(message.params)["name"])


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

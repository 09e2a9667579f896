"""People learn that they may come in: a partner that it is approved, staff how to set a password (rules.md 7)."""

from shared_code import messages, news
from shared_code.context import Context
from shared_code.sql import outbox
from shared_code.sql.pool import Db


def partner(ctx: Context, last: Db, cp_id: str, name: str | None, phone: str, email: str | None) -> None:
    """Tell a partner that it is active: by SMS, by mail if it has an address, in the app. Sent once all is durable."""
    outbox.write(last, "sms", "cpApproved", phone, {})
    if email:
        outbox.write(last, "email", "cpApproved", email, {"name": name})
    news.partner_activated(last, cp_id)
    _send_after_commit(ctx)


def staff(ctx: Context, last: Db, user_id: str, email: str) -> None:
    """Mail a new KAM or Admin a link that sets the first password; the link is made when it is sent."""
    outbox.write(last, "email", "kamWelcome", email, {"userId": user_id})
    _send_after_commit(ctx)


def _send_after_commit(ctx: Context) -> None:
    ctx.after_commit(lambda: messages.send_due(ctx.settings, ctx.pool, ctx.request_id, ctx.request_id))

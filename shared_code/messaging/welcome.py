"""People learn that they may come in: a partner that it is approved, staff how to set a password (rules.md 7)."""

from shared_code.context import Context
from shared_code.messaging import news, outbox
from shared_code.sql.pool import Db


def partner(ctx: Context, last: Db, cp_id: str) -> None:
    """Tell a partner that it is active: by SMS, by mail if it has an address, in the app. Sent once all is durable."""
    outbox.partner_approved(last, cp_id)
    news.partner_activated(last, cp_id)
    outbox.send_soon(ctx)


def staff(ctx: Context, last: Db, user_id: str) -> None:
    """Mail a new KAM or Admin a link that sets the first password; the link is made when it is sent."""
    outbox.welcome(last, user_id)
    outbox.send_soon(ctx)

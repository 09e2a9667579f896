"""What the clock does: send what waits in the outbox, free reservations that nobody used."""

from shared_code import log, messages
from shared_code.context import Context
from shared_code.sql import documents
from shared_code.triggers import on_timer


@on_timer("*/30 * * * * *")
def send_outbox(ctx: Context) -> None:
    """Send the messages that are due (rules.md 7)."""
    ctx.commit()
    sent = messages.send_due(ctx.settings, ctx.pool, ctx.request_id)
    log.event("outbox_sent", count=sent, requestId=ctx.request_id)


@on_timer("0 * * * * *")
def expire_reservations(ctx: Context) -> None:
    """Free the places whose upload link is over (rules.md 6.2)."""
    with ctx.finish() as last:
        expired = documents.expire(last)
    log.event("reservations_expired", count=len(expired.fetchall()), requestId=ctx.request_id)

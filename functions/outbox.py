"""What Admins see of the messages we send, and try again (api.md 2.8)."""

from shared_code.context import Context
from shared_code.endpoints import ADMIN, endpoint
from shared_code.errors import not_found
from shared_code.messaging import outbox
from shared_code.rules.refusal import Refusal
from shared_code.sql import outbox as stored
from shared_code.sql import outbox_views
from shared_code.wire import Json, Page
from shared_code.wire.outbox import OneMessage, OutboxFilters, OutboxMessage


@endpoint("GET", "outbox", ADMIN)
def list_outbox(ask: OutboxFilters, ctx: Context) -> Json[Page[OutboxMessage]]:
    """List the messages that wait, were sent or were given up, newest first."""
    with ctx.finish() as last:
        page = outbox_views.page(last, outbox_views.Wanted(**ask.model_dump()))
    return Json(ctx.there(page.fetchone()))


@endpoint("POST", "outbox/{messageId:regex(^[0-9]+$)}/retry", ADMIN, refusals=("NOT_FOUND", "STALE_VERSION"))
def retry_message(ask: OneMessage, ctx: Context) -> Json[OutboxMessage]:
    """Try a message again now, whether it waits or was given up; it then has another day. A sent one is refused."""
    with ctx.finish() as last:
        retried = stored.retry(last, ask.message_id)
        found = outbox_views.one(last, ask.message_id)
    item = found.fetchone()
    if item is None:
        raise not_found("message")
    if retried.fetchone() is None:
        raise Refusal("STALE_VERSION", "This message was sent already.")
    outbox.send_soon(ctx)
    return Json(item)

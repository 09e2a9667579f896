"""SMS and mails that go out after the request that caused them: what became of them (api.md 2.8)."""

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
    """List the messages that wait, were sent or were given up, newest first.

    A message that failed is tried again after 30 seconds, then with pauses that double up to an hour, for a day. Sent
    ones are removed after 30 days. Sign-in codes and reset mails are not among them: these go within their request.
    """
    with ctx.finish() as last:
        page = outbox_views.page(last, outbox_views.Wanted(**ask.model_dump()))
    return Json(ctx.there(page.fetchone()))


@endpoint("POST", "outbox/{messageId:regex(^[0-9]+$)}/retry", ADMIN, refusals=("NOT_FOUND", "STALE_VERSION"))
def retry_message(ask: OneMessage, ctx: Context) -> Json[OutboxMessage]:
    """Try a message again at once, whether it waits or was given up; given up, it has another day then.

    One that was sent is 409 `STALE_VERSION`: it is not sent twice.
    """
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

"""Sync an app: everything that is the caller's in one answer, or 304 while nothing changed (api.md 2.6; I10)."""

from typing import Annotated

from pydantic import Field

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.errors import RateLimited
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.sql import sync as snapshot
from shared_code.wire import Ask, Json, View
from shared_code.wire.commissions import Commission
from shared_code.wire.documents import Document
from shared_code.wire.fields import Instant
from shared_code.wire.leads import Lead, LeadSummary, TimelineEntry
from shared_code.wire.notifications import Notification
from shared_code.wire.people import Customer
from shared_code.wire.quotations import Quotation


class Sync(Ask):
    """`force` only skips the check of the cache; the answer is always complete."""

    force: Annotated[bool, Field(description="true: answer it all, whatever If-None-Match says")] = False


class Snapshot(View):
    """Everything that is the caller's, each list in the shape of its own operation, newest first."""

    server_time: Annotated[Instant, Field(description="when this was read, ISO 8601, UTC")]
    leads: list[Lead]
    quotations: list[Quotation]
    documents: Annotated[list[Document], Field(description="of the leads")]
    kyc_documents: Annotated[list[Document], Field(description="of the customers")]
    customers: Annotated[list[Customer], Field(description="of the leads; for a customer itself")]
    commissions: Annotated[list[Commission], Field(description="empty for a customer")]
    notifications: list[Notification]
    timeline: Annotated[list[TimelineEntry], Field(description="of each lead the newest 20")]
    summary: LeadSummary


@endpoint("GET", "sync", PERMISSIONS[Action.SYNC], idle=True, refusals=("RATE_LIMITED",), etag="content")
def sync(ask: Sync, ctx: Context) -> Json[Snapshot]:
    """Fetch everything that is the caller's own, in one answer.

    It is always complete. With the `ETag` of the last answer as `If-None-Match` it is 304 while nothing has changed and
    the day in India is the same. One same poll in 30 seconds is taken, and a burst of 6 more; others are 429. Asking
    does not keep a session alive.
    """
    known = [bytes.fromhex(etag) for etag in ctx.known_etags]
    with ctx.finish() as last:
        built = snapshot.everything(
            last, ctx.caller, ctx.now, ctx.today, known, ask.force, ctx.settings.feature_customer_accepted
        )
    answer = ctx.there(built.fetchone())
    if not answer.allowed:
        raise RateLimited(snapshot.POLLS, snapshot.POLL_SECONDS)
    headers = {"ETag": f'"{answer.hash.hex()}"', "Cache-Control": "private, no-cache"}
    return Json(b"", 304, headers) if answer.data is None else Json(answer.data, headers=headers)

"""Sync an app: everything that is the caller's in one answer, or 304 (api.md 2.6; I10)."""

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

    force: Annotated[bool, Field(description="skip the check of the cache")] = False


class Snapshot(View):
    """Everything that is the caller's; the newest twenty timeline entries per lead."""

    server_time: Instant
    leads: list[Lead]
    quotations: list[Quotation]
    documents: list[Document]
    kyc_documents: list[Document]
    customers: list[Customer]
    commissions: list[Commission]
    notifications: list[Notification]
    timeline: list[TimelineEntry]
    summary: LeadSummary


@endpoint("GET", "sync", PERMISSIONS[Action.SYNC], idle=True, refusals=("RATE_LIMITED",), etag="content")
def sync(ask: Sync, ctx: Context) -> Json[Snapshot]:
    """Answer everything that is the caller's own, or 304 when nothing changed since the answer with that ETag."""
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

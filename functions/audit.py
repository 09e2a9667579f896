"""Who changed what, and when, as the database recorded it (api.md 2.8)."""

from typing import Annotated, Literal

from pydantic import Field

from shared_code.context import Context
from shared_code.endpoints import ADMIN, endpoint
from shared_code.sql import audit
from shared_code.wire import Json, Page
from shared_code.wire.audit import ActorId, AuditedId, AuditEntry, Entity
from shared_code.wire.fields import PageAsk


class AuditFilters(PageAsk):
    """What the audit can be narrowed by. The days are those of the change."""

    sort_by: Literal["createdAt"] | None = None
    entity: Annotated[Entity | None, Field(description="the kind of record that was changed")] = None
    entity_id: AuditedId | None = None
    actor_id: ActorId | None = None


@endpoint("GET", "audit", ADMIN)
def list_audit(ask: AuditFilters, ctx: Context) -> Json[Page[AuditEntry]]:
    """List the writes to business data, newest first: one entry for each row that was changed.

    `createdFrom` and `createdTo` are days of the change. What belongs to one request has its `requestId`.
    """
    with ctx.finish() as last:
        page = audit.page(last, audit.Wanted(**ask.model_dump()))
    return Json(ctx.there(page.fetchone()))

"""Reserve a place for an upload and hand out a link that can create this one file (rules.md 6.1-6.3; api.md 2.4)."""

import uuid
from typing import Annotated

from pydantic import Field

from shared_code.adapters import blobs
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.rules import uploads
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.sql import documents, leads
from shared_code.wire import Ask
from shared_code.wire.documents import UploadSlot
from shared_code.wire.fields import FileName, LeadId, Short


class NewDocument(Ask):
    """The file a client is about to send for a lead; its size in bytes."""

    lead_id: LeadId
    file_name: FileName
    content_type: Short
    file_size: Annotated[int, Field(ge=0)]
    doc_type: Annotated[str, Field(max_length=100)] | None = None


@endpoint(
    "POST",
    "leads/{leadId:regex(^LEAD-[0-9]+$)}/docs",
    PERMISSIONS[Action.UPLOAD],
    created=True,
    address_limit="upload",
    refusals=("FILE_TOO_LARGE", "UNSUPPORTED_FILE_TYPE", "DOCUMENT_LIMIT_EXCEEDED", "STORAGE_FAILED"),
)
def issue_lead_upload(ask: NewDocument, ctx: Context) -> UploadSlot:
    """Reserve one of a lead's seven places and answer where to PUT the file."""
    kind = uploads.check_declared(ask.file_name, ask.content_type, ask.file_size)
    doc_type = uploads.lead_doc_type(ask.doc_type)
    blob, until = f"{uuid.uuid4().hex}.{kind.extension}", ctx.now + blobs.LINK_LIFE
    locked = leads.lock(ctx.db, ctx.caller, ask.lead_id)
    active = documents.active_count(ctx.db, ask.lead_id)
    ctx.found(locked.fetchone(), "lead", ask.lead_id)
    uploads.check_slot(active.fetchone() or 0)
    slot = documents.Slot(doc_type, ask.file_name, kind.content_type, ask.file_size, blob, until, ctx.caller.user_id)
    with ctx.finish() as last:
        reserved = documents.reserve_for_lead(last, ask.lead_id, slot)
    return UploadSlot(
        doc_id=reserved.fetchone() or "",
        sas_url=blobs.upload_link(ctx.settings, blob, until),
        headers={"x-ms-blob-type": "BlockBlob", "Content-Type": kind.content_type},
        expires_at=until,
        max_size_bytes=uploads.LARGEST_BYTES,
    )

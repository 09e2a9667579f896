"""Bring an older version of a document back, or take a document out of the lists (rules.md 6.6, 6.9; api.md 2.4)."""

from typing import Annotated, Literal

from pydantic import Field

from shared_code.context import Context
from shared_code.documents import intake
from shared_code.endpoints import endpoint
from shared_code.errors import not_found
from shared_code.rules.kyc import check_unlocked
from shared_code.rules.refusal import Refusal, forbidden
from shared_code.rules.scope import PERMISSIONS, Action, may_delete_document
from shared_code.sql import documents, kyc, timeline, uploads
from shared_code.sql.pool import Db
from shared_code.sql.uploads import Standing
from shared_code.wire import Json, View
from shared_code.wire.documents import Document, OneDocument
from shared_code.wire.fields import LongText, Reason


class Restoration(OneDocument):
    """The version whose bytes become the next version, and why."""

    version: Annotated[int, Field(ge=1, le=1_000_000, description="an older version that was accepted")]
    reason: Reason


class Deletion(OneDocument):
    """The document that goes, and why."""

    reason: Annotated[LongText | None, Field(description="why", examples=["It was there twice."])] = None


class Deleted(View):
    """The document that is gone from the lists."""

    doc_id: str
    state: Literal["Deleted"] = "Deleted"


@endpoint(
    "POST",
    "documents/{docId:regex(^DOC-[0-9]+$)}/restore",
    PERMISSIONS[Action.KYC_REVIEW],
    created=True,
    refusals=("KYC_LOCKED", "DOCUMENT_STATE"),
)
def restore_document(ask: Restoration, ctx: Context) -> Json[Document]:
    """Bring an older version of a document back: its file becomes the next version.

    The lead's timeline or the customer's KYC log says so. An approved KYC document is locked (409).
    """
    asked = uploads.is_accepted(ctx.db, ask.doc_id, ask.version)
    standing, _ = intake.standing_of(ctx, ask.doc_id)
    check_unlocked(standing.review)
    accepted = asked.fetchone()
    if accepted is None:
        raise not_found("version of this document")
    if not accepted or ask.version == standing.current_version:
        raise Refusal("DOCUMENT_STATE", "Only an older version that was accepted is brought back.")
    version = standing.newest_version + 1
    with ctx.finish() as last:
        uploads.restore(last, ctx.caller, ask.doc_id, version, ask.version)
        about = {"version": version, "restoredVersion": ask.version}
        _note(last, ctx, standing, "restored", about, ask.reason)
        document = documents.one(last, ctx.caller, ask.doc_id)
    return Json(ctx.there(document.fetchone()))


@endpoint(
    "DELETE",
    "documents/{docId:regex(^DOC-[0-9]+$)}",
    PERMISSIONS[Action.DOCUMENT_DELETE],
    refusals=("KYC_LOCKED",),
)
def delete_document(ask: Deletion, ctx: Context) -> Deleted:
    """Take a document out of the lists and free its place; the file itself is kept.

    A partner deletes documents of its own leads. KYC documents are deleted by an Admin, unless they are approved (409).
    """
    standing, _ = intake.standing_of(ctx, ask.doc_id)
    if not may_delete_document(ctx.caller.role, is_kyc=standing.customer_id is not None):
        raise forbidden("A customer's papers are deleted by an Admin.")
    check_unlocked(standing.review)
    with ctx.finish() as last:
        uploads.delete(last, ask.doc_id)
        _note(last, ctx, standing, "deleted", {}, ask.reason)
    return Deleted(doc_id=ask.doc_id)


def _note(last: Db, ctx: Context, standing: Standing, action: str, about: dict[str, int], reason: str | None) -> None:
    """An entry of the lead's timeline, or of the customer's KYC log."""
    if standing.lead_id:
        after = {"docId": standing.doc_id, "docType": standing.doc_type} | about
        timeline.add(last, ctx.caller, standing.lead_id, f"document{action.capitalize()}", after, reason=reason)
    else:
        kyc.note(last, ctx.caller, standing.doc_id, action, about.get("version"), reason)

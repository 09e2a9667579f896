"""Browse a lead's documents, and read one by a link (rules.md 6.8; api.md 2.4)."""

from shared_code.adapters import blobs
from shared_code.context import Context
from shared_code.endpoints import EVERYONE, endpoint
from shared_code.rules import uploads
from shared_code.rules.refusal import Refusal
from shared_code.sql import documents
from shared_code.wire import Ask, Json
from shared_code.wire.documents import Document, DocumentList, ReadLink
from shared_code.wire.fields import DocId, LeadId


class OfLead(Ask):
    """A lead by its id."""

    lead_id: LeadId


class OneDocument(Ask):
    """A document by its id."""

    doc_id: DocId


@endpoint("GET", "leads/{leadId:regex(^LEAD-[0-9]+$)}/docs", EVERYONE)
def list_lead_documents(ask: OfLead, ctx: Context) -> Json[DocumentList]:
    """List a lead's documents, newest first, and how many of its seven places are taken."""
    with ctx.finish() as last:
        found = documents.of_lead(last, ctx.caller, ask.lead_id, uploads.LARGEST_COUNT)
    return Json(ctx.found(found.fetchone(), "lead", ask.lead_id))


@endpoint("GET", "documents/{docId:regex(^DOC-[0-9]+$)}", EVERYONE)
def get_document(ask: OneDocument, ctx: Context) -> Json[Document]:
    """Show one document and where its check stands."""
    with ctx.finish() as last:
        found = documents.one(last, ctx.caller, ask.doc_id)
    return Json(ctx.found(found.fetchone(), "document", ask.doc_id))


@endpoint("GET", "documents/sas", EVERYONE, refusals=("NOT_FOUND", "OUT_OF_SCOPE", "DOCUMENT_STATE", "STORAGE_FAILED"))
def issue_download(ask: OneDocument, ctx: Context) -> ReadLink:
    """Answer a link that reads the checked file of a document, for 30 minutes."""
    with ctx.finish() as last:
        found = documents.served(last, ctx.caller, ask.doc_id)
    document = ctx.found(found.fetchone(), "document", ask.doc_id)
    if document.blob_name is None:
        raise Refusal("DOCUMENT_STATE", f"The document is {document.state}: there is no checked file to read.")
    until = ctx.now + blobs.LINK_LIFE
    link = blobs.read_link(ctx.settings, "docs", document.blob_name, until, document.file_name or ask.doc_id)
    return ReadLink(sas_url=link, expires_at=until)

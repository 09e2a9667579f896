"""Browse documents: a lead's, a customer's papers, versions, who read them, what happened (api.md 2.4)."""

from shared_code.context import Context
from shared_code.endpoints import EVERYONE, endpoint
from shared_code.rules import uploads
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.sql import documents, kyc
from shared_code.wire import Ask, Json, Page
from shared_code.wire.documents import Access, Document, Documents, KycEvent, LeadDocuments, OneDocument
from shared_code.wire.fields import CustomerId, LeadId, Limit, Offset

STAFF = PERMISSIONS[Action.KYC_REVIEW]


class OfLead(Ask):
    """A lead by its id."""

    lead_id: LeadId


class OfCustomer(Ask):
    """A customer by its id."""

    customer_id: CustomerId


class Accesses(OneDocument):
    """A page of who read a document."""

    offset: Offset = 0
    limit: Limit = 25


class KycLog(OfCustomer):
    """A page of what happened to a customer's papers."""

    offset: Offset = 0
    limit: Limit = 25


@endpoint("GET", "leads/{leadId:regex(^LEAD-[0-9]+$)}/docs", EVERYONE)
def list_lead_documents(ask: OfLead, ctx: Context) -> Json[LeadDocuments]:
    """List a lead's documents, newest first, and how many of its seven places are taken.

    Deleted and expired ones are not among them.
    """
    with ctx.finish() as last:
        found = documents.of_lead(last, ctx.caller, ask.lead_id, uploads.LARGEST_COUNT)
    return Json(ctx.found(found.fetchone(), "lead", ask.lead_id))


@endpoint("GET", "customers/{customerId:regex(^CUST-[0-9]+$)}/kyc", EVERYONE)
def list_kyc_documents(ask: OfCustomer, ctx: Context) -> Json[Documents]:
    """List a customer's KYC documents, newest first, with their review."""
    with ctx.finish() as last:
        found = documents.of_customer(last, ctx.caller, ask.customer_id)
    return Json(ctx.found(found.fetchone(), "customer", ask.customer_id))


@endpoint("GET", "documents/{docId:regex(^DOC-[0-9]+$)}", EVERYONE)
def get_document(ask: OneDocument, ctx: Context) -> Json[Document]:
    """Show one document: where its check and its review stand."""
    with ctx.finish() as last:
        found = documents.one(last, ctx.caller, ask.doc_id)
    return Json(ctx.found(found.fetchone(), "document", ask.doc_id))


@endpoint("GET", "documents/{docId:regex(^DOC-[0-9]+$)}/versions", EVERYONE)
def list_versions(ask: OneDocument, ctx: Context) -> Json[Documents]:
    """List all versions of a document, newest first, with what became of each."""
    with ctx.finish() as last:
        found = documents.versions(last, ctx.caller, ask.doc_id)
    return Json(ctx.found(found.fetchone(), "document", ask.doc_id))


@endpoint("GET", "documents/{docId:regex(^DOC-[0-9]+$)}/accesses", STAFF)
def list_accesses(ask: Accesses, ctx: Context) -> Json[Page[Access]]:
    """List who was given a link to read a document, and when, newest first."""
    with ctx.finish() as last:
        found = documents.accesses(last, ctx.caller, ask.doc_id, ask.offset, ask.limit)
    return Json(ctx.found(found.fetchone(), "document", ask.doc_id))


@endpoint("GET", "customers/{customerId:regex(^CUST-[0-9]+$)}/kyc/log", STAFF)
def get_kyc_log(ask: KycLog, ctx: Context) -> Json[Page[KycEvent]]:
    """List what happened to a customer's KYC documents, newest first."""
    with ctx.finish() as last:
        found = kyc.log(last, ctx.caller, ask.customer_id, ask.offset, ask.limit)
    return Json(ctx.found(found.fetchone(), "customer", ask.customer_id))

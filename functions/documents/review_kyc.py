"""Approve or reject a customer's paper (rules.md 6.7; api.md 2.4)."""

from typing import Annotated

from pydantic import Field

from shared_code.context import Context
from shared_code.documents import intake
from shared_code.endpoints import endpoint
from shared_code.errors import not_found
from shared_code.messaging import news
from shared_code.rules.kyc import Review, check_review
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.rules.uploads import DocumentState
from shared_code.sql import documents, kyc
from shared_code.wire import Json
from shared_code.wire.documents import Document, OneDocument
from shared_code.wire.fields import Reason

REVIEWERS = PERMISSIONS[Action.KYC_REVIEW]
REFUSALS = ("KYC_LOCKED", "DOCUMENT_STATE")


class Rejection(OneDocument):
    """What is wrong with a KYC document."""

    reason: Annotated[
        Reason,
        Field(description="what is wrong, for the customer to read", examples=["The photograph is not readable."]),
    ]


@endpoint("PATCH", "documents/{docId:regex(^DOC-[0-9]+$)}/approve", REVIEWERS, refusals=REFUSALS)
def approve_document(ask: OneDocument, ctx: Context) -> Json[Document]:
    """Approve a KYC document that waits for review; it is locked then, neither replaced nor deleted.

    The customer and its partners are told. 404 for a document of a lead.
    """
    return _review(ctx, ask.doc_id, Review.APPROVED, None)


@endpoint("PATCH", "documents/{docId:regex(^DOC-[0-9]+$)}/reject", REVIEWERS, refusals=REFUSALS)
def reject_document(ask: Rejection, ctx: Context) -> Json[Document]:
    """Reject a KYC document that waits for review, and say why; another one can be sent then.

    The customer and its partners are told. 404 for a document of a lead.
    """
    return _review(ctx, ask.doc_id, Review.REJECTED, ask.reason)


def _review(ctx: Context, doc_id: str, review: Review, reason: str | None) -> Json[Document]:
    paper, _ = intake.standing_of(ctx, doc_id)
    if paper.customer_id is None:
        raise not_found("paper of a customer")
    check_review(DocumentState(paper.state), paper.review)
    with ctx.finish() as last:
        kyc.review(last, doc_id, review.value, reason)
        kyc.note(last, ctx.caller, doc_id, "rejected" if reason else "approved", reason=reason)
        news.kyc_reviewed(last, ctx.caller, paper.customer_id, doc_id, paper.doc_type, reason)
        document = documents.one(last, ctx.caller, doc_id)
    return Json(ctx.there(document.fetchone()))

"""Answer a link to one blob: to read a document, or to send a new one (rules.md 6.3, 6.8; api.md 2.4)."""

from typing import Annotated, Literal

from pydantic import Field
from pydantic.alias_generators import to_camel

from shared_code.adapters import blobs
from shared_code.context import Context
from shared_code.documents import intake
from shared_code.endpoints import EVERYONE, endpoint
from shared_code.errors import not_found
from shared_code.rules.kyc import KycType
from shared_code.rules.refusal import Refusal, forbidden, invalid
from shared_code.rules.scope import Role, may_read_older
from shared_code.sql import documents
from shared_code.wire import Ask
from shared_code.wire.documents import ContentType, FileSize, ReadLink, UploadSlot
from shared_code.wire.fields import CustomerId, DocId, FileName, LeadId

READING, SENDING = {"doc_id", "version"}, {"doc_type", "lead_id", "customer_id", "kyc_type"}


class LinkAsk(Ask):
    """To read: docId, and a version. To send: docType LEAD with leadId, or KYC; what the file is, the check finds."""

    doc_id: DocId | None = None
    version: Annotated[
        int | None, Field(ge=1, le=1_000_000, description="to read an older version, by Admin and KAM alone")
    ] = None
    doc_type: Annotated[
        Literal["LEAD", "KYC"] | None, Field(description="to send a file: a document of a lead, or a KYC document")
    ] = None
    lead_id: LeadId | None = None
    customer_id: CustomerId | None = None
    kyc_type: Annotated[KycType | None, Field(description="with KYC: which one, by default Other")] = None
    file_name: FileName | None = None
    content_type: ContentType | None = None
    file_size: FileSize | None = None

    def check_form(self) -> None:
        """Refuse what belongs to neither form, or to both."""
        asked = self.model_fields_set
        wrong = {}
        if self.doc_id is not None:
            wrong = dict.fromkeys(asked - READING, "is not asked together with docId")
        elif self.doc_type is None:
            wrong = {"doc_id": "this is needed to read a document", "doc_type": "or this, to send one"}
        elif self.doc_type == "LEAD":
            wrong = dict.fromkeys(asked & {"customer_id", "kyc_type"}, "is not asked for a lead's document")
            wrong |= {} if self.lead_id else {"lead_id": "is missing"}
        else:
            wrong = dict.fromkeys(asked & {"lead_id"}, "is not asked for a customer's paper")
        if wrong:
            raise invalid({to_camel(name): what for name, what in wrong.items()})


@endpoint(
    "GET",
    "documents/sas",
    EVERYONE,
    address_limit="upload",
    uncounted_with="docId",
    refusals=(
        "NOT_FOUND",
        "OUT_OF_SCOPE",
        "DOCUMENT_LIMIT_EXCEEDED",
        "KYC_LOCKED",
        "DOCUMENT_STATE",
        *intake.REFUSALS,
    ),
)
def issue_link(ask: LinkAsk, ctx: Context) -> ReadLink | UploadSlot:
    """Get a link that reads a document, or one that sends a new file, each for 30 minutes.

    To read: `docId`. The link gives the newest accepted version as an attachment; that it was given is logged.

    To send: `docType` LEAD with `leadId`, or KYC with `customerId`, which a customer leaves out. As with
    `POST /docs` a place is reserved; here alone name, type and size may be left out, and the check judges the content.
    """
    ask.check_form()
    if ask.doc_id is not None:
        return _to_read(ctx, ask.doc_id, ask.version)
    return intake.reserve(ctx, _place(ctx, ask), ask.file_name, ask.content_type, ask.file_size)


def _to_read(ctx: Context, doc_id: str, version: int | None) -> ReadLink:
    with ctx.finish() as last:
        found = documents.serve(last, ctx.caller, doc_id, version, may_read_older(ctx.caller.role))
    file = ctx.found(found.fetchone(), "document", doc_id)
    if not file.is_there:
        raise not_found("version of this document")
    if not file.may_read:
        raise forbidden("Older versions are shown to Solarium's staff.")
    if file.blob_name is None:
        raise Refusal("DOCUMENT_STATE", f"The document is {file.state}: there is no checked file to read.")
    until = ctx.now + blobs.LINK_LIFE
    link = blobs.read_link(ctx.settings, "docs", file.blob_name, until, file.file_name or doc_id)
    return ReadLink(sas_url=link, expires_at=until)


def _place(ctx: Context, ask: LinkAsk) -> intake.Place:
    if ask.lead_id:
        return intake.of_lead(ask.lead_id, None)
    own = ctx.caller.user_id if ctx.caller.role is Role.CUSTOMER else None
    customer_id = ask.customer_id or own
    if customer_id is None:
        raise invalid({"customerId": "is missing"})
    return intake.of_customer(customer_id, ask.kyc_type or KycType.OTHER)

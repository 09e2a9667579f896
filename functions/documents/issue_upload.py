"""Take in a file for a lead, a customer's papers or a document that is there: five doors, one way (api.md 2.4)."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, ConfigDict, Field

from shared_code.context import Context
from shared_code.documents import intake
from shared_code.documents.intake import REFUSALS
from shared_code.endpoints import endpoint
from shared_code.rules.kyc import KycType
from shared_code.rules.refusal import invalid
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.wire import Json
from shared_code.wire.documents import Document, FileAsk, UploadSlot
from shared_code.wire.fields import CustomerId, DocId, LeadId
from shared_code.wire.kinds import told, way

UPLOADERS = PERMISSIONS[Action.UPLOAD]
DocType = Annotated[
    str,
    Field(max_length=100),
    told("what it is, in a few words", "Light Bill", pattern="^[A-Za-z0-9._-][A-Za-z0-9 ._-]{0,39}$"),
]
Paper = Annotated[KycType, BeforeValidator(lambda kind: kind.strip() if isinstance(kind, str) else kind)]


FILE = {"fileName": "light-bill.pdf", "contentType": "application/pdf", "fileSize": 182044}


class LeadFile(FileAsk):
    """A file for a lead; its docType is General unless it is said."""

    lead_id: LeadId
    doc_type: DocType | None = None


class KycFile(FileAsk):
    """A file for a customer's papers."""

    customer_id: CustomerId
    doc_type: Paper


class AnyFile(FileAsk):
    """A file for a lead, or for a customer's papers, whose docType is needed."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [way("leadId", "customerId"), way("customerId", "leadId", docType=list(KycType))]}
    )
    examples: ClassVar = {
        "for a lead": FILE | {"leadId": "LEAD-1001", "docType": "Light Bill"},
        "for a customer's papers": FILE | {"customerId": "CUST-1001", "docType": "PAN Card"},
    }

    lead_id: LeadId | None = None
    customer_id: CustomerId | None = None
    doc_type: DocType | None = None

    def place(self) -> intake.Place:
        """Where it belongs. Raises `VALIDATION_ERROR` unless one of lead and customer is named."""
        if self.lead_id and not self.customer_id:
            return intake.of_lead(self.lead_id, self.doc_type)
        if self.customer_id and not self.lead_id:
            return intake.of_customer(self.customer_id, self.doc_type)
        raise invalid({"leadId": "this or customerId is needed, not both"})


class NextVersion(FileAsk):
    """A file for a document that is there."""

    doc_id: DocId


@endpoint(
    "POST",
    "leads/{leadId:regex(^LEAD-[0-9]+$)}/docs",
    UPLOADERS,
    created=True,
    address_limit="upload",
    refusals=("DOCUMENT_LIMIT_EXCEEDED", "DOCUMENT_STATE", *REFUSALS),
)
def issue_lead_upload(ask: LeadFile, ctx: Context) -> UploadSlot | Json[Document]:
    """Reserve one of a lead's seven places and answer where to PUT the file; a file that came along is checked now."""
    return intake.take(ctx, ask, intake.of_lead(ask.lead_id, ask.doc_type))


@endpoint(
    "POST",
    "customers/{customerId:regex(^CUST-[0-9]+$)}/kyc",
    UPLOADERS,
    created=True,
    address_limit="upload",
    refusals=("KYC_LOCKED", "DOCUMENT_STATE", *REFUSALS),
)
def issue_kyc_upload(ask: KycFile, ctx: Context) -> UploadSlot | Json[Document]:
    """The same for a customer's paper; of each type but Other there is one, which goes on as its next version."""
    return intake.take(ctx, ask, intake.of_customer(ask.customer_id, ask.doc_type))


@endpoint(
    "POST",
    "docs",
    UPLOADERS,
    created=True,
    address_limit="upload",
    refusals=("NOT_FOUND", "OUT_OF_SCOPE", "DOCUMENT_LIMIT_EXCEEDED", "KYC_LOCKED", "DOCUMENT_STATE", *REFUSALS),
)
def issue_upload(ask: AnyFile, ctx: Context) -> UploadSlot | Json[Document]:
    """The same for a lead or a customer named in the body."""
    return intake.take(ctx, ask, ask.place())


@endpoint(
    "POST",
    "documents/{docId:regex(^DOC-[0-9]+$)}/replace",
    UPLOADERS,
    created=True,
    address_limit="upload",
    refusals=("DOCUMENT_LIMIT_EXCEEDED", "KYC_LOCKED", "DOCUMENT_STATE", *REFUSALS),
)
def replace_document(ask: NextVersion, ctx: Context) -> UploadSlot | Json[Document]:
    """The same for the next version of a document; the newest accepted one is served until it is checked."""
    return intake.take(ctx, ask, intake.of_document(ask.doc_id))

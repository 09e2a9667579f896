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
    """A file for a lead."""

    lead_id: LeadId
    doc_type: Annotated[DocType | None, Field(description="what it is, in a few words; by default General")] = None


class KycFile(FileAsk):
    """A file for a customer's KYC document."""

    customer_id: CustomerId
    doc_type: Annotated[Paper, Field(description="which of a customer's KYC documents it is")]


class AnyFile(FileAsk):
    """A file for a lead, or for a customer's KYC document, whose docType is needed."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [way("leadId", "customerId"), way("customerId", "leadId", docType=list(KycType))]}
    )
    examples: ClassVar = {
        "for a lead": FILE | {"leadId": "LEAD-1001", "docType": "Light Bill"},
        "for a customer": FILE | {"customerId": "CUST-1001", "docType": "PAN Card"},
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
    """A file that becomes the next version of a document."""

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
    """Send a document for a lead, which has places for seven.

    As JSON: a place is reserved, the answer says where to PUT the file within 30 minutes, and it is checked when it has
    come. As a form with the part `file`: the file is checked before the answer, which is the document; a file that is
    refused is 400 and takes no place. PDF, JPEG and PNG files of at most 10 MB are taken, other than encrypted or
    scripted PDFs; an image is written anew, without EXIF and GPS.
    """
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
    """Send a KYC document of a customer, in the same two ways as a document of a lead.

    A customer has one of each type, and any number of Other: what is sent again for a type becomes the next version of
    the one that is there. An approved one is locked (409). Admins and the KAM are told that there is one to review.
    """
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
    """Send a document of a lead or a KYC document of a customer, whichever the body names.

    It is `POST /leads/{leadId}/docs` or `POST /customers/{customerId}/kyc` by another door.
    """
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
    """Send the next version of a document, in the same two ways as a new document.

    The newest accepted version is served until the new one is accepted, and after that it stays readable for Admins and
    KAMs. A document that is awaited or being checked, and an approved KYC document, are not replaced (409).
    """
    return intake.take(ctx, ask, intake.of_document(ask.doc_id))

"""Documents, as the clients send and see them (api.md 2.4)."""

from typing import Annotated, Literal

from pydantic import Field, PrivateAttr

from shared_code.rules.scope import Role
from shared_code.rules.uploads import FILE_TYPES, LARGEST_BYTES
from shared_code.wire import Ask, View
from shared_code.wire.fields import DocId, FileName, Instant, Short
from shared_code.wire.kinds import told

ContentType = Annotated[
    Short,
    told(
        "its type; name and content must agree with it",
        "application/pdf",
        enum=[kind.content_type for kind in FILE_TYPES],
    ),
]
FileSize = Annotated[
    int,
    Field(ge=0, description="in bytes", examples=[182_044], json_schema_extra={"minimum": 1, "maximum": LARGEST_BYTES}),
]


class FileAsk(Ask):
    """A file that a client is about to send; or that comes along as the part `file` of a form."""

    file_name: FileName
    content_type: ContentType
    file_size: FileSize
    _content: bytes | None = PrivateAttr(None)

    @property
    def content(self) -> bytes | None:
        """The file itself, if it came along."""
        return self._content

    def take(self, content: bytes) -> None:
        """Let the file come along."""
        self._content = content


class OneDocument(Ask):
    """A document by its id."""

    doc_id: DocId


class Document(View):
    """A document of a lead, or a KYC document of a customer.

    Version, name, type and size are those of its newest accepted version, which is served while a newer one is checked.
    `state`: Reserved (the file is awaited), Checking, Accepted, or Rejected for `reason`; Expired: none came in time.
    """

    doc_id: str
    lead_id: Annotated[str | None, Field(description="whose document it is; null for a KYC document")]
    customer_id: Annotated[str | None, Field(description="whose KYC document it is; null for a lead's")]
    doc_type: str
    file_name: str | None
    content_type: str | None
    size_bytes: int | None
    state: Annotated[
        Literal["Reserved", "Checking", "Accepted", "Rejected", "Expired", "Deleted"], Field(examples=["Accepted"])
    ]
    review_status: Annotated[
        Literal["Pending Review", "Approved", "Rejected"] | None,
        Field(description="of a KYC document: what Solarium's staff say of it; of others, and before its check, null"),
    ]
    reason: Annotated[str | None, Field(description="why the check or the review rejected it", examples=[None])]
    version: int
    uploaded_by: str
    uploaded_at: Instant


class LeadDocuments(View):
    """A lead's documents; `activeCount` of `limit` places are taken: awaited, being checked or accepted."""

    items: list[Document]
    active_count: int
    limit: int


class Documents(View):
    """A customer's KYC documents, or the versions of a document."""

    items: list[Document]


class Access(View):
    """Who was given a link to read which version, when."""

    user_id: str
    user_name: str
    role: Role
    version: int
    at: Instant


class KycEvent(View):
    """What happened to a customer's KYC document."""

    id: Annotated[str, Field(examples=["1001"])]
    doc_id: str
    doc_type: str
    version: int | None
    action: Literal["uploaded", "replaced", "restored", "approved", "rejected", "deleted"]
    actor_id: str | None
    actor_name: str | None
    at: Instant
    reason: str | None


class UploadSlot(View):
    """Where to PUT the file, once, with these headers, until `expiresAt`.

    It is checked when it has come: `GET /documents/{docId}` says how that ended.
    """

    doc_id: str
    sas_url: Annotated[str, Field(description="takes the file's bytes as the body, without a token of ours")]
    method: Literal["PUT"] = "PUT"
    headers: Annotated[dict[str, str], Field(description="to be sent with the file, exactly these")]
    expires_at: Instant
    max_size_bytes: int


class ReadLink(View):
    """A link that reads one file, as an attachment, until `expiresAt`."""

    sas_url: str
    expires_at: Instant

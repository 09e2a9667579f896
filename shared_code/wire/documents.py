"""Documents, as the clients send and see them (api.md 2.4)."""

from typing import Annotated, Literal

from pydantic import Field, PrivateAttr

from shared_code.rules.uploads import FILE_TYPES, LARGEST_BYTES
from shared_code.wire import Ask, View
from shared_code.wire.fields import DocId, FileName, Instant, Short
from shared_code.wire.kinds import told

ContentType = Annotated[
    Short,
    told("what is in the file", "application/pdf", enum=[kind.content_type for kind in FILE_TYPES]),
]
FileSize = Annotated[
    int,
    Field(ge=0, description="bytes", examples=[182_044], json_schema_extra={"minimum": 1, "maximum": LARGEST_BYTES}),
]


class FileAsk(Ask):
    """A file that a client is about to send, its size in bytes; or that comes along as the part `file` of a form."""

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
    """One document of a lead, or one paper of a customer; version and content are those of the newest accepted one."""

    doc_id: str
    doc_type: str
    file_name: str | None
    content_type: str | None
    size_bytes: int | None
    state: Literal["Reserved", "Checking", "Accepted", "Rejected", "Expired", "Deleted"]
    review_status: Literal["Pending Review", "Approved", "Rejected"] | None
    reason: str | None
    version: int
    uploaded_by: str
    uploaded_at: Instant


class LeadDocuments(View):
    """A lead's documents; `activeCount` of `limit` slots are taken."""

    items: list[Document]
    active_count: int
    limit: int


class Documents(View):
    """A customer's papers, or the versions of a document."""

    items: list[Document]


class Access(View):
    """Who was given a link to read which version, when."""

    user_id: str
    user_name: str
    role: str
    version: int
    at: Instant


class KycEvent(View):
    """What happened to a customer's paper."""

    id: str
    doc_id: str
    doc_type: str
    version: int | None
    action: Literal["uploaded", "replaced", "restored", "approved", "rejected", "deleted"]
    actor_id: str | None
    actor_name: str | None
    at: Instant
    reason: str | None


class UploadSlot(View):
    """Where to PUT the file, once, with these headers, until `expiresAt`."""

    doc_id: str
    sas_url: str
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str]
    expires_at: Instant
    max_size_bytes: int


class ReadLink(View):
    """A link that reads one file, as an attachment, until `expiresAt`."""

    sas_url: str
    expires_at: Instant

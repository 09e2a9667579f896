"""Documents, as the clients see them (api.md 2.4)."""

from typing import Literal

from shared_code.wire import View
from shared_code.wire.fields import Instant


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


class DocumentList(View):
    """A lead's documents; `activeCount` of `limit` slots are taken."""

    items: list[Document]
    active_count: int
    limit: int


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

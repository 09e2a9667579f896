"""Which files are taken, how many, and under which names they are kept (rules.md 6.1-6.3)."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared_code.rules.refusal import Refusal, invalid

LARGEST_BYTES = 10 * 1024 * 1024
LARGEST_COUNT = 7
DEFAULT_DOC_TYPE = "General"

_DOC_TYPE = re.compile(r"[A-Za-z0-9 ._-]{1,40}")


class DocumentState(StrEnum):
    """Where a document stands (rules.md 6.5)."""

    RESERVED = "Reserved"
    CHECKING = "Checking"
    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    EXPIRED = "Expired"
    DELETED = "Deleted"


ACTIVE = (DocumentState.RESERVED, DocumentState.CHECKING, DocumentState.ACCEPTED)


@dataclass(frozen=True)
class FileType:
    """A kind of file: its media type, the file name extensions it goes by, the first bytes of its content."""

    content_type: str
    extensions: tuple[str, ...]
    signature: bytes

    @property
    def extension(self) -> str:
        """The one under which we keep it."""
        return self.extensions[0]


PDF = FileType("application/pdf", ("pdf",), b"%PDF-")
JPEG = FileType("image/jpeg", ("jpg", "jpeg"), b"\xff\xd8\xff")
PNG = FileType("image/png", ("png",), b"\x89PNG\r\n\x1a\n")
FILE_TYPES = (PDF, JPEG, PNG)
SIGNATURE_BYTES = max(len(kind.signature) for kind in FILE_TYPES)


def check_declared(file_name: str | None, content_type: str | None, size_bytes: int | None) -> FileType | None:
    """The type of a file that a client declares; None where it declares neither name nor type.

    Raises `UNSUPPORTED_FILE_TYPE` where extension and declared type are not ours or do not agree, `FILE_TOO_LARGE`,
    `VALIDATION_ERROR` for an empty file.
    """
    kind = None
    if content_type is not None:
        kind = next((kind for kind in FILE_TYPES if content_type.strip().lower() == kind.content_type), None)
        if kind is None:
            raise _unsupported({"contentType": f"one of {', '.join(kind.content_type for kind in FILE_TYPES)}"})
    if file_name is not None:
        stem, _, extension = file_name.lower().rpartition(".")
        named = next((kind for kind in FILE_TYPES if stem and extension in kind.extensions), None)
        if named is None:
            raise _unsupported({"fileName": "must end in .pdf, .jpg, .jpeg or .png"})
        if kind not in (None, named):
            raise _unsupported({"contentType": f"must be {named.content_type} for a .{extension} file"})
        kind = named
    if size_bytes is not None:
        check_size(size_bytes)
    return kind


def check_size(size_bytes: int) -> None:
    """Refuse an empty file (`VALIDATION_ERROR`) and one over 10 MB (`FILE_TOO_LARGE`)."""
    if size_bytes < 1:
        raise invalid({"fileSize": "the file is empty"})
    if size_bytes > LARGEST_BYTES:
        details = {"fileSize": f"at most {LARGEST_BYTES} bytes"}
        raise Refusal("FILE_TOO_LARGE", "The file is larger than 10 MB; send a smaller one.", details)


def recognise(head: bytes) -> FileType | None:
    """The type whose signature stands at byte 0. head: at least the first `SIGNATURE_BYTES` of the content."""
    return next((kind for kind in FILE_TYPES if head.startswith(kind.signature)), None)


def check_content(head: bytes, declared: FileType | None) -> FileType:
    """The type of a content, refused as `UNSUPPORTED_FILE_TYPE` where it is not the declared one.

    declared: None where nothing was declared, so that the content alone decides.
    """
    kind = recognise(head)
    if kind is None:
        raise _unsupported({"file": "the content is neither a PDF nor a JPEG or PNG image"})
    if declared not in (None, kind):
        raise _unsupported({"file": f"the content is {kind.content_type}, which is not what the name says"})
    return kind


def check_slot(active: int) -> None:
    """Refuse the eighth document of a lead. active: how many it has in an `ACTIVE` state (rules.md 6.2)."""
    if active >= LARGEST_COUNT:
        message = f"The lead has {active} documents; delete one before you add another."
        raise Refusal("DOCUMENT_LIMIT_EXCEEDED", message, {"activeCount": active, "limit": LARGEST_COUNT})


def check_replaceable(state: DocumentState) -> None:
    """Refuse another version of a document whose first one is still on its way, or never came: `DOCUMENT_STATE`."""
    if state not in (DocumentState.ACCEPTED, DocumentState.REJECTED):
        raise Refusal("DOCUMENT_STATE", f"The document is {state}: it can be replaced once it was checked.")


def lead_doc_type(text: str | None) -> str:
    """The docType of a lead's document (api.md 2.4), else `VALIDATION_ERROR`."""
    if text is None:
        return DEFAULT_DOC_TYPE
    if not _DOC_TYPE.fullmatch(text.strip()):
        raise invalid({"docType": "1 to 40 letters, digits, spaces, dots, underscores and hyphens are needed"})
    return text.strip()


def stored_name(environment: str, day: date, doc_id: str, version: int, kind: FileType) -> str:
    """The name of the checked bytes within the container `docs`; day: when they are stored (rules.md 6.3)."""
    return f"{environment}/{day:%Y/%m}/{doc_id}/v{version}.{kind.extension}"


def _unsupported(details: dict[str, str]) -> Refusal:
    return Refusal("UNSUPPORTED_FILE_TYPE", "Only PDF, JPEG and PNG files are taken.", details)

"""The outcome of checking an uploaded document, and what the uploader is told about it (rules.md 6.1, 6.4)."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

_PRINT_ANEW = "Please print it to a new PDF and send that one."

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "FILE_EMPTY": "Your file is empty.",
        "FILE_TOO_LARGE": "Your file is larger than 10 MB.",
        "FILE_TOO_COMPLEX": "Your file is too complex to be checked. Please send a simpler or smaller one.",
        "TYPE_NOT_ALLOWED": "Only PDF, JPEG and PNG files can be uploaded.",
        "TYPE_MISMATCH": "Your file is not of the type its name says. Please send a genuine PDF, JPEG or PNG file.",
        "PDF_DAMAGED": f"Your PDF is damaged and cannot be read. {_PRINT_ANEW}",
        "PDF_ENCRYPTED": "Your PDF is protected by a password or against changes. Please send an unprotected copy.",
        "PDF_TOO_MANY_PAGES": "Your PDF has more than 200 pages.",
        "PDF_JAVASCRIPT": f"Your PDF contains a script. {_PRINT_ANEW}",
        "PDF_LAUNCH": f"Your PDF would start a program. {_PRINT_ANEW}",
        "PDF_EMBEDDED_FILE": f"Your PDF contains another file. {_PRINT_ANEW}",
        "PDF_FORM_SUBMISSION": f"Your PDF contains a form that sends or fetches data. {_PRINT_ANEW}",
        "PDF_XFA": f"Your PDF contains a dynamic form. {_PRINT_ANEW}",
        "PDF_RICH_MEDIA": f"Your PDF contains video, sound or 3D content. {_PRINT_ANEW}",
        "PDF_EXTERNAL_REFERENCE": f"Your PDF refers to something outside of it other than a web page. {_PRINT_ANEW}",
        "PDF_UNKNOWN_ACTION": f"Your PDF would do something that is not allowed. {_PRINT_ANEW}",
        "IMAGE_DAMAGED": "Your image is damaged or incomplete. Please take or save it again.",
        "IMAGE_TOO_LARGE": "Your image has more than 50 megapixels. Please send a smaller one.",
        "IMAGE_ANIMATED": "Your image has several frames. Please send a still image.",
        "CHECK_TIMED_OUT": "Your file took too long to be checked. Please send a simpler or smaller one.",
        "CHECKER_FAILED": "Your file could not be checked. Please send it again.",
    }
)
# What libraries raise, besides errors of their own, when a file does not make sense.
NONSENSE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NameError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
# A document can grow when it is taken apart; nothing larger is served.
LARGEST_CLEAN_BYTES = 32 * 1024 * 1024
MAX_PIXELS = 50_000_000


class RefusedError(Exception):
    """The file breaks a rule; `reason` is one of the codes in SENTENCES."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Verdict:
    """Accepted: the bytes to be served and their SHA-256 in hex. Refused: a stable code and a sentence for people."""

    accepted: bool
    reason: str | None = None
    sentence: str | None = None
    content: bytes | None = field(default=None, repr=False)
    sha256: str | None = None

    @classmethod
    def accept(cls, content: bytes) -> Self:
        """The verdict on a file whose checked bytes are `content`."""
        return cls(accepted=True, content=content, sha256=hashlib.sha256(content).hexdigest())

    @classmethod
    def refuse(cls, reason: str) -> Self:
        """The verdict on a file refused for `reason`; a code nobody knows counts as a failure of the checker."""
        known = reason if reason in SENTENCES else "CHECKER_FAILED"
        return cls(accepted=False, reason=known, sentence=SENTENCES[known])

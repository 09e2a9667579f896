"""One file of the corpus, and what has to become of it."""

from __future__ import annotations

from dataclasses import dataclass

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"


@dataclass(frozen=True)
class Sample:
    """A file as somebody uploads it. `reason`: the code it must be refused with, or none: it comes out clean."""

    kind: str
    name: str
    content: bytes
    content_type: str = PDF
    reason: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"

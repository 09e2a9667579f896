"""Decides whether an uploaded document may be kept, and makes the clean bytes that are served (rules.md 6.1, 6.4)."""

from __future__ import annotations

import atexit

from shared_code.adapters.upload_check.verdict import Verdict
from shared_code.adapters.upload_check.warden import Warden
from shared_code.rules import uploads

__all__ = ["Verdict", "check", "glance"]

_warden = Warden()
atexit.register(_warden.close)


def check(content: bytes, content_type: str) -> Verdict:
    """Judge one uploaded file of the declared `content_type` (rules.md 6.4, 6.5).

    Blocks for the warden's deadline at most, plus waiting in line. Never raises for what a file contains: an unknown
    type, a crash and a timeout are refusals too.
    """
    reason = glance(content, content_type)
    return Verdict.refuse(reason) if reason else _warden.examine(content, content_type)


def glance(content: bytes, content_type: str) -> str | None:
    """What is wrong with size, declared type or signature at byte 0 (rules.md 6.1), or None."""
    if content_type not in {kind.content_type for kind in uploads.FILE_TYPES}:
        return "TYPE_NOT_ALLOWED"
    if not content:
        return "FILE_EMPTY"
    if len(content) > uploads.LARGEST_BYTES:
        return "FILE_TOO_LARGE"
    kind = uploads.recognise(content[: uploads.SIGNATURE_BYTES])
    return None if kind and kind.content_type == content_type else "TYPE_MISMATCH"

"""Reads pictures where they stay packed, inside a PDF: what belongs to them, and how large they are (rules.md 6.4)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from shared_code.adapters.upload_check.verdict import MAX_PIXELS, RefusedError

_START, _END, _SCAN, _COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
# Of the applications' segments only JFIF's and Adobe's say how the colours are meant.
_FOREIGN = {_COMMENT, *range(0xE1, 0xEE), 0xEF}
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_JPX_SIZE = b"\xff\x4f\xff\x51"


def bare_jpeg(content: bytes) -> bytes:
    """The same picture without comments, EXIF, GPS position and whatever follows it.

    RefusedError when it is no JPEG or has too many pixels; struct.error when it ends within its description.
    """
    if not content.startswith(b"\xff\xd8\xff"):
        raise RefusedError("PDF_DAMAGED")
    kept = [content[start:end] for marker, start, end in _segments(content) if marker not in _FOREIGN]
    return b"\xff\xd8" + b"".join(kept) + b"\xff\xd9"


def judge_jpx(content: bytes) -> None:
    """RefusedError when this is no JPEG 2000 or one with too many pixels; struct.error when it ends too early."""
    start = content.find(_JPX_SIZE)
    if start < 0:
        raise RefusedError("PDF_DAMAGED")
    width, height = struct.unpack_from(">II", content, start + 8)
    _judge_size(width, height)


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment after the picture's start and before its end; a scan has its data."""
    place = _next(content, 2)
    while place < len(content) and (marker := content[place + 1]) != _END:
        (length,) = struct.unpack_from(">H", content, place + 2)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, place + 5)
            _judge_size(width, height)
        end = place + 2 + length
        following = _next(content, end)
        yield marker, place, following if marker == _SCAN else end
        place = following


def _next(content: bytes, place: int) -> int:
    """Where the next marker stands, or the end of the content."""
    found = _MARKER.search(content, place)
    return found.start() if found else len(content)


def _judge_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise RefusedError("FILE_TOO_COMPLEX")

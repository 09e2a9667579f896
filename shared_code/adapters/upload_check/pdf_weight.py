"""Keeps PDFs out that would choke whoever opens them: what they unpack to, how large their pictures are (6.4)."""

from __future__ import annotations

import zlib
from decimal import Decimal
from math import prod
from typing import Any

from pikepdf import Array, Dictionary, Name, Stream

from shared_code.adapters.upload_check.verdict import MAX_PIXELS, RefusedError

# Line art of one bit may have eight times the pixels of a photo.
_MAX_IMAGE_BITS = MAX_PIXELS * 8
_MAX_COLUMNS = 100_000
_MAX_STREAM, _MAX_DOCUMENT = 200 * 1024 * 1024, 400 * 1024 * 1024
_PIECE = 1 << 20
# What is left once everything else has been unpacked: ours, and the ways to pack pictures.
_FILTERS = (Name.FlateDecode, Name.DCTDecode, Name.JPXDecode, Name.JBIG2Decode, Name.CCITTFaxDecode)


class Scales:
    """Weighs the streams of one document, one after another."""

    def __init__(self) -> None:
        self._unpacked = 0

    def add(self, stream: Stream, entries: dict[str, Any]) -> None:
        """RefusedError when this stream, or all of them so far, unpack to more than can be borne, or cannot be."""
        if entries.get("/Subtype") == Name.Image and _picture_bits(entries) > _MAX_IMAGE_BITS:
            raise RefusedError("FILE_TOO_COMPLEX")
        if _columns(entries) > _MAX_COLUMNS:
            raise RefusedError("FILE_TOO_COMPLEX")
        packing = entries.get("/Filter")
        filters = list(packing) if isinstance(packing, Array) else [packing] if packing is not None else []
        if len(filters) > 1 or any(found not in _FILTERS for found in filters):
            raise RefusedError("PDF_DAMAGED")
        if Name.FlateDecode in filters:
            self._unpacked += _unpacked_size(stream.read_raw_bytes())
        if self._unpacked > _MAX_DOCUMENT:
            raise RefusedError("FILE_TOO_COMPLEX")


def _unpacked_size(packed: bytes) -> int:
    """How many bytes this unpacks to, never holding them all; zlib.error when it is broken."""
    unpacker, size = zlib.decompressobj(), 0
    while packed:
        size += len(unpacker.decompress(packed, _PIECE))
        if size > _MAX_STREAM:
            raise RefusedError("FILE_TOO_COMPLEX")
        packed = unpacker.unconsumed_tail
    return size


def _picture_bits(entries: dict[str, Any]) -> int:
    """The size of one colour channel."""
    return prod(_size(entries.get(key)) for key in ("/Width", "/Height")) * _size(entries.get("/BitsPerComponent", 8))


def _columns(entries: dict[str, Any]) -> int:
    """How wide the packing says that a line of a fax is."""
    parameters = entries.get("/DecodeParms")
    if isinstance(parameters, Array) and len(parameters):
        parameters = parameters[0]
    return _size(parameters.get("/Columns")) if isinstance(parameters, Dictionary) else 0


def _size(value: object) -> int:
    return abs(int(value)) if isinstance(value, int | Decimal) else 0

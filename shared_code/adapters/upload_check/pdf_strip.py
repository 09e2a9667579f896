"""Takes out of a PDF what its reader never sees and other programs might act on (rules.md 6.4)."""

from __future__ import annotations

import re
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, StreamDecodeLevel, String

from shared_code.adapters.upload_check import pictures
from shared_code.adapters.upload_check.pdf_walk import nodes
from shared_code.adapters.upload_check.verdict import RefusedError

# XMP and rich text are XML, with entities and references; the others are private drawers of an author's program.
_USELESS = {"/Metadata", "/PieceInfo", "/SpiderInfo", "/RC", "/RV"}
# A renamed destination would lead nowhere; addresses are judged, not changed.
_NO_TEXT = {"/D", "/Dest", "/URI", "/Base"}
_TAG = re.compile(r"<(?=[A-Za-z!/?])")
_PICTURES = (Name.DCTDecode, Name.JPXDecode, Name.JBIG2Decode, Name.CCITTFaxDecode)
_MOST_LAYERS = 3


def strip(document: Pdf) -> None:
    """Change `document` in place: no XML, no text that a browser could take for a tag, every picture packed once.

    RefusedError when a picture does not come out of its wrapping, or is none.
    """
    for node, entries in nodes(document):
        for key, value in entries.items():
            if key in _USELESS:
                del node[key]
            elif key not in _NO_TEXT:
                _defuse(node, key, value)
        if isinstance(node, Stream):
            _bare(node)


def _defuse(holder: Object, place: Any, value: object) -> None:
    """Part each `<` from what would make it a tag, in notes, titles and fields: web pages show them too."""
    if isinstance(value, String) and b"<" in bytes(value) and _TAG.search(str(value)):
        holder[place] = String(_TAG.sub("< ", str(value)))
    elif isinstance(value, Array) and (place == "/Opt" or isinstance(place, int)):
        for number, choice in enumerate(value):
            _defuse(value, number, choice)


def _bare(stream: Stream) -> None:
    """Empty XML; unwrap a picture that is packed in several layers, and take from a photo what is not the photo."""
    if stream.get("/Type") == Name.Metadata or stream.get("/Subtype") == Name.XML:
        stream.write(b"")
        return
    filters, parameters = _listed(stream.get("/Filter")), _listed(stream.get("/DecodeParms"))
    if Name.RunLengthDecode in filters and filters[-1] not in _PICTURES:
        stream.write(stream.read_bytes(StreamDecodeLevel.specialized))
    if not filters or filters[-1] not in _PICTURES:
        return
    content = _unwrapped(stream, filters[:-1], parameters[: len(filters) - 1])
    if filters[-1] == Name.DCTDecode:
        content = pictures.bare_jpeg(content)
    elif filters[-1] == Name.JPXDecode:
        pictures.judge_jpx(content)
    own = parameters[-1:] if len(parameters) == len(filters) else []
    stream.write(content, filter=Array(filters[-1:]), decode_parms=Array(own) if own else None)


def _unwrapped(stream: Stream, filters: list[Object], parameters: list[Object]) -> bytes:
    """The picture's own bytes; changes how the stream says it is packed."""
    if not filters:
        return stream.read_raw_bytes()
    if len(filters) >= _MOST_LAYERS:
        raise RefusedError("FILE_TOO_COMPLEX")
    stream["/Filter"], stream["/DecodeParms"] = Array(filters), Array(parameters)
    return stream.read_bytes(StreamDecodeLevel.specialized)


def _listed(value: object) -> list[Object]:
    """One filter or several, as a list; none for anything else."""
    return list(value) if isinstance(value, Array) else [value] if isinstance(value, Name | Dictionary) else []

"""Says what is dangerous in a file that the checker has let through; shares nothing with the checker."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import accumulate
from math import prod
from typing import Any

from PIL import Image

from tests.corpus.reader import Document, Name, read
from tests.corpus.sample import JPEG, PDF

# A document with one of these keys, or one of these names for what something is, can do more than be read.
KEYS = {
    "JavaScript", "JS", "EmbeddedFiles", "EF", "RF", "Collection", "XFA", "RichMediaContent", "3DD",
    "Renditions", "AlternatePresentations", "Metadata", "PieceInfo", "RC", "RV",
}  # fmt: skip
VALUES = {
    "JavaScript", "Launch", "EmbeddedFile", "Filespec", "FileAttachment", "SubmitForm", "ImportData", "RichMedia",
    "RichMediaExecute", "Movie", "Sound", "Screen", "Rendition", "3D", "U3D", "PRC", "GoTo3DView", "GoToR", "GoToE",
}  # fmt: skip
ACTIONS = {"GoTo", "GoToDp", "URI", "Named", "Hide", "ResetForm", "SetOCGState", "Trans", "Thread"}
COMMANDS = {"SaveAs", "Open", "Quit", "Close", "SendMail", "ImportFormData", None}
WEB = re.compile(rb"(https?://|www\.|mailto:|tel:)[^\\<>\x00-\x1f]*", re.IGNORECASE)
TAG = re.compile(rb"<\0?[A-Za-z!/?]")
NUMBERS = {"FontMatrix", "FontBBox", "Matrix", "BBox", "Widths"}
FUNCTION_NUMBERS = {"Domain", "Range", "C0", "C1", "Bounds", "Encode", "Decode", "Size"}
ADDRESSES = {"URI", "Base", "D", "Dest"}
PACKINGS = {None, "FlateDecode", "DCTDecode", "JPXDecode", "JBIG2Decode", "CCITTFaxDecode"}
OPERATORS = set(
    b"abs add and atan bitshift ceiling copy cos cvi cvr div dup eq exch exp false floor ge gt idiv if ifelse index le "
    b"ln log lt mod mul ne neg not or pop roll round sin sqrt sub true truncate xor { }".split()
)
LARGEST_STREAM, MOST_PAGES, MOST_PIXELS = 200 << 20, 200, 50_000_000


def dangers(content: bytes, content_type: str) -> list[str]:
    """What is wrong with this clean file, in words; nothing for one that may be served."""
    look = {PDF: _in_pdf, JPEG: _in_jpeg}.get(content_type, _in_png)
    try:
        return sorted(set(look(content)))
    except Exception as error:  # noqa: BLE001 -- what cannot be read must not be served
        return [f"unreadable: {error!r}"]


def _in_pdf(content: bytes) -> Iterator[str]:
    if not re.fullmatch(rb"%PDF-\d\.\d\n.*\n%%EOF\n", content, re.DOTALL):
        yield "something before or behind the PDF"
    document = read(content)
    if "Encrypt" in document.trailer:
        yield "protected"
    if not 1 <= _pages(document) <= MOST_PAGES:
        yield "number of pages"
    for entries, data in document.dictionaries():
        yield from (f"key {key}" for key in entries.keys() & KEYS)
        yield from (f"{value}" for value in _kinds(document, entries) if value in VALUES)
        yield from _in_texts(document, entries)
        yield from _in_actions(document, entries)
        yield from _in_numbers(document, entries)
        if data is not None:
            yield from _in_stream(document, entries, data)


def _pages(document: Document) -> int:
    """The leaves of the page tree."""
    root = document.find(document.trailer["Root"])
    pending, count = [document.find(root["Pages"])], 0
    while pending and count <= MOST_PAGES:
        node = pending.pop()
        kids = document.find(node.get("Kids"))
        pending += [document.find(kid) for kid in kids or []]
        count += kids is None
    return count


def _kinds(document: Document, entries: dict[str, Any]) -> set[str]:
    """What the dictionary says that it is."""
    said = (document.find(entries.get(key)) for key in ("S", "Type", "Subtype", "Subtype2"))
    return {name for name in said if isinstance(name, Name)}


def _in_texts(document: Document, entries: dict[str, Any]) -> Iterator[str]:
    for key, reference in entries.items():
        value = document.find(reference)
        if key in {"F", "UF", "DOS", "Mac", "Unix"} and isinstance(value, bytes):
            yield f"file {value!r}"
        if key in {"URI", "Base"} and isinstance(value, bytes) and not WEB.fullmatch(value):
            yield f"address {value!r}"
        shown = value if key == "Opt" and isinstance(value, list) else [value]
        if key not in ADDRESSES:
            yield from (f"tag in {text!r}" for text in shown if isinstance(text, bytes) and TAG.search(text))


def _in_actions(document: Document, entries: dict[str, Any]) -> Iterator[str]:
    triggers = document.find(entries.get("AA"))
    places = [entries.get(key) for key in ("A", "PA", "OpenAction", "Next")]
    places += triggers.values() if isinstance(triggers, dict) else []
    for place in map(document.find, places):
        for action in map(document.find, place if isinstance(place, list) else [place]):
            if isinstance(action, dict) and "S" in action and document.find(action["S"]) not in ACTIONS:
                yield f"action {action['S']!r}"
    if entries.get("S") == "Named" and document.find(entries.get("N")) in COMMANDS:
        yield "menu command"


def _in_numbers(document: Document, entries: dict[str, Any]) -> Iterator[str]:
    for key in entries.keys() & (FUNCTION_NUMBERS if "FunctionType" in entries else NUMBERS):
        values = document.find(entries[key])
        if not isinstance(values, list) or not all(isinstance(document.find(it), int | float) for it in values):
            yield f"{key} {values!r}"


def _in_stream(document: Document, entries: dict[str, Any], data: bytes) -> Iterator[str]:
    if "F" in entries:
        yield "data elsewhere"
    if "PS" in _kinds(document, entries) or "PS" in entries:
        yield "PostScript"
    width, height, depth = (document.find(entries.get(key, 8)) for key in ("Width", "Height", "BitsPerComponent"))
    if "Image" in _kinds(document, entries) and _product(width, height, depth) > 8 * MOST_PIXELS:
        yield "huge picture"
    packing = document.find(entries.get("Filter"))
    if isinstance(packing, list):
        packing = document.find(packing[0]) if len(packing) == 1 else "several"
    if packing not in PACKINGS:
        yield f"packed with {packing!r}"
    if packing == "DCTDecode" and re.search(rb"Exif\0\0|<script|%PDF-", data.partition(b"\xff\xda")[0]):
        yield "hidden before a photo"
    if packing == "DCTDecode" and not data.endswith(b"\xff\xd9"):
        yield "hidden behind a photo"
    if packing not in ("FlateDecode", None):
        return
    plain = zlib.decompressobj().decompress(data, LARGEST_STREAM + 1) if packing and data else data
    if len(plain) > LARGEST_STREAM:
        yield "bomb"
    if document.find(entries.get("FunctionType")) == 4 and not _calculates(plain):
        yield f"program {plain[:99]!r}"
    if plain and {"XML", "Metadata"} & _kinds(document, entries):
        yield "XML"


def _product(*sizes: Any) -> float:
    return prod(size if isinstance(size, int | float) else 0 for size in sizes)


def _calculates(program: bytes) -> bool:
    words = re.findall(rb"[{}]|[^\s\0{}]+", re.sub(rb"%[^\r\n]*", b"", program))
    depths = list(accumulate((word == b"{") - (word == b"}") for word in words))
    strange = [word for word in words if word not in OPERATORS and not re.fullmatch(rb"[-+.\d]+([eE][-+]?\d+)?", word)]
    return not strange and bool(depths) and 0 not in depths[:-1] and depths[-1] == 0 and max(depths) < 40


def _in_png(content: bytes) -> Iterator[str]:
    place = 8
    while place < len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        place += 12 + length
        if kind not in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            yield f"chunk {kind!r}"
        if (kind == b"IEND") != (place == len(content)):
            yield "something behind the picture"
    yield from _in_picture(content, "PNG")


def _in_jpeg(content: bytes) -> Iterator[str]:
    place = 2
    while content[place + 1] != 0xD9:
        marker, length = struct.unpack_from(">xBH", content, place)
        if marker == 0xFE or (0xE1 <= marker <= 0xEF and marker != 0xEE):
            yield f"segment {marker:x}"
        place += 2 + length
        if marker == 0xDA:
            found = re.compile(rb"\xff[^\0\xff\xd0-\xd7]").search(content, place)
            place = found.start() if found else len(content)
    if place + 2 != len(content):
        yield "something behind the picture"
    yield from _in_picture(content, "JPEG")


def _in_picture(content: bytes, image_format: str) -> Iterator[str]:
    with Image.open(BytesIO(content), formats=[image_format]) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            yield "too many pixels"
        if getattr(picture, "n_frames", 1) != 1:
            yield "several frames"
        if len(picture.getexif()):
            yield "EXIF"
        try:
            picture.load()
        except OSError:
            yield "damaged picture"

"""Writes PDFs byte by byte, well or badly, as no library would."""

from __future__ import annotations

import zlib

CATALOG, PAGES = b"<</Type/Catalog/Pages 2 0 R%s>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>%s>>"


def file(objects: list[bytes], version: bytes = b"1.4", extra: bytes = b"", noise: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1, the first its catalogue; `noise` stands before them."""
    parts, places = [b"%%PDF-%s\n" % version + noise], [0]
    for number, body in enumerate(objects, 1):
        places.append(places[-1] + len(parts[-1]))
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    content = b"".join(parts)
    table = b"".join(b"%010d 00000 n \n" % place for place in places[1:])
    tail = b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, extra, len(content))
    return content + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table) + tail


def document(
    catalog: bytes = b"", page: bytes = b"", *more: bytes, version: bytes = b"1.4", noise: bytes = b""
) -> bytes:
    """One blank page; `catalog` and `page` are further entries, `more` are further objects from number 4 on."""
    return file([CATALOG % catalog, PAGES, PAGE % page, *more], version, noise=noise)


def revised(content: bytes, number: int, body: bytes, extra: bytes = b"") -> bytes:
    """The file with a revision appended in which that object is another."""
    before = content[content.rindex(b"startxref") :].split()[1]
    place = len(content)
    content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, place)
    trailer = b"trailer\n<</Size 99/Root 1 0 R/Prev %s%s>>\n" % (before, extra)
    return content + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (len(content))


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """The body of a stream object."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(data), data)


def packed(data: bytes, entries: bytes = b"") -> bytes:
    """The body of a packed stream object."""
    return stream(zlib.compress(data, 9), entries + b"/Filter/FlateDecode")


def crowded(objects: dict[int, bytes]) -> bytes:
    """The body of an object stream with these objects."""
    heads, place = [], 0
    for number, content in objects.items():
        heads.append(b"%d %d " % (number, place))
        place += len(content) + 1
    head, body = b"".join(heads), b" ".join(objects.values())
    return packed(head + body, b"/Type/ObjStm/N %d/First %d" % (len(objects), len(head)))

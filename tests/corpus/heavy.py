"""Files made to exhaust whoever reads them: time, memory, stack, patience."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache, partial

from shared_code.rules.uploads import LARGEST_BYTES
from tests.corpus import by_hand
from tests.corpus.hostile_images import SIGNATURE, chunk, encoded, noise, resized
from tests.corpus.sample import JPEG, PDF, PNG, Sample

Kind = tuple[str, str, str | None, Callable[[], bytes]]
COMPLEX, DAMAGED, SLOW, PIXELS = "FILE_TOO_COMPLEX", "PDF_DAMAGED", "CHECK_TIMED_OUT", "IMAGE_TOO_LARGE"
PICTURE = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray"


@cache
def zeros(megabytes: int) -> bytes:
    """So much, packed to a thousandth."""
    packer, piece = zlib.compressobj(9), bytes(1 << 20)
    first = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 1
    for _ in range(megabytes):
        checksum = zlib.adler32(piece, checksum)
    return first + again * (megabytes - 1) + b"\x03\0" + checksum.to_bytes(4)


def content(body: bytes, *more: bytes) -> bytes:
    """One page whose content is that stream."""
    return by_hand.document(b"", b"/Contents 4 0 R", body, *more)


def flate(data: bytes, times: int = 1) -> bytes:
    return by_hand.stream(data, b"/Filter[%s]" % (b"/FlateDecode" * times))


def nested(opening: bytes, closing: bytes, depth: int) -> bytes:
    return by_hand.document(b"/X " + opening * depth + closing * depth)


def many_objects(count: int) -> bytes:
    """Without a table, so that each must be found."""
    objects = b"".join(b"%d 0 obj 1 endobj\n" % number for number in range(4, count))
    whole = by_hand.document()
    return whole[: whole.index(b"xref")] + objects + b"trailer<</Root 1 0 R/Size %d>>" % count


def many_referenced(count: int) -> bytes:
    """In one object stream of a few kilobytes."""
    crowd = by_hand.crowded(dict.fromkeys(range(9, count), b"<</A/B>>"))
    return by_hand.document(
        b"/X 4 0 R", b"", b"[%s]" % b"".join(b"%d 0 R " % number for number in range(9, count)), crowd
    )


def pages(kids: bytes, count: int, *more: bytes) -> bytes:
    tree = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count)
    return by_hand.file([by_hand.CATALOG % b"", tree, by_hand.PAGE % b"", *more])


def page_tree(depth: int) -> bytes:
    """Each node has one kid; the last one is the page."""
    nodes = [b"<</Type/Pages/Parent %d 0 R/Kids[%d 0 R]/Count 1>>" % (n - 1, n + 1) for n in range(4, depth)]
    return pages(b"4 0 R", 1, *nodes, by_hand.PAGE % b"")


def doubling(depth: int) -> bytes:
    """Each node has the next one twice: as many pages as two to the power of its depth."""
    nodes = [b"<</Type/Pages/Kids[%d 0 R %d 0 R]/Count 2>>" % (n + 1, n + 1) for n in range(4, depth)]
    return pages(b"4 0 R", 2, *nodes, by_hand.PAGE % b"")


def table(size: int, width: bytes = b"[1 4 2]", data: bytes | None = None, extra: bytes = b"") -> bytes:
    """The cross-reference stream is said to have so many entries."""
    body = b"%PDF-1.5\n"
    stream = by_hand.stream(
        zeros(9) if data is None else data,
        b"/Type/XRef/Filter/FlateDecode/Root 1 0 R/Size %d/W%s%s" % (size, width, extra),
    )
    return body + b"1 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream, len(body))


def looping_revision() -> bytes:
    whole = by_hand.document()
    start = whole[whole.rindex(b"startxref") :].split()[1]
    return whole.replace(b"/Root", b"/Prev %s/Root" % start)


def picture(body: bytes, filters: bytes, width: int = 10, height: int = 10, parameters: bytes = b"") -> bytes:
    entries = PICTURE % (width, height) + b"/Filter" + filters + parameters
    return by_hand.document(b"/X 4 0 R", b"", by_hand.stream(body, entries))


def jpx(width: int, height: int) -> bytes:
    return b"\xff\x4f\xff\x51" + struct.pack(">HHIIII", 41, 0, width, height, 0, 0) + bytes(40)


def padded(start: bytes, filler: bytes) -> bytes:
    """As large as a file may be."""
    return (start + filler * (LARGEST_BYTES // len(filler)))[:LARGEST_BYTES]


def drawing(width: int, height: int, colour: int, channels: int) -> bytes:
    """A real one of one colour."""
    line = bytes(1 + width * channels)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
    return SIGNATURE + header + chunk(b"IDAT", data) + chunk(b"IEND", b"")


PHOTO = partial(encoded, noise(), JPEG)
FAX = b"/DecodeParms<</K -1/Columns %d/Rows %d>>"
BUSY, DEFLATED = b"/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 4 0 R>>>>", b"/Filter/FlateDecode"
NO_WORDS = b"/DecodeParms<</JBIG2Globals 99 0 R>>"
PREDICTOR = b"/DecodeParms<</Predictor 15/Columns %d/Colors %d/BitsPerComponent 16>>"
WIDE = PREDICTOR % (2**31 - 1, 32)
# Kind of file, type, the reason to refuse it (None: it is as light as it is harmless), how it is made.
HEAVY: list[Kind] = [
    ("bomb of 190 MB", PDF, COMPLEX, lambda: content(flate(zeros(190)))),
    ("bomb of 210 MB", PDF, COMPLEX, lambda: content(flate(zeros(210)))),
    ("bomb of 3 GB", PDF, COMPLEX, lambda: content(flate(zeros(1024) * 3))),
    ("four bombs of 190 MB", PDF, COMPLEX, lambda: content(*[flate(zeros(190))] * 4)),
    ("bomb in a bomb", PDF, SLOW, lambda: content(flate(zlib.compress(zeros(2000), 9), 2))),
    ("bomb in a photo", PDF, DAMAGED, lambda: picture(zeros(1024), b"[/FlateDecode/DCTDecode]")),
    ("runs", PDF, DAMAGED, lambda: content(by_hand.stream(b"\x81a" * 4_000_000, b"/Filter/RunLengthDecode"))),
    ("a thousand layers", PDF, DAMAGED, lambda: content(flate(zlib.compress(b"x"), 1000))),
    ("predictor of gigabytes", PDF, COMPLEX, lambda: content(by_hand.stream(zeros(9), DEFLATED + WIDE))),
    ("200 000 objects", PDF, None, lambda: many_objects(200_000)),
    ("objects in a stream", PDF, None, lambda: many_referenced(150_000)),
    ("arrays in arrays", PDF, DAMAGED, lambda: nested(b"[", b"]", 2_000_000)),
    ("dictionaries in dictionaries", PDF, DAMAGED, lambda: nested(b"<</X", b">>", 1_000_000)),
    ("arrays never closed", PDF, DAMAGED, lambda: padded(b"%PDF-1.4\n1 0 obj\n", b"[")),
    ("text never closed", PDF, DAMAGED, lambda: padded(b"%PDF-1.4\n1 0 obj\n", b"(")),
    ("objects never closed", PDF, DAMAGED, lambda: padded(b"%PDF-1.4\n", b"1 0 obj<<")),
    ("name without end", PDF, DAMAGED, lambda: padded(b"%PDF-1.4\n1 0 obj\n/", b"a")),
    ("number without end", PDF, DAMAGED, lambda: padded(b"%PDF-1.4\n1 0 obj\n", b"9")),
    ("comments", PDF, DAMAGED, lambda: padded(b"%PDF-1.4\n", b"%\n")),
    ("nothing", PDF, DAMAGED, lambda: padded(b"%PDF-1.4\n", b"\0")),
    ("ends everywhere", PDF, DAMAGED, lambda: padded(b"%PDF-1.4\n", b"startxref\n9\n%%EOF\n")),
    ("trailers everywhere", PDF, DAMAGED, lambda: padded(b"%PDF-1.4\n", b"trailer<</Root 1 0 R>>\n")),
    ("pages in a circle", PDF, DAMAGED, lambda: pages(b"3 0 R 2 0 R", 2)),
    ("names among the pages", PDF, DAMAGED, lambda: by_hand.document().replace(b"[3 0 R]/Count 1", b"[/A 3 0 R]")),
    ("page listed 100 000 times", PDF, "PDF_TOO_MANY_PAGES", lambda: pages(b"3 0 R " * 100_000, 100_000)),
    ("pages 20 000 deep", PDF, DAMAGED, lambda: page_tree(20_000)),
    ("pages doubling 40 times", PDF, DAMAGED, lambda: doubling(40)),
    ("two billion pages", PDF, None, lambda: pages(b"3 0 R", 2**31 - 1)),
    ("pages of negative number", PDF, None, lambda: pages(b"3 0 R", -5)),
    ("revision before itself", PDF, None, looping_revision),
    ("length is the stream", PDF, None, lambda: content(b"<</Length 4 0 R>>stream\nx\nendstream")),
    ("reference to itself", PDF, None, lambda: by_hand.document(b"/X 4 0 R", b"", b"4 0 R")),
    ("actions in a circle", PDF, None, lambda: by_hand.document(b"/OpenAction 4 0 R", b"", b"<</S/GoTo/Next 4 0 R>>")),
    ("choices in a circle", PDF, DAMAGED, lambda: by_hand.document(b"/X<</Opt 4 0 R>>", b"", b"[4 0 R 4 0 R]")),
    ("form that draws itself", PDF, None, lambda: content(by_hand.stream(b"/X Do", BUSY))),
    ("table of two billion", PDF, DAMAGED, lambda: table(2**31 - 1)),
    ("table of nine million", PDF, DAMAGED, lambda: table(9_000_000 // 7)),
    ("table of wide entries", PDF, DAMAGED, lambda: table(99, b"[2147483647 2147483647 1]")),
    ("table of negative entries", PDF, DAMAGED, lambda: table(99, b"[-1 4 2]", extra=b"/Index[0 -99]")),
    ("table with a predictor", PDF, DAMAGED, lambda: table(99, extra=PREDICTOR % (2**30, 9))),
    ("photo of 4 gigapixels inside", PDF, COMPLEX, lambda: picture(resized(PHOTO(), 65_500, 65_500), b"/DCTDecode")),
    ("JPEG 2000 of 4 gigapixels", PDF, COMPLEX, lambda: picture(jpx(65_500, 65_500), b"/JPXDecode")),
    ("JPEG 2000 of nothing", PDF, DAMAGED, lambda: picture(b"\xff\x4f\xff\x51", b"/JPXDecode")),
    ("JPEG 2000 that is none", PDF, DAMAGED, lambda: picture(b"GIF89a" * 99, b"/JPXDecode")),
    ("fax of gigapixels", PDF, COMPLEX, lambda: picture(bytes(99), b"/CCITTFaxDecode", 65_500, 65_500)),
    ("fax of wide lines", PDF, COMPLEX, lambda: picture(bytes(99), b"/CCITTFaxDecode", 9, 9, FAX % (2**31 - 1, 9))),
    ("JBIG2 of gigapixels", PDF, COMPLEX, lambda: picture(bytes(99), b"/JBIG2Decode", 2**20, 2**20)),
    ("JBIG2 with its words missing", PDF, None, lambda: picture(b"x", b"/JBIG2Decode", 9, 9, NO_WORDS)),
    ("picture of real size", PDF, COMPLEX, lambda: picture(zeros(1), b"/FlateDecode", 1_000_000, 1_000_000)),
    ("50 megapixels in colour", PNG, None, lambda: drawing(10_000, 5_000, 2, 3)),
    ("50 megapixels with transparency", PNG, None, lambda: drawing(10_000, 5_000, 6, 4)),
    ("a pixel more than 50 millions", PNG, PIXELS, lambda: drawing(50_000_001, 1, 0, 1)),
    ("a photo of 10 MB", JPEG, None, lambda: padded(PHOTO(), b"\0")),
]  # fmt: skip


def samples() -> Iterator[Sample]:
    """Each of them, made when it is asked for."""
    return (Sample("heavy", name, make(), content_type, reason) for name, content_type, reason, make in HEAVY)

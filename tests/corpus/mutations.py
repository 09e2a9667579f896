"""Changes a file as somebody would who looks for a hole: by bytes, by words, by objects, by segments."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Sequence
from random import Random

from tests.corpus import by_hand
from tests.corpus.sample import JPEG, PDF, Sample

NAMES = (
    b"/A /AA /AF /Annots /AcroForm /BBox /C0 /Catalog /Collection /Contents /D /DCTDecode /DecodeParms /Dest "
    b"/Domain /EF /EmbeddedFile /EmbeddedFiles /Encrypt /F /FS /Fields /FileAttachment /Filespec /Filter "
    b"/FlateDecode /Font /FontMatrix /Form /FunctionType /GoTo /GoToE /GoToR /Image /ImportData /JBIG2Decode "
    b"/JPXDecode /JS /JavaScript /Kids /LZWDecode /Launch /Length /Link /Metadata /Movie /N /Named /Names /Next /O "
    b"/ObjStm /Opt /OpenAction /Outlines /PS /Page /Pages /Parent /Prev /RC /Range /Ref /Rendition /Resources "
    b"/RichMedia /Root /RunLengthDecode /S /Screen /Size /Sound /SubmitForm /Subtype /Subtype2 /T /Title /Type "
    b"/U3D /UF /URI /URL /V /W /Widget /Win /XFA /XML /XObject /XRef"
).split()
PIECES = (
    b"<</S/JavaScript/JS(x)>>", b"<</S/Launch/F(cmd.exe)>>", b"<</S/URI/URI(file:///x)>>", rb"(\\\\evil\\x)",
    b"<</Type/Filespec/F(x)/EF<</F 4 0 R>>>>", b"(<script>)", b"<FEFF003C0073>", b"[4 0 R/Fit]", b"true", b"-1",
    b"1 0 R", b"4 0 R", b"99999999999", b"1e9", b"0.5", b"null", b"<<", b">>", b"[", b"]", b"(", b")", b"%", b"\0",
    b"#", b"endobj", b"stream\n", b"endstream", b"xref", b"trailer<</Root 4 0 R>>", b"startxref 0", b"%%EOF",
    b"/S/JavaScript", b"/#4aS(x)",
)  # fmt: skip
NAME, NUMBER = re.compile(rb"/[A-Za-z0-9]+"), re.compile(rb"\d+")
OBJECT = re.compile(rb"\d+ 0 obj\b.*?\bendobj", re.DOTALL)
Mutation = Callable[[bytes, bytes, Random], bytes]


def flip(content: bytes, _: bytes, chance: Random) -> bytes:
    """One bit."""
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]


def overwrite(content: bytes, _: bytes, chance: Random) -> bytes:
    """A few bytes, often with the extremes."""
    place = chance.randrange(len(content))
    new = chance.choice([b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", chance.randbytes(3)])
    return content[:place] + new + content[place + len(new) :]


def leave_out(content: bytes, _: bytes, chance: Random) -> bytes:
    """A stretch."""
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randrange(1, 60) :]


def repeat(content: bytes, _: bytes, chance: Random) -> bytes:
    """A stretch somewhere else."""
    start, place = chance.randrange(len(content)), chance.randrange(len(content))
    return content[:place] + content[start : start + chance.randrange(1, 200)] + content[place:]


def cross(content: bytes, other: bytes, chance: Random) -> bytes:
    """The start of one, the end of the other."""
    return content[: chance.randrange(len(content))] + other[chance.randrange(len(other)) :]


def rename(content: bytes, _: bytes, chance: Random) -> bytes:
    """One name becomes another one."""
    return _replaced(content, NAME, chance.choice(NAMES), chance)


def renumber(content: bytes, _: bytes, chance: Random) -> bytes:
    """One number becomes another one: a reference, a length, a place, a size."""
    return _replaced(content, NUMBER, str(chance.choice([0, 1, 2, 3, 4, 5, 7, 255, 65_536, 2**31])).encode(), chance)


def insert(content: bytes, _: bytes, chance: Random) -> bytes:
    """A dangerous piece, as the value of a key that may be dangerous too, where a dictionary begins."""
    found = [it.end() for it in re.finditer(rb"<<|\[", content)]
    place = chance.choice(found) if found else chance.randrange(len(content))
    piece = chance.choice(NAMES) + b" " + chance.choice([*PIECES, *NAMES]) + b" "
    return content[:place] + piece + content[place:]


def transplant(content: bytes, other: bytes, chance: Random) -> bytes:
    """An object of the other file takes the place of one of ours."""
    organs = OBJECT.findall(other)
    if not organs:
        return insert(content, other, chance)
    body = chance.choice(organs).partition(b"obj")[2]
    return _replaced(content, OBJECT, b"%d 0 obj%s" % (chance.randrange(1, 9), body), chance)


def revise(content: bytes, other: bytes, chance: Random) -> bytes:
    """An object of the other file is appended as a revision."""
    organs = OBJECT.findall(other)
    if not organs or b"startxref" not in content:
        return insert(content, other, chance)
    body = chance.choice(organs).partition(b"obj")[2].removesuffix(b"endobj")
    return by_hand.revised(content, chance.randrange(1, 9), body)


def in_parts(content: bytes, other: bytes, chance: Random) -> bytes:
    """Segments of a photo or chunks of a drawing, with those of another one, in another order, with right sums."""
    split, join = (_segments, b"".join) if content.startswith(b"\xff\xd8") else (_chunks, _summed)
    parts, foreign = split(content), split(other) or [b""]
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(1, len(parts) + 1)
        new = chance.choice(
            [[], [chance.choice(parts)], [chance.choice(foreign)], [flip(parts[place - 1] or b"x", b"", chance)]]
        )
        parts[place - 1 : place] = new
        parts = parts or [b""]
    return join(parts)


def _replaced(content: bytes, pattern: re.Pattern[bytes], new: bytes, chance: Random) -> bytes:
    found = list(pattern.finditer(content))
    if not found:
        return content + new
    old = chance.choice(found)
    return content[: old.start()] + new + content[old.end() :]


def _segments(content: bytes) -> list[bytes]:
    return re.split(rb"(?<=.)(?=\xff[\xc0-\xcf\xd8-\xfe])", content, flags=re.DOTALL)


def _chunks(content: bytes) -> list[bytes]:
    """The signature, then each chunk's kind and data."""
    parts, place = [content[:8]], 8
    while place + 8 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        parts.append(content[place + 4 : place + 8 + length])
        place += 12 + length
    return parts


def _summed(parts: Sequence[bytes]) -> bytes:
    chunks = (struct.pack(">I", max(0, len(it) - 4)) + it + struct.pack(">I", zlib.crc32(it)) for it in parts[1:])
    return parts[0] + b"".join(chunks)


ANY: tuple[Mutation, ...] = (flip, overwrite, leave_out, repeat, cross)
IN_DOCUMENTS: tuple[Mutation, ...] = (*ANY, rename, rename, renumber, insert, insert, transplant, revise)
IN_PICTURES: tuple[Mutation, ...] = (*ANY, in_parts, in_parts, in_parts)


def mutant(seeds: Sequence[Sample], chance: Random) -> tuple[bytes, str]:
    """One of these files after one to five changes, with its declared type; it keeps its signature."""
    seed = chance.choice(seeds)
    content, mutations = seed.content, IN_DOCUMENTS if seed.content_type == PDF else IN_PICTURES
    others = [it for it in chance.choices(seeds, k=9) if it.content_type == seed.content_type] or [seed]
    for _ in range(chance.choice([1, 1, 2, 3, 5])):
        content = chance.choice(mutations)(content or b" ", others[0].content, chance)
    signature = {PDF: b"%PDF-", JPEG: b"\xff\xd8\xff"}.get(seed.content_type, b"\x89PNG\r\n\x1a\n")
    return signature + content[len(signature) :], seed.content_type

"""One script on opening, hidden in every way that a PDF can be written; and files that are two things at once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pikepdf
from PIL import Image

from tests.corpus import by_hand
from tests.corpus.sample import JPEG, PDF, PNG, Sample

SCRIPT = "PDF_JAVASCRIPT"
ACTION = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
OPENING = b"/OpenAction" + ACTION
PLAIN, SCRIPTED = by_hand.document(), by_hand.document(OPENING)
TABLELESS = SCRIPTED[: SCRIPTED.index(b"xref")] + b"trailer<</Root 1 0 R>>"
CATALOG = by_hand.CATALOG % OPENING


def _saved(content: bytes, **settings: bool) -> bytes:
    target = BytesIO()
    with pikepdf.open(BytesIO(content)) as document:
        document.save(target, **settings)  # type: ignore[arg-type]
    return target.getvalue()


def _in_object_stream() -> bytes:
    """The catalogue stands in an object stream; no table says where, so a reader must look for it."""
    content = b"%PDF-1.5\n"
    places = {}
    parts = {2: by_hand.PAGES, 3: by_hand.PAGE % b"", 4: by_hand.crowded({1: CATALOG})}
    for number, body in parts.items():
        places[number] = len(content)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = [bytes([0, 0, 0, 255]), bytes([2, 0, 4, 0]), *(bytes([1, *places[it].to_bytes(2), 0]) for it in (2, 3, 4))]
    rows.append(bytes([1, *len(content).to_bytes(2), 0]))
    table = by_hand.packed(b"".join(rows), b"/Type/XRef/Size 6/W[1 2 1]/Root 1 0 R")
    return content + b"5 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, len(content))


WRITTEN: dict[str, bytes] = {
    "plainly": SCRIPTED,
    "name in hexadecimal": SCRIPTED.replace(b"/S/JavaScript/JS", b"/S/#4a#61vaScrip#74/#4AS"),
    "key in hexadecimal": SCRIPTED.replace(b"/OpenAction", b"/Open#41ction"),
    "name as an object": by_hand.document(b"/OpenAction<</S 4 0 R/JS 5 0 R>>", b"", b"/JavaScript", b"(x)"),
    "action as an object": by_hand.document(b"/OpenAction 4 0 R", b"", ACTION),
    "text as a stream": by_hand.document(
        b"/OpenAction<</S/JavaScript/JS 4 0 R>>", b"", by_hand.packed(b"app.alert(1)")
    ),
    "text in UTF-16": by_hand.document(b"/OpenAction<</S/JavaScript/JS<FEFF0061006C006500720074>>>"),
    "text in octal": by_hand.document(b"/OpenAction<</S/JavaScript/JS(\\141\\154\\145\\162\\164)>>"),
    "comments between": SCRIPTED.replace(b"/S/JavaScript", b"/S%(\n%>>endobj\r/JavaScript%\n"),
    "odd blanks": SCRIPTED.replace(b"/S/JavaScript", b"/S\0\f\t\r/JavaScript\0"),
    "key twice, script last": SCRIPTED.replace(b"/S/JavaScript", b"/S/GoTo/S/JavaScript"),
    "script in the trailer": by_hand.file(
        [by_hand.CATALOG % b"", by_hand.PAGES, by_hand.PAGE % b""], extra=b"/X" + ACTION
    ),
    "in an array of arrays": by_hand.document(b"/X[[[[[%s]]]]]" % ACTION),
    "in a revision": by_hand.revised(PLAIN, 1, CATALOG),
    "in the second revision": by_hand.revised(by_hand.revised(PLAIN, 1, by_hand.CATALOG % b""), 1, CATALOG),
    "in a revision of what it opens": by_hand.revised(
        by_hand.document(b"/OpenAction 4 0 R", b"", b"<</S/GoTo/D[3 0 R/Fit]>>"), 4, ACTION
    ),
    "in an object stream": _in_object_stream(),
    "in object streams": _saved(SCRIPTED, object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "linearised": _saved(SCRIPTED, linearize=True),
    "version 1.0": by_hand.document(OPENING, version=b"1.0"),
    "version 2.0": by_hand.document(OPENING, version=b"2.0"),
    "version 9.9": by_hand.document(OPENING, version=b"9.9"),
    "table missing": TABLELESS,
    "table wrong": SCRIPTED.replace(b"00000000", b"00000099"),
    "start wrong": SCRIPTED.replace(b"startxref\n", b"startxref\n9"),
    "ends of objects missing": SCRIPTED.replace(b"endobj", b""),
    "type of catalogue missing": SCRIPTED.replace(b"/Type/Catalog", b""),
    "blank before the colon": SCRIPTED.replace(b"1 0 obj\n", b"1\n0\tobj"),
    "object twice, script last": TABLELESS.replace(
        b"1 0 obj", b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n1 0 obj"
    ),
    "Macintosh lines": TABLELESS.replace(b"\n", b"\r"),
}


def _archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("tool.js", "WScript.Shell")
    return target.getvalue()


def _picture(image_format: str, **settings: object) -> bytes:
    target = BytesIO()
    Image.effect_noise((40, 30), 40).save(target, image_format, **settings)
    return target.getvalue()


PAGE = b"<!DOCTYPE html><script>alert(document.cookie)</script>"
PHOTO, DRAWING = _picture("JPEG"), _picture("PNG")
TELLING = _picture("JPEG", comment=PAGE, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0")
HIDDEN: list[tuple[str, str, bytes]] = [
    ("archive behind it", PDF, PLAIN + _archive()),
    ("archive in front", PDF, by_hand.document(noise=_archive())),
    ("web page in front", PDF, by_hand.document(noise=PAGE)),
    ("web page behind it", PDF, PLAIN + PAGE),
    ("photo behind it", PDF, PLAIN + PHOTO),
    ("program behind it", PDF, PLAIN + b"MZ\x90\0" + bytes(200)),
    ("version that is none", PDF, by_hand.document(version=b"1.65536")),
    ("script behind two references", PDF, by_hand.document(b"/OpenAction 4 0 R", b"", b"5 0 R", ACTION)),
    ("script nobody refers to", PDF, by_hand.document(b"", b"", ACTION)),
    ("script in an old revision", PDF, by_hand.revised(SCRIPTED, 1, by_hand.CATALOG % b"")),
    ("photo with EXIF inside", PDF, by_hand.document(b"/X 4 0 R", b"", by_hand.stream(TELLING, b"/Filter/DCTDecode"))),
    ("archive behind it", JPEG, PHOTO + _archive()),
    ("PDF in the comment", JPEG, _picture("JPEG", comment=SCRIPTED)),
    ("PDF behind it", JPEG, PHOTO + SCRIPTED),
    ("web page behind it", JPEG, PHOTO + PAGE),
    ("archive behind it", PNG, DRAWING + _archive()),
    ("program behind it", PNG, DRAWING + b"MZ\x90\0" + bytes(200)),
    ("PDF behind it", PNG, DRAWING + SCRIPTED),
]  # fmt: skip
MISTAKEN: list[tuple[str, str, bytes]] = [
    ("web page", PDF, PAGE + SCRIPTED),
    ("blank in front", PDF, b"\n" + PLAIN),
    ("mark of Unicode in front", PDF, b"\xef\xbb\xbf" + PLAIN),
    ("photo", PDF, PHOTO),
    ("PDF", JPEG, PLAIN),
    ("PDF", PNG, PLAIN),
    ("drawing", JPEG, DRAWING),
    ("photo", PNG, PHOTO),
    ("GIF", PNG, _picture("GIF")),
    ("program", PDF, b"MZ\x90\0" + PLAIN),
    ("SVG", PNG, b"<svg onload='alert(1)'/>"),
]


def samples() -> Iterator[Sample]:
    """Scripts in disguise are refused; what hides beside a document or picture does not come through."""
    for name, content in WRITTEN.items():
        yield Sample("script in disguise", name, content, reason=SCRIPT)
    for name, content_type, content in HIDDEN:
        yield Sample("two files in one", f"{name}, {content_type}", content, content_type)
    for name, content_type, content in MISTAKEN:
        yield Sample("type does not agree", f"{name} as {content_type}", content, content_type, "TYPE_MISMATCH")

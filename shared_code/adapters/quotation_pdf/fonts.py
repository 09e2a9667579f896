"""Noto Sans, which has ₹ and Devanagari, and any text made printable in it."""

import re
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import category, normalize

from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]

from shared_code.adapters.quotation_pdf.devanagari import TEXT, shaped

REGULAR, BOLD = "NotoSans", "NotoSans-Bold"
UNKNOWN_LETTER = "\N{REPLACEMENT CHARACTER}"
_FONTS = Path(__file__).parents[2] / "assets" / "fonts"
_TO_UNICODE = re.compile("<(E[0-9A-F]{3})>")


class _NotoSans(TTFont):  # type: ignore[misc]
    """A font that says of each private character which text it stands for, so that names are found and copied."""

    def addObjects(self, doc: Any) -> None:  # noqa: N802
        super().addObjects(doc)
        for name, entry in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:"):
                entry.content = _TO_UNICODE.sub(_text_of, entry.content)


def _text_of(private: re.Match[str]) -> str:
    return f"<{TEXT[chr(int(private[1], 16))].encode('utf-16-be').hex()}>"


@cache
def characters() -> frozenset[str]:
    """Registers the fonts with reportlab, once, and tells the characters they have."""
    for name, file in ((REGULAR, "NotoSans-Regular.ttf"), (BOLD, "NotoSans-Bold.ttf")):
        font = _NotoSans(name, str(_FONTS / file))
        registerFont(font)
    registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return frozenset(map(chr, font.face.charToGlyph)) - TEXT.keys()


def printable(text: str) -> str:
    """The text as the fonts can draw it: pictures are left out, a letter of another script shows that it is missing."""
    known = characters()
    return shaped("".join(char if char in known else _instead(char) for char in normalize("NFC", text)))


def _instead(character: str) -> str:
    if character.isspace():
        return " "
    return UNKNOWN_LETTER if category(character)[0] in "LN" else ""

"""Makes the two fonts of the quotation: Noto Sans for Latin and ₹ joined with Noto Sans Devanagari and its shapes.

`python -m shared_code.assets.make_fonts FOLDER` needs fonttools, which nothing else here does, and in FOLDER the
originals of both families, named like NotoSansDevanagari-Bold.ttf.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import normalize

from fontTools.merge import Merger  # type: ignore[import-not-found]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-not-found]
from fontTools.subset import Options, Subsetter  # type: ignore[import-not-found]
from fontTools.ttLib import TTFont  # type: ignore[import-not-found]

from shared_code.adapters.quotation_pdf.devanagari import I_SIGN, SHAPES

FONTS = Path(__file__).parent / "fonts"
LATIN = [(0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x304), (0x1E00, 0x1EFF), (0x2010, 0x205E), (0x2070, 0x209C)]
SYMBOLS = [(0x20A8, 0x20BF), (0x2116, 0x2122), (0x2190, 0x2199), (0x2212, 0x2265), (0x25CC, 0x25CC), (0xFFFD, 0xFFFD)]
DEVANAGARI = [(0x900, 0x97F)]
I_GLYPH = "uni093F"


def make(originals: Path) -> None:
    """Writes assets/fonts/NotoSans-Regular.ttf and -Bold.ttf."""
    for weight in ("Regular", "Bold"):
        with TemporaryDirectory() as scratch:
            latin, devanagari = Path(scratch, "latin.ttf"), Path(scratch, "devanagari.ttf")
            _cut(originals / f"NotoSans-{weight}.ttf", latin, [*LATIN, *SYMBOLS], {})
            _cut(originals / f"NotoSansDevanagari-{weight}.ttf", devanagari, DEVANAGARI, SHAPES)
            joined = Merger().merge([str(latin), str(devanagari)])
            joined["head"].created = joined["head"].modified = TTFont(latin)["head"].modified
            joined.recalcTimestamp = False
            joined.save(FONTS / f"NotoSans-{weight}.ttf")


def _cut(original: Path, target: Path, ranges: list[tuple[int, int]], private: dict[str, str]) -> None:
    """Keeps the characters of the ranges, and gives the shapes, which are glyphs without one, private characters."""
    font = TTFont(original, recalcTimestamp=False)
    characters = {ord(character): _glyph(shape, font) for character, shape in private.items()}
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap |= characters
    options = Options(hinting=False, layout_features=[], name_IDs=["*"])
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "STAT", "gasp"]
    subsetter = Subsetter(options)
    subsetter.populate(
        unicodes={code for first, last in ranges for code in range(first, last + 1)} | set(map(ord, private))
    )
    subsetter.subset(font)
    font.save(target)


def _glyph(shape: str, font: TTFont) -> str:
    """Noto names a shape's glyph by its characters; there a letter with its dot is one, and half ra-forms end in ra."""
    if shape.startswith(I_SIGN):
        return _side_by_side(_glyph(shape[1:], font), font)
    shape = shape.replace("्र्", "््र")
    for dotted in map(chr, range(0x958, 0x960)):
        shape = shape.replace(normalize("NFC", dotted), dotted)
    codes = [f"{ord(character):04X}" for character in shape]
    return "uni" + "".join(codes)


def _side_by_side(letter: str, font: TTFont) -> str:
    """A glyph made of the short i and the letter after it; made once per letter."""
    name = f"{I_GLYPH}_{letter}"
    if name not in font.getReverseGlyphMap():
        i_width, _ = font["hmtx"][I_GLYPH]
        pen = TTGlyphPen(font.getGlyphSet())
        pen.addComponent(I_GLYPH, (1, 0, 0, 1, 0, 0))
        pen.addComponent(letter, (1, 0, 0, 1, i_width, 0))
        font.setGlyphOrder([*font.getGlyphOrder(), name])
        font["glyf"][name] = pen.glyph()
        font["hmtx"][name] = (i_width + font["hmtx"][letter][0], font["hmtx"][I_GLYPH][1])
    return name


if __name__ == "__main__":
    make(Path(sys.argv[1]))

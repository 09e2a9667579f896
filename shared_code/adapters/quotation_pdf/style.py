"""The look of a quotation: colours, type sizes and how its tables are ruled."""

from collections.abc import Container, Sequence
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, white  # type: ignore[import-untyped]
from reportlab.lib.enums import TA_RIGHT  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfbase.pdfmetrics import stringWidth  # type: ignore[import-untyped]
from reportlab.platypus import Paragraph, Table  # type: ignore[import-untyped]

from shared_code.adapters.quotation_pdf.fonts import BOLD, REGULAR, printable

INK, MUTED, WHITE = HexColor("#1c2b26"), HexColor("#5f6f69"), white
GREEN, MINT, LINE, SUN = HexColor("#0b5d46"), HexColor("#eef6f2"), HexColor("#cfdcd6"), HexColor("#f4a622")
PALE = HexColor("#cfe8dd")  # small type on green
PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN = 17 * mm
WIDTH = PAGE_WIDTH - 2 * MARGIN
INSET = 6.0
MAIN, ASIDE = WIDTH * 0.6, WIDTH * 0.4  # the two columns that all of the first page keeps to
GAP = 16.0  # above each block


def _style(name: str, size: float, leading: float, bold: bool = False, **more: Any) -> Any:
    return ParagraphStyle(
        name, fontName=BOLD if bold else REGULAR, fontSize=size, leading=leading, **({"textColor": INK} | more)
    )


BODY = _style("body", 9, 12.5)
RIGHT = _style("right", 9, 12.5, alignment=TA_RIGHT)
STRONG = _style("strong", 9, 12.5, bold=True)
ITEM = _style("item", 9, 12.5, leftIndent=INSET + 10, rightIndent=INSET, bulletIndent=INSET, bulletColor=SUN,
              bulletFontName=BOLD, bulletFontSize=9, spaceAfter=2.5)  # fmt: skip
NAME = _style("name", 11.5, 15, bold=True)
LABEL = _style("label", 7.5, 10.5, textColor=MUTED)
TITLE = _style("title", 26, 30, bold=True, textColor=GREEN)
SUBTITLE = _style("subtitle", 11.5, 15, textColor=MUTED)
HEADING = _style("heading", 11.5, 15, bold=True, textColor=GREEN, leftIndent=INSET, spaceAfter=4)


def paragraph(text: str, style: Any = BODY) -> Any:
    """A paragraph of any text whatever: nothing in it is taken for markup."""
    return Paragraph(escape(printable(text)), style)


def item(text: str) -> Any:
    """One of several points. What stands before a colon near its beginning is its name, and strong."""
    name, colon, rest = text.partition(": ")
    if not colon or len(name) > 75:
        return Paragraph(escape(printable(text)), ITEM, bulletText="•")
    return Paragraph(f"<b>{escape(printable(name))}:</b> {escape(printable(rest))}", ITEM, bulletText="•")


def size_that_fits(text: str, font: str, size: float, room: float) -> float:
    """The type size, or as much less as lets the text stand in `room` points on one line."""
    width: float = stringWidth(text, font, size)
    return size * min(1.0, room / max(1.0, width))


def ruled(
    heading: str,
    rows: Sequence[Sequence[Any]],
    widths: Sequence[float],
    *more: Any,
    figures: Container[int] = (),
    strong: Container[int] = (),
) -> Any:
    """A table under its heading and a head row, both repeated on the next page, with thin rules.

    The columns `figures` are set right, the columns `strong` bold. A text too long for its column takes more lines.
    """
    styles = [RIGHT if n in figures else STRONG if n in strong else BODY for n in range(len(widths))]
    body = [list(map(_cell, row, styles, widths)) for row in rows[1:]]
    table = Table([[heading], rows[0], *body], colWidths=widths, repeatRows=2, spaceBefore=GAP)
    table.setStyle(
        [
            ("FONT", (0, 0), (-1, 0), BOLD, 11.5, 15),
            ("TEXTCOLOR", (0, 0), (-1, 0), GREEN),
            ("FONT", (0, 1), (-1, 1), REGULAR, 7.5, 10.5),
            ("TEXTCOLOR", (0, 1), (-1, 1), MUTED),
            ("FONT", (0, 2), (-1, -1), REGULAR, 9, 12.5),
            ("TEXTCOLOR", (0, 2), (-1, -1), INK),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 1), (-1, 1), 0.8, GREEN),
            ("LINEBELOW", (0, 2), (-1, -1), 0.4, LINE),
            *(("ALIGN", (n, 1), (n, -1), "RIGHT") for n in range(len(widths)) if n in figures),
            *(("FONT", (n, 2), (n, -1), BOLD, 9, 12.5) for n in range(len(widths)) if n in strong),
            *_padding(3.5, 4.5),
            ("TOPPADDING", (0, 0), (-1, 0), 0),
            ("BOTTOMPADDING", (0, 0), (-1, 0), 1),
            *more,
        ]
    )
    return table


def _cell(content: Any, style: Any, width: float) -> Any:
    """A short text as it is, which is drawn quickest; a longer one as a paragraph."""
    if not isinstance(content, str):
        return content
    text = printable(content)
    fits = stringWidth(text, style.fontName, style.fontSize) <= width - 2 * INSET
    return text if fits else Paragraph(escape(text), style)


def grid(rows: list[list[Any]], widths: Sequence[float], *more: Any, pad: float = 0, above: float = 0) -> Any:
    """Blocks in rows and columns, without rules of its own; `pad` points above and below each, `above` before all."""
    table = Table(rows, colWidths=widths, spaceBefore=above)
    font = ("FONTNAME", (0, 0), (-1, -1), REGULAR)
    table.setStyle([font, ("VALIGN", (0, 0), (-1, -1), "TOP"), *_padding(pad, pad), *more])
    return table


def lettering(row: int, font: str, size: float, colour: Any, columns: tuple[int, int] = (0, -1)) -> list[Any]:
    """How the plain strings of a row of a grid are set: on one base line, whatever their sizes."""
    first, last = (columns[0], row), (columns[1], row)
    return [
        ("FONT", first, last, font, size, size + 4),
        ("TEXTCOLOR", first, last, colour),
        ("VALIGN", first, last, "BOTTOM"),
    ]


def flush(first: int, last: int) -> list[Any]:
    """Columns whose contents bring their own insets."""
    return [(f"{side}PADDING", (first, 0), (last, -1), 0) for side in ("LEFT", "RIGHT")]


def _padding(above: float, below: float) -> list[Any]:
    sides = {"TOP": above, "BOTTOM": below, "LEFT": INSET, "RIGHT": INSET}
    return [(f"{side}PADDING", (0, 0), (-1, -1), width) for side, width in sides.items()]

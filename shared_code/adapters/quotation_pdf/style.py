"""The look of a quotation: colours, type sizes and how its tables are ruled."""

from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, white  # type: ignore[import-untyped]
from reportlab.lib.enums import TA_RIGHT  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.platypus import Paragraph, Table  # type: ignore[import-untyped]

from shared_code.adapters.quotation_pdf.fonts import BOLD, REGULAR, printable

INK, MUTED, WHITE = HexColor("#1c2b26"), HexColor("#5f6f69"), white
GREEN, MINT, LINE, SUN = HexColor("#0b5d46"), HexColor("#eef6f2"), HexColor("#cfdcd6"), HexColor("#f4a622")
PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN = 17 * mm
WIDTH = PAGE_WIDTH - 2 * MARGIN
INSET = 6.0


def _style(name: str, size: float, leading: float, bold: bool = False, **more: Any) -> Any:
    return ParagraphStyle(
        name, fontName=BOLD if bold else REGULAR, fontSize=size, leading=leading, **({"textColor": INK} | more)
    )


BODY = _style("body", 9, 12.5)
INDENTED = _style("indented", 9, 12.5, leftIndent=INSET, rightIndent=INSET, spaceAfter=2)
RIGHT = _style("right", 9, 12.5, alignment=TA_RIGHT)
STRONG = _style("strong", 9, 12.5, bold=True)
NAME = _style("name", 11.5, 15, bold=True)
LABEL = _style("label", 7.5, 10.5, textColor=MUTED)
NOTE = _style("note", 7.5, 10.5, textColor=MUTED, leftIndent=INSET, rightIndent=INSET, spaceBefore=4)
TITLE = _style("title", 26, 30, bold=True, textColor=GREEN)
SUBTITLE = _style("subtitle", 11, 15, textColor=MUTED, leftIndent=INSET)
HEADING = _style("heading", 11.5, 15, bold=True, textColor=GREEN, leftIndent=INSET, spaceBefore=15, spaceAfter=3)
LABEL_ON_GREEN = _style("label on green", 7.5, 10.5, textColor=HexColor("#cfe8dd"))
FIGURE_ON_GREEN = _style("figure on green", 14, 18, bold=True, textColor=WHITE)
LABEL_ON_SUN = _style("label on sun", 7.5, 10.5)
FIGURE_ON_SUN = _style("figure on sun", 14, 18, bold=True)
FIGURE = _style("figure", 13.5, 18, bold=True, textColor=GREEN)


def paragraph(text: str, style: Any = BODY) -> Any:
    """A paragraph of any text whatever: nothing in it is taken for markup."""
    return Paragraph(escape(printable(text)), style)


def ruled(rows: list[list[Any]], widths: list[float], figures_from: int, *more: Any) -> Any:
    """A table with a head row, thin rules, and figures set right from column `figures_from` on."""
    table = Table(rows, colWidths=widths, repeatRows=1)
    table.setStyle(
        [
            ("FONT", (0, 0), (-1, -1), REGULAR, 9, 12.5),
            ("FONT", (0, 0), (-1, 0), REGULAR, 7.5, 10.5),
            ("TEXTCOLOR", (0, 0), (-1, -1), INK),
            ("TEXTCOLOR", (0, 0), (-1, 0), MUTED),
            ("ALIGN", (figures_from, 0), (-1, -1), "RIGHT"),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, GREEN),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
            *_padding(3.5, 4.5),
            *more,
        ]
    )
    return table


def columns(cells: list[Any], widths: list[float], *more: Any, pad: float = 0) -> Any:
    """One row of blocks beside each other, without rules of its own; `pad` points above and below."""
    table = Table([cells], colWidths=widths)
    table.setStyle(
        [("FONTNAME", (0, 0), (-1, -1), REGULAR), ("VALIGN", (0, 0), (-1, -1), "TOP"), *_padding(pad, pad), *more]
    )
    return table


def filled(cells: list[Any], widths: list[float], *more: Any) -> Any:
    """The same on a tinted ground."""
    return columns(cells, widths, ("BACKGROUND", (0, 0), (-1, -1), MINT), *more, pad=9)


def _padding(above: float, below: float) -> list[Any]:
    sides = {"TOP": above, "BOTTOM": below, "LEFT": INSET, "RIGHT": INSET}
    return [(f"{side}PADDING", (0, 0), (-1, -1), width) for side, width in sides.items()]

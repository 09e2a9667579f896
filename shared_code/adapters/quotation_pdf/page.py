"""The frame of every page of a quotation: running head, foot with page x of y, and the file's own description."""

from functools import partial
from io import BytesIO
from typing import Any

from reportlab import rl_config  # type: ignore[import-untyped]
from reportlab.pdfbase.pdfmetrics import stringWidth  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate  # type: ignore[import-untyped]

from shared_code.adapters.quotation_pdf.fonts import BOLD, REGULAR, printable
from shared_code.adapters.quotation_pdf.logo import draw_logo
from shared_code.adapters.quotation_pdf.sheet import QuotationSheet
from shared_code.adapters.quotation_pdf.style import (
    GAP,
    GREEN,
    INSET,
    LINE,
    MARGIN,
    MUTED,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SUN,
    WIDTH,
    size_that_fits,
)

TOP, RUNNING_HEAD, FOOT = 36.0, 66.0, 50.0
rl_config.useA85 = 0  # bytes as they are, not as text, which takes longer to write and a quarter more room


class _NumberedCanvas(Canvas):  # type: ignore[misc]
    """A canvas that keeps its pages until their number is known, and then writes the foot of each."""

    def __init__(self, sheet: QuotationSheet, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sheet = sheet
        self._pages: list[dict[str, Any]] = []
        self._describe()

    def _describe(self) -> None:
        day = self._sheet.created_on
        self.setDateFormatter(lambda *_: f"D:{day:%Y%m%d}000000+05'30'")
        self.setViewerPreference("DisplayDocTitle", "true")

    def showPage(self) -> None:  # noqa: N802
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            _draw_foot(self, self._sheet, f"Page {number} of {len(self._pages)}")
            super().showPage()
        super().save()


def lay_out(sheet: QuotationSheet, story: list[Any]) -> bytes:
    """The story on as many A4 pages as it needs."""
    target = BytesIO()
    company = sheet.company.name
    document = BaseDocTemplate(
        target,
        pageTemplates=[
            _template("first", TOP, _leave_blank),
            _template("next", RUNNING_HEAD, partial(_draw_running_head, sheet)),
        ],
        title=f"Quotation {sheet.reference} from {company}",
        author=company,
        subject=f"Rooftop solar system of {sheet.system_kw} kW for {sheet.customer.name}",
        keywords=f"quotation, rooftop solar, {sheet.reference}, {sheet.system_kw} kW, {sheet.discom}",
        creator="Solarium",
        lang="en-IN",
        initialFontName=REGULAR,
        invariant=1,
    )
    document.build(story, canvasmaker=partial(_NumberedCanvas, sheet))
    return target.getvalue()


def _template(name: str, head: float, draw: Any) -> Any:
    frame = Frame(MARGIN, FOOT, WIDTH, PAGE_HEIGHT - FOOT - head, 0, 0, 0, 0)
    return PageTemplate(name, [frame], onPage=draw, autoNextPageTemplate="next", pagesize=(PAGE_WIDTH, PAGE_HEIGHT))


def _leave_blank(canvas: Any, document: Any) -> None:
    """The first page begins with the letterhead, which is part of the story: an address may be long."""


def _draw_running_head(sheet: QuotationSheet, canvas: Any, document: Any) -> None:
    line = PAGE_HEIGHT - RUNNING_HEAD + 16
    draw_logo(canvas, MARGIN + INSET, line + 6, 22)
    canvas.setFont(BOLD, 9)
    canvas.setFillColor(GREEN)
    canvas.drawRightString(PAGE_WIDTH - MARGIN - INSET, line + 9, printable(f"Quotation {sheet.reference}"))
    canvas.setStrokeColor(SUN)
    canvas.setLineWidth(1.2)
    canvas.line(MARGIN, line, PAGE_WIDTH - MARGIN, line)


def _draw_foot(canvas: Any, sheet: QuotationSheet, page: str) -> None:
    line = FOOT - 12
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.6)
    canvas.line(MARGIN, line, PAGE_WIDTH - MARGIN, line)
    canvas.setFillColor(MUTED)
    canvas.setFont(REGULAR, 7.5)
    reference, company = printable(f"{sheet.reference}  ·  "), printable(sheet.company.name)
    canvas.drawString(MARGIN + INSET, line - 12, reference)
    canvas.drawRightString(PAGE_WIDTH - MARGIN - INSET, line - 12, page)
    room = WIDTH - 2 * INSET - stringWidth(reference + page, REGULAR, 7.5) - GAP
    canvas.setFont(REGULAR, size_that_fits(company, REGULAR, 7.5, room))
    canvas.drawString(MARGIN + INSET + stringWidth(reference, REGULAR, 7.5), line - 12, company)

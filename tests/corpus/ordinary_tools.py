"""Documents as libraries make them: bills, letters, plans and scans; and one of them as each tool writes it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2  # type: ignore[import-untyped]
import pytest
from pikepdf import ObjectStreamMode, StreamDecodeLevel
from PIL import Image
from reportlab import rl_config  # type: ignore[import-untyped]
from reportlab.graphics import renderPDF  # type: ignore[import-untyped]
from reportlab.graphics.barcode.qr import QrCodeWidget  # type: ignore[import-untyped]
from reportlab.graphics.shapes import Circle, Drawing  # type: ignore[import-untyped]
from reportlab.lib.styles import getSampleStyleSheet  # type: ignore[import-untyped]
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table  # type: ignore[import-untyped]

import shared_code
from tests.corpus.hostile_images import noise
from tests.corpus.sample import Sample

FONT = Path(shared_code.__file__ or "").parent / "assets" / "fonts" / "NotoSans-Regular.ttf"
HINDI = "बिजली का बिल ₹ 1,23,456"


def drawn(draw: Callable[[Canvas], object], **settings: object) -> bytes:
    """Two pages of a canvas."""
    target = BytesIO()
    canvas = Canvas(target, invariant=1, **settings)
    for page in (1, 2):
        canvas.drawString(72, 800, f"Consumer 123456, page {page}")
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def hindi(canvas: Canvas) -> None:
    pdfmetrics.registerFont(TTFont("Noto", FONT))
    canvas.setFont("Noto", 14)
    canvas.drawString(72, 700, HINDI)


def linked(canvas: Canvas) -> None:
    here = f"page{canvas.getPageNumber()}"
    canvas.bookmarkPage(here)
    canvas.addOutlineEntry(HINDI, here)
    canvas.linkURL("https://www.example.com/pay?id=1&a=b", (72, 400, 200, 420))
    canvas.linkRect("start", "page1", (72, 300, 200, 320))


def form(canvas: Canvas) -> None:
    page = canvas.getPageNumber()
    canvas.acroForm.textfield(name=f"name{page}", value="Asha", x=72, y=200)
    canvas.acroForm.checkbox(name=f"agreed{page}", x=72, y=300)
    canvas.acroForm.choice(name=f"state{page}", value="GJ", options=["GJ", "MH"], x=72, y=400)


def coloured(canvas: Canvas) -> None:
    canvas.setFillColorCMYK(0.1, 0.2, 0.3, 0.4)
    canvas.linearGradient(0, 0, 300, 300, ((1, 0, 0), (0, 0, 1)))
    canvas.setFillAlpha(0.5)
    canvas.circle(200, 200, 80, fill=1)


def pictured(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(noise(200, 100)), 72, 500)
    canvas.drawImage(ImageReader(noise(60, 60, "RGBA")), 72, 300, mask="auto")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rl_config, "useA85", 1)  # it writes these as text only
        canvas.drawInlineImage(noise(30, 30), 300, 300)


def coded(canvas: Canvas) -> None:
    plan = Drawing(200, 200)
    plan.add(QrCodeWidget("upi://pay?pa=discom@bank"))
    plan.add(Circle(100, 100, 40))
    renderPDF.draw(plan, canvas, 72, 400)


def typeset() -> bytes:
    target, styles = BytesIO(), getSampleStyleSheet()
    rows = [[str(row * column) for column in range(6)] for row in range(40)]
    story = [
        Paragraph(f"Load {n} &lt; 5 kW: <a href='https://example.com'>tariff</a>", styles["Normal"]) for n in range(80)
    ]
    SimpleDocTemplate(target, title="Tariff <draft>", author="DISCOM").build([*story, Table(rows)])
    return target.getvalue()


def nothing(_: Canvas) -> None:
    """Only the line that each page has."""


BILL = drawn(linked)


def rewritten(**settings: object) -> bytes:
    target = BytesIO()
    with pikepdf.open(BytesIO(BILL)) as document:
        document.save(target, **settings)  # type: ignore[arg-type]
    return target.getvalue()


def with_metadata() -> bytes:
    target = BytesIO()
    with pikepdf.open(BytesIO(BILL)) as document:
        with document.open_metadata() as metadata:
            metadata["dc:title"] = HINDI
        document.save(target)
    return target.getvalue()


def by_pypdf(change: Callable[[pypdf.PdfWriter], object]) -> bytes:
    target, writer = BytesIO(), pypdf.PdfWriter(clone_from=BytesIO(BILL))
    change(writer)
    writer.write(target)
    return target.getvalue()


def squeezed(writer: pypdf.PdfWriter) -> None:
    for page in writer.pages:
        page.compress_content_streams()


def by_pdfium(version: int | None = None) -> bytes:
    target, document = BytesIO(), pypdfium2.PdfDocument.new()
    with pypdfium2.PdfDocument(BILL) as bill:
        document.import_pages(bill)
    document.new_page(200, 300)
    document.save(target, version=version)
    document.close()
    return target.getvalue()


def scans(mode: str, pages: int = 1, **settings: object) -> bytes:
    target = BytesIO()
    first, *others = [noise(120, 160, mode) for _ in range(pages)]
    first.save(target, "PDF", save_all=True, append_images=others, **settings)
    return target.getvalue()


def transparent() -> bytes:
    target = BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 128)).convert("RGB").save(target, "PDF")
    return target.getvalue()


def samples() -> Iterator[Sample]:
    """Each drawing with and without packing, each way to write one again, scans of every kind."""
    for draw in (nothing, hindi, linked, form, coloured, pictured, coded):
        for packing in (0, 1):
            yield Sample("reportlab", f"{draw.__name__} {packing}", drawn(draw, pageCompression=packing))
    yield Sample("reportlab", "typeset", typeset())
    yield Sample("reportlab", "tall", drawn(nothing, pagesize=(200, 5000), pdfVersion=(1, 7), lang="hi"))
    for mode in ObjectStreamMode.generate, ObjectStreamMode.disable, ObjectStreamMode.preserve:
        yield Sample("qpdf", str(mode), rewritten(object_stream_mode=mode))
        yield Sample("qpdf", f"{mode}, linearised", rewritten(object_stream_mode=mode, linearize=True))
    yield Sample("qpdf", "QDF", rewritten(qdf=True))
    yield Sample("qpdf", "nothing packed", rewritten(compress_streams=False, stream_decode_level=StreamDecodeLevel.all))
    for version in ("1.3", "1.7", "2.0"):
        yield Sample("qpdf", f"version {version}", rewritten(force_version=version))
    yield Sample("pikepdf", "XMP", with_metadata())
    yield Sample("pypdf", "copied", by_pypdf(lambda _: None))
    yield Sample("pypdf", "squeezed", by_pypdf(squeezed))
    yield Sample("pypdf", "turned", by_pypdf(lambda writer: writer.pages[0].rotate(90)))
    yield Sample("pypdf", "labelled", by_pypdf(lambda writer: writer.set_page_label(0, 1, prefix="A-")))
    yield Sample(
        "pypdf", "titled", by_pypdf(lambda writer: writer.add_metadata({"/Title": HINDI, "/Author": "DISCOM"}))
    )
    yield Sample("pdfium", "imported", by_pdfium())
    yield Sample("pdfium", "version 1.3", by_pdfium(13))
    yield Sample("pdfium", "version 1.7", by_pdfium(17))
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK"):
        yield Sample("Pillow", f"scan in {mode}", scans(mode))
    yield Sample("Pillow", "many scans", scans("L", pages=12, title=HINDI, author="CamScanner"))

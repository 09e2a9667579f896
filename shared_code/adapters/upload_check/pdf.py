"""Rewrites an uploaded PDF in its simplest form, and lets it pass if all it can do is be read (rules.md 6.4)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pikepdf
import pypdf
from pypdf.errors import LimitReachedError, PyPdfError

from shared_code.adapters.upload_check.pdf_strip import strip
from shared_code.adapters.upload_check.pdf_walk import forbid_powers
from shared_code.adapters.upload_check.verdict import NONSENSE, RefusedError

MAX_PAGES = 200


def clean(content: bytes) -> bytes:
    """The PDF normalised: repaired, without older revisions, unreachable objects, object streams, XML.

    The same input gives the same bytes. What is walked and read again is what is returned, so that nothing
    can hide between two ways of reading the original.
    """
    try:
        normalised = _normalise(content)
        with pikepdf.open(BytesIO(normalised)) as document:
            forbid_powers(document)
            pages = len(document.pages)
        _read_again(normalised, pages)
    except pikepdf.PasswordError as error:
        raise RefusedError("PDF_ENCRYPTED") from error
    except LimitReachedError as error:
        raise RefusedError("FILE_TOO_COMPLEX") from error
    except (pikepdf.PdfError, PyPdfError, OSError, *NONSENSE) as error:
        raise RefusedError("PDF_DAMAGED") from error
    return normalised


def samples() -> Iterator[tuple[str, bytes]]:
    """A small PDF of one page with a web link, open and encrypted, with the type of each."""
    for encryption in (None, pikepdf.Encryption(owner="sample", user="")):
        target = BytesIO()
        with pikepdf.new() as document:
            page = document.add_blank_page()
            link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.com"))
            page.Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=link)])
            page.Contents = document.make_stream(b"q Q")
            document.save(target, encryption=encryption)
        yield "application/pdf", target.getvalue()


def _normalise(content: bytes) -> bytes:
    target = BytesIO()
    pikepdf.settings.set_flate_compression_level(3)  # three times as fast as the default, a few per cent larger
    with pikepdf.open(BytesIO(content)) as document:
        if document.is_encrypted:
            raise RefusedError("PDF_ENCRYPTED")
        if not document.pages:
            raise RefusedError("PDF_DAMAGED")
        if len(document.pages) > MAX_PAGES:
            raise RefusedError("PDF_TOO_MANY_PAGES")
        strip(document)
        document.save(
            target,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            recompress_flate=True,
            deterministic_id=True,
            force_version="1.7",  # qpdf would write on any version that the file claims
            fix_metadata_version=False,  # nothing here reads XML
        )
    return target.getvalue()


def _read_again(normalised: bytes, pages: int) -> None:
    """A second reader must find the same number of pages, and each page's content must unpack."""
    reader = pypdf.PdfReader(BytesIO(normalised))
    if len(reader.pages) != pages:
        raise RefusedError("PDF_DAMAGED")
    for page in reader.pages:
        page.get_contents()

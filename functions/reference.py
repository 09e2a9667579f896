"""The reference: openapi.json, and a page that shows it and calls the API (api.md 2.10)."""

import hashlib
from functools import cache
from typing import Annotated, get_args

from pydantic import Field
from pydantic_core import to_json

from shared_code.context import Context
from shared_code.endpoints import REGISTRY, endpoint
from shared_code.reference.document import document
from shared_code.reference.page import FOR_EVER, MEDIA, POLICY, File, asset, page
from shared_code.wire import Ask, Nothing, Raw

VERSION = "0.1.0"
FILES = f"docs/{{file:regex(^({'|'.join(get_args(File))})$)}}"


class OneFile(Ask):
    """A file of the page. `v`: its version; what is asked for with it never changes."""

    file: Annotated[File, Field(description="its name")]
    v: Annotated[str | None, Field(pattern=r"^[0-9a-f]{16}$", description="its version")] = None


@endpoint("GET", "openapi.json", bare=True, etag="content", media=("application/json",))
def get_openapi(ask: Nothing, ctx: Context) -> Raw:
    """Answer the OpenAPI document of this app, without an envelope."""
    body = openapi_json()
    return _cached(body, "application/json", hashlib.sha256(body).hexdigest(), "no-cache", ctx)


@endpoint("GET", "docs", bare=True, media=("text/html",))
def get_docs(ask: Nothing, ctx: Context) -> Raw:
    """Show the reference as a page that can call the API."""
    return Raw(page(), "text/html", {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"})


@endpoint("GET", FILES, bare=True, etag="content", media=tuple(MEDIA.values()))
def get_docs_file(ask: OneFile, ctx: Context) -> Raw:
    """Answer a file of that page."""
    found = asset(ask.file)
    keep = FOR_EVER if ask.v == found.version else "no-cache"
    return _cached(found.body, found.media, found.sha256, keep, ctx)


@cache
def openapi_json() -> bytes:
    """The document as it is served."""
    return to_json(document(REGISTRY.values(), VERSION), indent=2)


def _cached(body: bytes, media: str, sha256: str, keep: str, ctx: Context) -> Raw:
    headers = {"ETag": f'"{sha256}"', "Cache-Control": keep, "Vary": "Accept-Encoding"}
    known = sha256 in ctx.known_etags
    return Raw(b"" if known else body, media, headers, 304 if known else 200)

"""The reference: openapi.json, and a page that shows it (api.md 2.10)."""

from functools import cache

from pydantic_core import to_json

from shared_code import openapi
from shared_code.context import Context
from shared_code.endpoints import REGISTRY, endpoint
from shared_code.wire import Nothing, Raw

VERSION = "0.1.0"


@endpoint("GET", "openapi.json", bare=True)
def get_openapi(ask: Nothing, ctx: Context) -> Raw:
    """Answer the OpenAPI document of this app, without an envelope."""
    return Raw(openapi_json(), "application/json")


@endpoint("GET", "docs", bare=True)
def get_docs(ask: Nothing, ctx: Context) -> Raw:
    """Show the reference as a page."""
    return Raw(_page(), "text/html", {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})


@cache
def openapi_json() -> bytes:
    """The document as it is served."""
    return to_json(openapi.document(REGISTRY.values(), VERSION), indent=2)


@cache
def _page() -> bytes:
    from shared_code.reference_page import page

    return page(openapi.document(REGISTRY.values(), VERSION)).encode()

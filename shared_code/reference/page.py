"""The reference as an interactive page, and the files it is made of; all are ours to serve (api.md 2.10)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, get_args

FOLDER: Final = Path(__file__).parent.parent / "assets" / "reference"
File = Literal["swagger-ui-bundle.js", "swagger-ui.css", "page.js", "page.css", "logo.svg"]
MEDIA: Final[Mapping[str, str]] = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
# Nothing from elsewhere, nothing within the page itself; data: for the icons that Swagger UI's style sheet holds.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """A file of the page: its bytes, what they are, their SHA-256 in hex."""

    body: bytes
    media: str
    sha256: str

    @property
    def version(self) -> str:
        """What stands in its address, so that a cache may keep it for ever."""
        return self.sha256[:16]


@cache
def asset(name: File) -> Asset:
    """One of the files."""
    body = (FOLDER / name).read_bytes()
    return Asset(body, MEDIA[Path(name).suffix], hashlib.sha256(body).hexdigest())


@cache
def page() -> bytes:
    """The page, with the versions of its files in their addresses."""
    html = (FOLDER / "page.html").read_text("utf-8")
    for name in get_args(File):
        html = html.replace(f'"docs/{name}"', f'"docs/{name}?v={asset(name).version}"')
    return html.encode()

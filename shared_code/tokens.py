"""What our tokens look like, to the letter: anything else is refused, however well it is signed (rules.md 5.4)."""

import json
import re
from base64 import urlsafe_b64decode
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared_code.rules.scope import Role

# Three parts, no longer than any of ours; the last one is 32 bytes in the only regular way to write them.
_FORM: Final = re.compile(r"[A-Za-z0-9_-]{1,500}\.[A-Za-z0-9_-]{1,2000}\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class _Exact(BaseModel):
    """These members, each once and of its type, no other."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Header(_Exact):
    """How a token is signed, and with which of our keys."""

    alg: Literal["HS256"]
    kid: str
    typ: Literal["JWT"]


class AccessClaims(_Exact):
    """What an access token says. Times are whole seconds since 1970."""

    sub: str
    role: Annotated[Role, Field(strict=False)]
    sid: str
    jti: str
    iat: Annotated[int, Field(gt=0)]
    exp: int
    iss: str
    aud: str


class RefreshClaims(AccessClaims):
    """What a refresh token says: also, which generation of its session it is."""

    gen: int


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token that may be ours; its signature is not checked yet. Raises ValueError."""
    if not _FORM.fullmatch(token):
        raise ValueError("not the form of our tokens")
    header, claims, _ = token.split(".")
    return _object(header), _object(claims)


def _object(part: str) -> dict[str, Any]:
    """A JSON object in base64. A member that comes twice would be another one to another reader: ValueError."""
    try:
        members = json.loads(urlsafe_b64decode(part + "==").decode("ascii"), object_pairs_hook=list)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(members, list) or not all(isinstance(member, tuple) for member in members):
        raise ValueError("not an object")
    if len(dict(members)) < len(members):
        raise ValueError("a member twice")
    return dict(members)

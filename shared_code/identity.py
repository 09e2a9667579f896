"""Who is calling: signs and reads the tokens of a session. No personal data is in them (api.md 2.1)."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

import jwt

from shared_code import tokens
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import Role
from shared_code.settings import Settings

AnyClaims = TypeVar("AnyClaims", bound=tokens.AccessClaims)
ALGORITHM: Final = "HS256"
UNTIMED: Final[jwt.types.Options] = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}  # by our own clock
CLOCKS_DIFFER: Final = 60  # seconds, at most, between two instances of us
ACCESS_LIFE: Final = {
    Role.ADMIN: timedelta(hours=2),
    Role.KAM: timedelta(hours=2),
    Role.CP: timedelta(hours=24),
    Role.CUSTOMER: timedelta(hours=24),
}
REFRESH_LIFE: Final = {
    Role.ADMIN: timedelta(hours=24),
    Role.KAM: timedelta(hours=24),
    Role.CP: timedelta(days=30),
    Role.CUSTOMER: timedelta(days=30),
}
IDLE_LIFE: Final = {
    Role.ADMIN: timedelta(minutes=30),
    Role.KAM: timedelta(minutes=30),
    Role.CP: timedelta(days=30),
    Role.CUSTOMER: timedelta(days=30),
}


@dataclass(frozen=True)
class Claims:
    """What a valid token says: whose it is, which session, and, in a refresh token, which generation."""

    user_id: str
    role: Role
    session_id: str
    generation: int = 0


@dataclass(frozen=True)
class Tokens:
    """A pair fresh from the press; `expires_in` is the access token's life in seconds."""

    access: str
    refresh: str
    expires_in: int
    expires_at: datetime


def issue(
    settings: Settings,
    user_id: str,
    role: Role,
    session_id: str,
    generation: int,
    now: datetime,
    refresh_until: datetime,
) -> Tokens:
    """A new pair for a session (rules.md 5.4). `refresh_until`: the instant at which refreshing ends."""
    expires_at = now + ACCESS_LIFE[role]
    base: dict[str, object] = {
        "sub": user_id,
        "role": role.value,
        "sid": session_id,
        "iat": now,
        "iss": settings.jwt_issuer,
    }
    access = base | {"jti": uuid.uuid4().hex, "exp": expires_at, "aud": settings.jwt_audience}
    refresh = base | {
        "jti": uuid.uuid4().hex,
        "exp": refresh_until,
        "aud": _refresh_audience(settings),
        "gen": generation,
    }
    return Tokens(_sign(settings, access), _sign(settings, refresh), int(ACCESS_LIFE[role].total_seconds()), expires_at)


def read_access(settings: Settings, token: str, now: datetime) -> Claims:
    """The claims of an access token. Raises Refusal INVALID_TOKEN or SESSION_EXPIRED."""
    said = _read(settings, token, tokens.AccessClaims, settings.jwt_audience, max(ACCESS_LIFE.values()), now)
    return Claims(said.sub, said.role, said.sid)


def read_refresh(settings: Settings, token: str, now: datetime) -> Claims:
    """The claims of a refresh token. Raises Refusal INVALID_TOKEN or SESSION_EXPIRED."""
    said = _read(settings, token, tokens.RefreshClaims, _refresh_audience(settings), max(REFRESH_LIFE.values()), now)
    return Claims(said.sub, said.role, said.sid, said.gen)


def _refresh_audience(settings: Settings) -> str:
    return settings.jwt_audience + "/refresh"


def _sign(settings: Settings, claims: dict[str, object]) -> str:
    newest = settings.jwt_signing_keys[0]
    return jwt.encode(claims, newest.key.get_secret_value(), ALGORITHM, headers={"kid": newest.kid})


def _read(
    settings: Settings,
    token: str,
    kind: type[AnyClaims],
    audience: str,
    longest: timedelta,
    now: datetime,
) -> AnyClaims:
    """The claims, if we signed them for that audience and would have: none lives for more than `longest`."""
    try:
        header, written = tokens.parts(token)
        kid = tokens.Header.model_validate(header).kid
        key = next(k.key.get_secret_value() for k in settings.jwt_signing_keys if k.kid == kid)
        jwt.decode(token, key, [ALGORITHM], UNTIMED, audience=audience, issuer=settings.jwt_issuer)
        claims = kind.model_validate(written)
        if claims.iat > now.timestamp() + CLOCKS_DIFFER or claims.exp > claims.iat + longest.total_seconds():
            raise ValueError("not a life that we give")
    except (jwt.PyJWTError, StopIteration, ValueError, RecursionError):
        raise Refusal("INVALID_TOKEN", "This token is not one of ours. Sign in again.") from None
    if not now.timestamp() < claims.exp:
        raise Refusal("SESSION_EXPIRED", "This session has ended. Sign in again.")
    return claims

"""Only tokens that we signed, for what they are used for, say who is calling (api.md 2.1; rules.md 5.4)."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from shared_code import identity
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import Role
from tests.environments import NEW_KEY, OLD_KEY, settings

NOW = datetime(2026, 1, 15, 6, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
SETTINGS = settings()
CLAIMS = {
    "sub": "CP-1", "role": "CP", "sid": "s1", "jti": "j1", "iat": NOW, "exp": NOW + timedelta(hours=1),
    "iss": "solarium", "aud": "solarium-api",
}  # fmt: skip


def issued(role: Role = Role.CP, now: datetime = NOW) -> identity.Tokens:
    return identity.issue(SETTINGS, "CP-1", role, "s1", 3, now, LATER)


def signed(key: str = NEW_KEY, kid: Any = "new", algorithm: str = "HS256", **changes: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return jwt.encode(claims, key, algorithm, headers={"kid": kid} if kid is not None else {})


def forged(header: dict[str, Any], claims: dict[str, Any], key: bytes = NEW_KEY.encode()) -> str:
    """A token put together by hand, signed with HMAC-SHA256 whatever its header says."""
    body = b".".join(
        part(json.dumps(each, default=lambda at: int(at.timestamp())).encode()) for each in (header, claims)
    )
    return (body + b"." + part(hmac.digest(key, body, hashlib.sha256))).decode()


def part(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def code(token: str, now: datetime = NOW, read: Any = identity.read_access) -> str:
    with pytest.raises(Refusal) as refused:
        read(SETTINGS, token, now)
    return refused.value.code


def swapped(token: str, place: int, text: str) -> str:
    parts = token.split(".")
    return ".".join([*parts[:place], text, *parts[place + 1 :]])


def attacks() -> dict[str, str]:
    access = issued().access
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private_pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    header, claims, signature = access.split(".")
    return {
        "no signature, alg none": jwt.encode(CLAIMS, "", "none", headers={"kid": "new"}),
        "alg none, our signature": forged({"alg": "none", "kid": "new"}, CLAIMS),
        "alg None in capitals": forged({"alg": "NONE", "kid": "new"}, CLAIMS),
        "alg left out": forged({"kid": "new"}, CLAIMS),
        "signed by RS256": signed(private_pem, algorithm="RS256"),
        "HMAC with a public key": forged({"alg": "HS256", "kid": "new"}, CLAIMS, pem),
        "says RS256, is HMAC": forged({"alg": "RS256", "kid": "new"}, CLAIMS),
        "HS512 with our key": signed(NEW_KEY + NEW_KEY, algorithm="HS512"),
        "another's key": signed("x" * 48),
        "an empty key": forged({"alg": "HS256", "kid": "new"}, CLAIMS, b""),
        "a key of ours under the other kid": signed(NEW_KEY, "old"),
        "a kid nobody has": signed(kid="newest"),
        "no kid": signed(kid=None),
        "a kid that is a path": signed(kid="../../dev/null"),
        "a kid that is a number": forged({"alg": "HS256", "kid": 0}, CLAIMS),
        "a kid that is a list": forged({"alg": "HS256", "kid": ["new"]}, CLAIMS),
        "its own key in the header": forged({"alg": "HS256", "jwk": {"kty": "oct", "k": "eHh4"}}, CLAIMS, b"xxx"),
        "critical extensions": forged({"alg": "HS256", "kid": "new", "crit": ["b64"], "b64": False}, CLAIMS),
        "another audience": signed(aud="elsewhere"),
        "no audience": signed(aud=None),
        "another issuer": signed(iss="elsewhere"),
        "no issuer": signed(iss=None),
        "no subject": signed(sub=None),
        "no session": signed(sid=None),
        "no role": signed(role=None),
        "no end": signed(exp=None),
        "an end that is a word": forged({"alg": "HS256", "kid": "new"}, CLAIMS | {"exp": "never"}),
        "stripped signature": f"{header}.{claims}.",
        "two parts": f"{header}.{claims}",
        "one part": header,
        "four parts": f"{access}.{signature}",
        "a changed claim": swapped(access, 1, part(json.dumps({"sub": "ADM-1", "role": "Admin"}).encode()).decode()),
        "claims that are a list": forged({"alg": "HS256", "kid": "new"}, []),  # type: ignore[arg-type]
        "a cut signature": access[:-2],
        "empty": "",
        "dots": "..",
        "spaces": f" {access} {access}",
        "letters of other alphabets": "ключ.प्रवीण.鍵",
        "half a surrogate pair": f"{header}.{claims}.\ud800",
        "a null": f"{access}\0",
        "our claims behind letters of another alphabet": swapped(access, 0, "ｅｙＪ"),
        "very long": "a" * 100_000,
        "a refresh token": issued().refresh,
    }


ATTACKS = attacks()


@pytest.mark.parametrize("token", ATTACKS.values(), ids=ATTACKS)
def test_what_is_no_access_token_of_ours_is_refused(token: str) -> None:
    assert code(token) == "INVALID_TOKEN"


def test_an_access_token_is_no_refresh_token() -> None:
    assert code(issued().access, read=identity.read_refresh) == "INVALID_TOKEN"


def test_a_refresh_token_needs_its_generation() -> None:
    assert code(signed(aud="solarium-api/refresh"), read=identity.read_refresh) == "INVALID_TOKEN"


@pytest.mark.parametrize(("role", "hours"), [(Role.ADMIN, 2), (Role.KAM, 2), (Role.CP, 24), (Role.CUSTOMER, 24)])
def test_an_access_token_ends_when_its_role_says(role: Role, hours: int) -> None:
    tokens, end = issued(role), NOW + timedelta(hours=hours)
    assert (tokens.expires_in, tokens.expires_at) == (hours * 3600, end)
    assert identity.read_access(SETTINGS, tokens.access, end - timedelta(seconds=1)).role is role
    assert code(tokens.access, end) == "SESSION_EXPIRED"


def test_a_refresh_token_ends_at_the_instant_it_was_given() -> None:
    claims = identity.read_refresh(SETTINGS, issued().refresh, LATER - timedelta(seconds=1))
    assert claims == identity.Claims("CP-1", Role.CP, "s1", 3)
    assert code(issued().refresh, LATER, identity.read_refresh) == "SESSION_EXPIRED"


def test_an_expired_token_that_is_forged_is_forged_first() -> None:
    assert code(signed("x" * 48, exp=NOW - timedelta(days=1))) == "INVALID_TOKEN"


def test_a_key_can_be_rotated_without_signing_anybody_out() -> None:
    assert identity.read_access(SETTINGS, signed(OLD_KEY, "old"), NOW).session_id == "s1"
    assert jwt.get_unverified_header(issued().access)["kid"] == "new"


def test_a_token_carries_ids_and_no_personal_data() -> None:
    claims = jwt.decode(issued().access, options={"verify_signature": False})
    assert set(claims) == {"sub", "role", "sid", "jti", "iat", "exp", "iss", "aud"}


def test_no_two_tokens_are_the_same() -> None:
    one, other = issued(), issued()
    assert len({one.access, other.access, one.refresh, other.refresh}) == 4

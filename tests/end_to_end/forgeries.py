"""Tokens that look like one that is good, and are not: what people try who know how such tokens are made.

Many are signed with the app's own key: so they are refused for what they say, not only for their signature.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

DAY = 24 * 60 * 60


def b64(raw: bytes) -> str:
    """Base64 as in a token."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def written(content: Any) -> str:
    """A part of a token: JSON, or bytes as they are."""
    return b64(content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":")).encode())


@dataclass(frozen=True)
class Forger:
    """Has a good access token with its refresh token, and the key that the app signs with: its kid, its secret."""

    access: str
    refresh: str
    kid: str
    key: str

    @cached_property
    def claims(self) -> dict[str, Any]:
        """What the good token says."""
        claims: dict[str, Any] = jwt.decode(self.access, options={"verify_signature": False})
        return claims

    @property
    def header(self) -> dict[str, Any]:
        """Its header."""
        return jwt.get_unverified_header(self.access)

    def made(self, header: Any, claims: Any, key: bytes | None = None) -> str:
        """A token put together by hand, signed with HMAC-SHA256, whatever its header says."""
        body = f"{written(header)}.{written(claims)}"
        return f"{body}.{b64(hmac.digest(self.key.encode() if key is None else key, body.encode(), hashlib.sha256))}"

    def saying(self, **claims: Any) -> str:
        """Signed by the app's key, with other claims; None leaves one out."""
        return self.made(self.header, {name: said for name, said in (self.claims | claims).items() if said is not None})

    def headed(self, key: bytes | None = None, **header: Any) -> str:
        """Signed by the app's key, or another, with another header; None leaves a member out."""
        return self.made(
            {name: said for name, said in (self.header | header).items() if said is not None}, self.claims, key
        )

    def all(self) -> dict[str, bytes]:
        """Every forgery by its name, as it stands behind `Bearer `."""
        groups = (
            self.unsigned(),
            self.other_keys(),
            self.kids(),
            self.headers(),
            self.whose(),
            self.times(),
            self.shapes(),
        )
        named = [pair for group in groups for pair in group]
        assert len(dict(named)) == len(named)
        return {name: token if isinstance(token, bytes) else token.encode() for name, token in named}

    def unsigned(self) -> Iterator[tuple[str, str]]:
        header, claims, signature = self.access.split(".")
        for alg in ("none", "None", "NONE", "nOnE", "", " none"):
            yield f"alg {alg!r}, no signature", f"{written(self.header | {'alg': alg})}.{claims}."
            yield f"alg {alg!r}, the good signature", f"{written(self.header | {'alg': alg})}.{claims}.{signature}"
        yield "alg none, signed all the same", self.headed(alg="none")
        yield "signature left out", f"{header}.{claims}."
        yield "signature and its dot left out", f"{header}.{claims}"
        yield "signature of nulls", f"{header}.{claims}.{b64(bytes(32))}"
        yield (
            "another's claims under the good signature",
            f"{header}.{written(self.claims | {'sub': 'ADM-1'})}.{signature}",
        )
        longer = self.claims | {"exp": self.claims["exp"] + 3600}
        yield "an hour more under the good signature", f"{header}.{written(longer)}.{signature}"

    def other_keys(self) -> Iterator[tuple[str, str]]:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        encodings = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        public = private.public_key().public_bytes(*encodings)
        yield "RS256", jwt.encode(self.claims, private, "RS256", {"kid": self.kid})
        yield "PS256", jwt.encode(self.claims, private, "PS256", {"kid": self.kid})
        yield "ES256", jwt.encode(self.claims, ec.generate_private_key(ec.SECP256R1()), "ES256", {"kid": self.kid})
        yield "HS512 with the good key", jwt.encode(self.claims, self.key.ljust(64, "0"), "HS512", {"kid": self.kid})
        yield "HMAC with a public key", self.headed(public)
        yield "says RS256, is HMAC with a public key", self.headed(public, alg="RS256")
        yield "says RS256, is HMAC with the good key", self.headed(alg="RS256")
        yield "says HS384", self.headed(alg="HS384")
        yield "says hs256 in small letters", self.headed(alg="hs256")
        yield "alg is a list", self.headed(alg=["HS256", "none"])
        yield "alg left out", self.headed(alg=None)
        yield "an empty key", self.headed(b"")
        yield "the kid as the key", self.headed(self.kid.encode())
        yield "a key that is often used", self.headed(b"secret")
        yield "the good key in other letters", self.headed(self.key.swapcase().encode())

    def kids(self) -> Iterator[tuple[str, str]]:
        odd = [
            "../../../../dev/null", "/dev/null", "' OR '1'='1", "x' UNION SELECT 'secret' -- ", "| sleep 5", "%00", "",
            f"{self.kid} ", f"{self.kid}\0", self.kid.upper(), "https://localhost/key",
        ]  # fmt: skip
        for kid in odd:
            yield f"kid {kid!r}", self.headed(kid=kid)
            yield f"kid {kid!r}, an empty key", self.headed(b"", kid=kid)
        for kind in ([self.kid], {"kid": self.kid}, 0, True, 1.5):
            yield f"kid is {kind!r}", self.headed(kid=kind)
        yield "kid left out", self.headed(kid=None)
        yield "kid null", self.made(self.header | {"kid": None}, self.claims)

    def headers(self) -> Iterator[tuple[str, str]]:
        jwk = {"kty": "oct", "k": b64(b"mine"), "kid": "mine", "alg": "HS256"}
        strange: dict[str, Any] = {
            "jku": "https://localhost/jwks", "x5u": "https://localhost/x5u", "x5c": ["MIIB"], "jwk": jwk,
            "crit": ["exp"], "zip": "DEF", "cty": "JWT", "b64": False, "enc": "A128GCM", "x": 1,
        }  # fmt: skip
        for name, value in strange.items():
            yield f"header {name}", self.headed(**{name: value})
        yield "its own key in the header", self.headed(b"mine", jwk=jwk, kid="mine")
        for typ in ("JWS", "at+jwt", "jwt", "JWE", None):
            yield f"typ {typ}", self.headed(typ=typ)
        for text in (b"[]", b"null", b"{}", b'"HS256"', b"{", b"\xff", b"[" * 300, b'{"alg":"HS256"'):
            yield f"header {text[:9]!r}", self.made(text, self.claims)
        twice = f'{{"alg":"none","alg":"HS256","kid":"{self.kid}","typ":"JWT"}}'
        yield "alg twice", self.made(twice.encode(), self.claims)

    def whose(self) -> Iterator[tuple[str, str]]:
        """Signed with the good key, for something else or somebody else."""
        yield "the refresh token", self.refresh
        refresh = jwt.decode(self.refresh, options={"verify_signature": False})
        yield "the refresh token for the other audience", self.made(self.header, refresh | {"aud": self.claims["aud"]})
        for name in self.claims:
            yield f"no {name}", self.saying(**{name: None})
            yield f"{name} is null", self.made(self.header, self.claims | {name: None})
            yield f"{name} is a list", self.saying(**{name: [self.claims[name]]})
        for name in ("aud", "iss"):
            for other in ("elsewhere", "", f"{self.claims[name]}/", self.claims[name].upper(), f" {self.claims[name]}"):
                yield f"{name} {other!r}", self.saying(**{name: other})
        for name, other in (("sub", 1), ("sid", True), ("role", "Root"), ("role", "admin"), ("jti", {})):
            yield f"{name} is {other!r}", self.saying(**{name: other})
        for name, more in (("gen", 1), ("nbf", 0), ("scope", "all"), ("admin", True)):
            yield f"a claim {name} of its own", self.saying(**{name: more})
        for name, value in self.claims.items():
            text = json.dumps(self.claims)
            yield f"{name} twice", self.made(self.header, f'{text[:-1]}, "{name}": {json.dumps(value)}}}'.encode())

    def times(self) -> Iterator[tuple[str, str]]:
        iat, exp = self.claims["iat"], self.claims["exp"]
        yield "a far end", self.saying(exp=exp + 365 * DAY)
        yield "an end beyond all calendars", self.saying(exp=10**18)
        yield "an endless number", self.made(self.header, json.dumps(self.claims).replace(str(exp), "9" * 400).encode())
        yield "an infinite end", self.made(self.header, json.dumps(self.claims).replace(str(exp), "1e999").encode())
        yield (
            "an end that is no number",
            self.made(self.header, json.dumps(self.claims).replace(str(exp), "NaN").encode()),
        )
        yield "an end with a fraction", self.saying(exp=exp + 0.5)
        yield "an end as text", self.saying(exp=str(exp))
        yield "an end that is true", self.saying(exp=True)
        yield "issued before time began", self.saying(iat=-1)
        yield "issued at the beginning of time", self.saying(iat=0)
        yield "issued tomorrow", self.saying(iat=iat + DAY, exp=exp + DAY)
        yield "issued at a fraction", self.saying(iat=iat + 0.5)
        yield "not good before tomorrow", self.saying(nbf=int(time.time()) + DAY)

    def shapes(self) -> Iterator[tuple[str, str | bytes]]:
        header, claims, signature = self.access.split(".")
        last = "AEIMQUYcgkosw048"
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        sibling = alphabet[alphabet.index(signature[-1]) + 1]
        assert signature[-1] in last
        yield "a bit set that nobody reads", f"{self.access[:-1]}{sibling}"
        yield "padded", f"{self.access}="
        yield "every part padded", f"{header}==.{claims}==.{signature}="
        yield "a signature cut", self.access[:-1]
        yield "a signature doubled", f"{self.access}{signature}"
        yield "four parts", f"{self.access}.{signature}"
        yield "five parts", f"{header}..{claims}..{signature}"
        yield "one part", header
        yield "the token twice", f"{self.access}.{self.access}"
        yield "two tokens", f"{self.access} {self.access}"
        yield "two tokens with a comma", f"{self.access}, {self.access}"
        yield "a dot at its end", f"{self.access}."
        yield "a dot before it", f".{self.access}"
        yield "dots alone", ".."
        yield "a space within", f"{header}. {claims}.{signature}"
        yield "a tab within", f"{header}.\t{claims}.{signature}"
        yield "quoted", f'"{self.access}"'
        yield "percent-encoded", self.access.replace(".", "%2E")
        yield "the other alphabet of base64", f"{header}.{claims}.{'/' if '_' in signature else '+'}{signature[1:]}"
        yield "letters that are skipped", f"{header}.{claims}.!{signature}"
        yield "a dot of another alphabet", self.access.replace(".", "\u3002")
        yield "full-width letters", self.access.translate({ord("e"): "\uff45"})
        yield "an invisible letter", f"{self.access}\u200b"
        yield "no UTF-8", self.access.encode() + b"\xff"
        yield "cut in the middle", self.access[: len(self.access) // 2]
        yield "reversed", self.access[::-1]
        yield "claims in base64 twice", self.made(self.header, written(self.claims).encode())
        yield "claims that are a list", self.made(self.header, [self.claims])
        yield (
            "claims with another beginning",
            self.made(self.header, b"\xef\xbb\xbf" + json.dumps(self.claims).encode()),
        )
        yield "claims in UTF-16", self.made(self.header, json.dumps(self.claims).encode("utf-16"))
        yield "claims nested deep", self.made(self.header, b'{"a":' * 200 + b"1" + b"}" * 200)
        yield "a huge claim", self.saying(x="x" * 6000)
        yield "huge", "a" * 6000 + ".a.a"

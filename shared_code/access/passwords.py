"""Passwords of Admins and KAMs: Argon2id, and the same time for unknown accounts (rules.md 5.3)."""

import secrets
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

from shared_code.adapters.lane import Lane

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# Each hash takes a core and 19 MiB for about 20 ms. Whoever sends many passwords at once leaves cores, and ten of the
# 32 threads, to everybody else (decision 11).
_LANE: Final = Lane("passwords", at_once=2, waiting=20)


def hash_of(password: str) -> str:
    """The Argon2id hash under which a password is stored, its parameters included. Raises Refusal PROVIDER_BUSY."""
    with _LANE:
        return _hasher().hash(_typed(password))


def is_right(stored: str | None, password: str) -> bool:
    """Whether it is the password behind the stored hash; without one it takes as long and is wrong.

    Raises Refusal PROVIDER_BUSY.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    nobodys = _nobodys()
    try:
        with _LANE:
            return _hasher().verify(stored or nobodys, _typed(password)) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def _typed(password: str) -> str:
    """The same bytes for the same letters, on whatever keyboard they were typed."""
    return unicodedata.normalize("NFC", password)


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's floor for Argon2id


@cache
def _nobodys() -> str:
    return hash_of(secrets.token_urlsafe())

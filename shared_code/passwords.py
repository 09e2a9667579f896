"""Passwords of Admins and KAMs: Argon2id, and the same time for unknown accounts (rules.md 5.3)."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher


def hash_of(password: str) -> str:
    """The Argon2id hash under which a password is stored, its parameters included."""
    return _hasher().hash(password)


def is_right(stored: str | None, password: str) -> bool:
    """Whether it is the password behind the stored hash; without one it takes as long and is wrong."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(stored or _nobodys(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's floor for Argon2id


@cache
def _nobodys() -> str:
    return hash_of("nobody has this password")

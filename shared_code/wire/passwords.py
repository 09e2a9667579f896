"""Which passwords may be chosen (rules.md 5.3)."""

from functools import cache
from pathlib import Path
from typing import Final

SHORTEST, LONGEST = 8, 128  # characters
_COMMON: Final = Path(__file__).parent.parent / "assets" / "common_passwords.txt"


def as_chosen(password: str) -> str:
    """The password, if it may be chosen; a ValueError says why not."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"must have {SHORTEST} to {LONGEST} characters")
    if password.strip().casefold() in _common():
        raise ValueError("is one of the most common passwords; choose another")
    return password


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="utf-8").split())

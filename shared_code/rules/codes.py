"""One-time codes, and the phones and pin codes of India (rules.md 5.1, api.md 1)."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from enum import StrEnum

CODE_DIGITS = 6
VALID_FOR = timedelta(seconds=120)
RESEND_AFTER = timedelta(seconds=30)

_PHONE = re.compile(r"(?:\+91|91|0)?([6-9][0-9]{9})")
_PIN_CODE = re.compile(r"[1-9][0-9]{5}")


class Purpose(StrEnum):
    """What a code is good for; a Customer's registration takes a sign-in code."""

    SIGN_IN = "signIn"
    REGISTER = "register"


def as_code(number: int) -> str:
    """A random number from 0 to 999 999 as the six digits of a code."""
    return f"{number:0{CODE_DIGITS}d}"


def code_hash(pepper: bytes, phone: str, purpose: Purpose, code: str) -> bytes:
    """The keyed hash under which a code is stored, bound to phone (ten digits) and purpose; 32 bytes."""
    return hmac.digest(pepper, f"{purpose}:{phone}:{code}".encode(), hashlib.sha256)


def is_alive(issued_at: datetime, used_at: datetime | None, now: datetime) -> bool:
    """Whether a code can still be used: 120 s, once."""
    return used_at is None and now < issued_at + VALID_FOR


def normalise_phone(text: str) -> str:
    """The ten digits of an Indian mobile number, given with or without +91, 91 or 0; else ValueError."""
    match = _PHONE.fullmatch(text.strip())
    if match is None:
        raise ValueError("an Indian mobile number of ten digits, starting with 6 to 9, is needed")
    return match[1]


def normalise_pin_code(text: str) -> str:
    """The six digits of an Indian pin code, the first not 0; else ValueError."""
    if not _PIN_CODE.fullmatch(text.strip()):
        raise ValueError("six digits, the first not 0, are needed")
    return text.strip()

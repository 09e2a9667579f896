"""Texts as people write and read them: clean fields, Indian money in figures and words (api.md 1, rules.md 3.9)."""

import re
import unicodedata
from decimal import Decimal

from shared_code.rules.rounding import paise

NAME = 100
ADDRESS = 500
CITY = 100
FILE_NAME = 200
TOKEN_NUMBER = 50
LONG = 2000
SERVICE = 100
MOST_SERVICES = 20

# Control characters, separators of lines and paragraphs, and halves of surrogate pairs, which no encoding carries.
_FORBIDDEN = {"Cc", "Zl", "Zp", "Cs"}
_LINE_BREAK = re.compile("\r\n|[\r\u2028\u2029]")


def one_line(text: str, most: int) -> str:
    """A text field trimmed, in NFC, of at most `most` characters; ValueError otherwise or for control characters."""
    return _clean(text, most, allowed="")


def long_text(text: str, most: int = LONG) -> str:
    """The same for a long text, in which lines may break; every break becomes one line feed."""
    return _clean(_LINE_BREAK.sub("\n", text), most, allowed="\n")


def rupees(amount: Decimal) -> str:
    """₹ with Indian grouping, paise only where there are some: ₹1,54,332 or ₹1,54,332.50."""
    whole, fraction = f"{abs(paise(amount)):.2f}".split(".")
    sign = "-" if amount < 0 else ""
    return f"{sign}₹{_grouped(whole)}" + ("" if fraction == "00" else f".{fraction}")


def in_words(amount: Decimal) -> str:
    """₹, not negative and below 1 000 crore, in words: "one lakh fifty-four thousand rupees and fifty paise"."""
    whole, fraction = divmod(int(paise(amount) * 100), 100)
    words = f"{_number(whole)} {'rupee' if whole == 1 else 'rupees'}"
    return words if not fraction else f"{words} and {_number(fraction)} {'paisa' if fraction == 1 else 'paise'}"


def _clean(text: str, most: int, allowed: str) -> str:
    clean = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(char) in _FORBIDDEN and char not in allowed for char in clean):
        raise ValueError("must not contain control characters")
    if len(clean) > most:
        raise ValueError(f"at most {most} characters")
    return clean


def _grouped(digits: str) -> str:
    """Digits in groups of two before the last three, as in 1,23,45,678."""
    head, tail = digits[:-3], digits[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)]
    return ",".join([*reversed(pairs), tail])


def _number(number: int) -> str:
    # Imported here: it is heavy, and only a PDF needs it.
    from num2words import num2words  # type: ignore[import-untyped]

    return str(num2words(number, lang="en_IN")).replace(",", "").replace(" and ", " ")

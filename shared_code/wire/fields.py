"""The fields that many questions share: text, phones, ids, money, days (api.md 1)."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from shared_code import passwords
from shared_code.rules import codes, text
from shared_code.rules.pricing_inputs import Number
from shared_code.wire import Ask

T = TypeVar("T")

EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def line(longest: int) -> AfterValidator:
    """One line of text: trimmed, NFC, no control characters, at most `longest` characters."""
    return AfterValidator(lambda value: text.one_line(value, longest))


def _filled(longest: int) -> AfterValidator:
    """The same, and not empty."""

    def check(value: str) -> str:
        if not (clean := text.one_line(value, longest)):
            raise ValueError("must not be empty")
        return clean

    return AfterValidator(check)


def _said(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


def _email(value: str) -> str:
    clean = text.one_line(value, 254)
    if not EMAIL.fullmatch(clean):
        raise ValueError("must be an e-mail address")
    return clean


def _day(value: object) -> object:
    """Without this, digits would be read as seconds since 1970."""
    if not isinstance(value, str):
        return value
    if not DAY.fullmatch(value):
        raise ValueError("must be a day, YYYY-MM-DD")
    return date.fromisoformat(value)


def _beginning(value: object) -> object:
    """A day begins at midnight in India."""
    day = _day(value) if isinstance(value, str) and DAY.fullmatch(value) else None
    if isinstance(day, date):
        return datetime.combine(day, time(), ZoneInfo("Asia/Kolkata"))
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _in_our_time(value: datetime) -> datetime:
    if not 2000 <= value.year < 2200:
        raise ValueError("must lie in the years 2000 to 2199")
    return value


def _gstin(value: str) -> str:
    from stdnum.in_ import gstin

    clean = text.one_line(value, 20).upper()
    if not gstin.is_valid(clean) or gstin.compact(clean) != clean:
        raise ValueError("must be a GSTIN")
    return clean


def _many(value: object) -> object:
    return [part for part in value.split(",") if part] if isinstance(value, str) else value


def left_out() -> Any:
    """The default of a field that a PATCH may leave out, and that cannot be null (api.md 1, Text)."""
    return Field(default_factory=lambda: None)  # a factory, so that the reference shows no default


Name = Annotated[str, _filled(text.NAME)]
Address = Annotated[str, _filled(text.ADDRESS)]
City = Annotated[str, _filled(text.CITY)]
State = Annotated[str, _filled(100), Field(description="a code or a name of master data")]
FileName = Annotated[str, _filled(text.FILE_NAME)]
TokenNumber = Annotated[str, _filled(text.TOKEN_NUMBER)]
Short = Annotated[str, _filled(100)]
LongText = Annotated[str, AfterValidator(text.long_text)]
Reason = Annotated[str, AfterValidator(text.long_text), AfterValidator(_said)]
Search = Annotated[
    str,
    line(100),
    Field(description="three letters or more: anywhere in it; one or two: where a word begins; an id: all of it"),
]
Phone = Annotated[
    str,
    AfterValidator(codes.normalise_phone),
    WithJsonSchema({"type": "string", "examples": ["9000000001", "+919000000001"]}),
]
PinCode = Annotated[
    str, AfterValidator(codes.normalise_pin_code), WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]{5}$"})
]
Email = Annotated[str, AfterValidator(_email), WithJsonSchema({"type": "string", "format": "email", "maxLength": 254})]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
SecondFactorCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z -]{6,20}$")]
Password = Annotated[str, Field(min_length=1, max_length=passwords.LONGEST)]
NewPassword = Annotated[
    str,
    AfterValidator(passwords.as_chosen),
    WithJsonSchema({"type": "string", "minLength": passwords.SHORTEST, "maxLength": passwords.LONGEST}),
]

LeadId = Annotated[str, StringConstraints(pattern=r"^LEAD-[0-9]{1,18}$")]
QuotationReference = Annotated[str, StringConstraints(pattern=r"^QUOT-[0-9]{1,18}$")]
CommissionId = Annotated[str, StringConstraints(pattern=r"^COMM-[0-9]{1,18}$")]
DocId = Annotated[str, StringConstraints(pattern=r"^DOC-[0-9]{1,18}$")]
CpId = Annotated[str, StringConstraints(pattern=r"^CP-[0-9]{1,18}$")]
KamId = Annotated[str, StringConstraints(pattern=r"^KAM-[0-9]{1,18}$")]
AdminId = Annotated[str, StringConstraints(pattern=r"^ADM-[0-9]{1,18}$")]
UserId = Annotated[str, StringConstraints(pattern=r"^(ADM|KAM|CP|CUST)-[0-9]{1,18}$")]
SessionId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
CustomerId = Annotated[str, StringConstraints(pattern=r"^CUST-[0-9]{1,18}$")]
NotificationId = Annotated[str, StringConstraints(pattern=r"^NOTIF-[0-9]{1,18}$")]

Gstin = Annotated[str, AfterValidator(_gstin), WithJsonSchema({"type": "string", "examples": ["24AAXCS7654A1Z1"]})]

Money = Annotated[Number, Field(description="INR, at most two decimals")]
Figure = Annotated[Decimal, Field(max_digits=30, decimal_places=20)]  # no power of ten that grows when written out
Rupees = Annotated[Number, Field(ge=0, max_digits=12, decimal_places=2)]
Percent = Annotated[Number, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
Many = Annotated[tuple[T, ...], BeforeValidator(_many)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Day = Annotated[date, BeforeValidator(_day)]
ValidFrom = Annotated[
    AwareDatetime,
    BeforeValidator(_beginning),
    AfterValidator(_in_our_time),
    Field(description="an instant with its offset, or a day: midnight in India"),
]
Instant = Annotated[
    datetime,
    PlainSerializer(
        lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z", return_type=str, when_used="json"
    ),
    Field(description="ISO 8601, UTC"),
]


Offset = Annotated[int, Field(ge=0, le=10_000_000)]
Limit = Annotated[int, Field(ge=1, le=100)]


class PageAsk(Ask):
    """What every list takes (api.md 1, Lists). Days are days in India, both inclusive."""

    offset: Offset = 0
    limit: Limit = 25
    sort_order: Literal["asc", "desc"] | None = None
    created_from: Day | None = None
    created_to: Day | None = None

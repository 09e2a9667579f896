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
)

from shared_code.rules import codes, text
from shared_code.rules.pricing_inputs import Number
from shared_code.wire import Ask, passwords
from shared_code.wire.kinds import CONTROLS, Id, Text, told

T = TypeVar("T")
ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
EMAIL = re.compile(rf"{ATOM}(?:\.{ATOM})*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.)+[A-Za-z]{{2,63}}")
LONGEST_MAILBOX = 64  # before the @ (RFC 5321)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _email(value: str) -> str:
    clean = text.one_line(value, 254)
    if not EMAIL.fullmatch(clean) or clean.index("@") > LONGEST_MAILBOX:
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


def _sought(search: str) -> str:
    """A whole phone is looked for as it is kept, however it is written."""
    try:
        return codes.normalise_phone(search)
    except ValueError:
        return search


def _many(value: object) -> object:
    return [part for part in value.split(",") if part] if isinstance(value, str) else value


def left_out() -> Any:
    """The default of a field that a PATCH may leave out, and that cannot be null (api.md 1, Text)."""
    return Field(default_factory=lambda: None)  # a factory, so that the reference shows no default


Name = Annotated[str, Text(text.NAME, example="Chitra Desai")]
Address = Annotated[str, Text(text.ADDRESS, about="house, street, area", example="12 Ashram Road, Navrangpura")]
City = Annotated[str, Text(text.CITY, example="Ahmedabad")]
State = Annotated[str, Text(100, about="a state's code or name in master data", example="GJ")]
FileName = Annotated[
    str,
    Text(text.FILE_NAME),
    told(
        "ends in .pdf, .jpg, .jpeg or .png",
        "light-bill.pdf",
        maxLength=text.FILE_NAME,
        pattern=rf"^[^{CONTROLS}]*[^{CONTROLS}\s]\.([Pp][Dd][Ff]|[Jj][Pp][Ee]?[Gg]|[Pp][Nn][Gg])$",
    ),
]
TokenNumber = Annotated[str, Text(text.TOKEN_NUMBER, about="the DISCOM's number of the application")]
Short = Annotated[str, Text(100)]
LongText = Annotated[str, Text(text.LONG, filled=False, lines=True)]
Remarks = Annotated[LongText, Field(description="what there is to say, for the partner and Solarium's staff")]
Reason = Annotated[str, Text(text.LONG, lines=True, about="why", example="The customer asked for it by phone.")]
Services = Annotated[
    list[Short], Field(max_length=text.MOST_SERVICES, description="what the customer is interested in, in a few words")
]
Requirements = Annotated[LongText, Field(description="what the customer asks for, in its words")]
Source = Annotated[Short, Field(description="how the customer was found, in a few words of the client's own")]
Search = Annotated[
    str,
    Text(
        100,
        filled=False,
        about="part of a name or phone, or a whole id; one or two letters are looked for where a word begins",
    ),
]
PersonSearch = Annotated[Search, AfterValidator(_sought)]
Phone = Annotated[
    str,
    AfterValidator(codes.normalise_phone),
    told("an Indian mobile number, with or without +91, 91 or 0", "9000000101", pattern=r"^(\+91|91|0)?[6-9][0-9]{9}$"),
]
PinCode = Annotated[
    str, AfterValidator(codes.normalise_pin_code), told("an Indian postal code", "380009", pattern="^[1-9][0-9]{5}$")
]
Email = Annotated[
    str,
    AfterValidator(_email),
    told("an e-mail address", "chitra@example.in", format="email", pattern=f"^{EMAIL.pattern}$", maxLength=254),
]
Code = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{6}$"),
    Field(description="the six digits that were sent, or that an app shows", examples=["123456"]),
]
SecondFactorCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Za-z -]{6,20}$"),
    Field(description="a code of the second factor, or a recovery code", examples=["123456"]),
]
Password = Annotated[
    str,
    Field(min_length=1, max_length=passwords.LONGEST, description="the present password", examples=["Solarium#2026"]),
]
NewPassword = Annotated[
    str,
    AfterValidator(passwords.as_chosen),
    told(
        "the password to be; not one of the most common ones",
        "Rooftop-sun-2026",
        minLength=passwords.SHORTEST,
        maxLength=passwords.LONGEST,
        format="password",
    ),
]

LeadId = Annotated[str, Id("LEAD", "a lead")]
QuotationReference = Annotated[str, Id("QUOT", "a quotation")]
CommissionId = Annotated[str, Id("COMM", "a commission")]
DocId = Annotated[str, Id("DOC", "a document")]
CpId = Annotated[str, Id("CP", "a channel partner")]
KamId = Annotated[str, Id("KAM", "a Key Account Manager")]
AdminId = Annotated[str, Id("ADM", "an Admin")]
CustomerId = Annotated[str, Id("CUST", "a customer")]
NotificationId = Annotated[str, Id("NOTIF", "a notification")]
UserId = Annotated[
    str,
    StringConstraints(pattern=r"^(ADM|KAM|CP|CUST)-[0-9]{1,18}$"),
    Field(description="the id of a person", examples=["KAM-1001"]),
]
SessionId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{32}$"),
    Field(description="the id of a sign-in", examples=["0123456789abcdef" * 2]),
]

Gstin = Annotated[
    str,
    AfterValidator(_gstin),
    told("a GSTIN; its last character checks the others", "24AAXCS7654A1Z1", format="gstin"),
]

Money = Annotated[Number, Field(description="INR, at most two decimals")]
Figure = Annotated[Decimal, Field(max_digits=30, decimal_places=20)]  # no power of ten that grows when written out
Rupees = Annotated[Number, Field(ge=0, max_digits=12, decimal_places=2, description="INR")]
Percent = Annotated[Number, Field(ge=0, le=100, max_digits=5, decimal_places=2, description="percent")]
Kilowatts = Annotated[Number, Field(description="kW, at most two decimals", examples=[3.24])]
Metres = Annotated[Number, Field(description="m", examples=[0.5])]
Many = Annotated[tuple[T, ...], BeforeValidator(_many), Field(description="one, or several separated by commas")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Field(examples=["9f86d081" * 8])]
Day = Annotated[date, BeforeValidator(_day), Field(description="a day in India, YYYY-MM-DD")]
ValidFrom = Annotated[
    AwareDatetime,
    BeforeValidator(_beginning),
    AfterValidator(_in_our_time),
    told(
        "an instant with its offset, or a day (from midnight in India); by default now",
        "2027-04-01",
        format="day-or-instant",
    ),
]
Instant = Annotated[
    datetime,
    PlainSerializer(
        lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z", return_type=str, when_used="json"
    ),
    told("ISO 8601, UTC", "2026-11-21T09:30:00.000Z", format="date-time"),
]
Version = Annotated[
    int, Field(ge=1, description="the `version` that the caller has seen: 409 `STALE_VERSION` when it is another now")
]
CurrentVersion = Annotated[int, Field(description="to be sent as `expectedVersion`; every change makes it greater")]

Offset = Annotated[int, Field(ge=0, le=10_000_000, description="how many items to skip")]
Limit = Annotated[int, Field(ge=1, le=100, description="how many items to answer at most")]
SortOrder = Annotated[
    Literal["asc", "desc"],
    Field(description="by default createdAt and updatedAt fall, all else rises; nulls come last"),
]


class PageAsk(Ask):
    """What every list takes (api.md 1, Lists). Days are days in India, both inclusive."""

    offset: Offset = 0
    limit: Limit = 25
    sort_order: SortOrder | None = None
    created_from: Annotated[Day | None, Field(description="created on this day in India or later, YYYY-MM-DD")] = None
    created_to: Annotated[Day | None, Field(description="created on this day in India or earlier, YYYY-MM-DD")] = None

"""How a quotation says figures, days, phones and places."""

from datetime import date
from decimal import Decimal

from shared_code.adapters.quotation_pdf.sheet import Customer
from shared_code.rules.rounding import plain
from shared_code.rules.text import rupees

NO_BREAK = "\N{NO-BREAK SPACE}"


def day(when: date) -> str:
    """21 November 2026."""
    return f"{when.day} {when:%B %Y}"


def kilowatts(capacity: Decimal) -> str:
    """3.24 kW."""
    return f"{plain(capacity)} kW"


def to_the_paisa(amount: Decimal) -> str:
    """₹, always with paise, so that figures below each other line up: ₹1,54,332.00."""
    text = rupees(amount)
    return text if "." in text else f"{text}.00"


def less(amount: Decimal) -> str:
    """A deduction in ₹."""
    return f"− {rupees(amount)}" if amount else rupees(amount)


def grouped(number: Decimal) -> str:
    """A figure that is no money, with Indian grouping: 1,04,500."""
    return rupees(number).removeprefix("₹")


def phone(ten_digits: str) -> str:
    """+91 9876543210, which no line break parts."""
    return f"+91{NO_BREAK}{ten_digits}"


def site(customer: Customer) -> str:
    """The address of the installation; no line break parts state and PIN code."""
    place = f"{customer.state}{NO_BREAK}{customer.pin_code}"
    return ", ".join(filter(None, (customer.address, customer.city, place)))

"""How a quotation says figures, days, phones and places."""

from datetime import date
from decimal import Decimal

from shared_code.adapters.quotation_pdf.sheet import Company, Customer
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


def alike(*amounts: Decimal) -> list[str]:
    """₹ for a column of figures: all with paise where one has some."""
    return list(map(rupees if all(amount == int(amount) for amount in amounts) else to_the_paisa, amounts))


def less(figure: str) -> str:
    """A deduction, given as its figure in ₹."""
    return f"− {figure}" if figure.strip("₹0.") else figure


def years(number: Decimal) -> str:
    """1 year, 4.3 years."""
    return f"{plain(number)} {'year' if number == 1 else 'years'}"


def grouped(number: Decimal) -> str:
    """A figure that is no money, with Indian grouping: 1,04,500."""
    return rupees(number).removeprefix("₹")


def phone(ten_digits: str) -> str:
    """+91 9876543210, which no line break parts."""
    return f"+91{NO_BREAK}{ten_digits}"


def contact(company: Company) -> str:
    """How to reach the seller; a number of ten digits gets its country's code."""
    number = company.phone or ""
    dialled = phone(number) if number.isdigit() and len(number) == 10 else number
    return "  ·  ".join(filter(None, (dialled, company.email)))


def site(customer: Customer) -> str:
    """The address of the installation; no line break parts state and PIN code."""
    place = f"{customer.state}{NO_BREAK}{customer.pin_code}"
    return ", ".join(filter(None, (customer.address, customer.city, place)))

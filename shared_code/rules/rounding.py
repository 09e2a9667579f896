"""How money and capacity are rounded: half up, to paise and to hundredths of a kW (rules.md 3.1, 3.2)."""

from decimal import ROUND_HALF_UP, Decimal

HUNDREDTH = Decimal("0.01")
NOTHING = Decimal("0.00")


def paise(amount: Decimal) -> Decimal:
    """₹, rounded half up to paise."""
    return amount.quantize(HUNDREDTH, ROUND_HALF_UP)


def kilowatts(watts: int) -> Decimal:
    """Watts as kW, rounded half up to two decimals."""
    return (Decimal(watts) / 1000).quantize(HUNDREDTH, ROUND_HALF_UP)


def plain(number: Decimal) -> str:
    """A number for a message: no trailing zeros, no exponent."""
    return f"{number.normalize():f}"

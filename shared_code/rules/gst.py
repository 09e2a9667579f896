"""The GST contained in a system price (rules.md 3.5)."""

from dataclasses import dataclass
from decimal import Decimal

from shared_code.rules.pricing_inputs import GstRate
from shared_code.rules.rounding import paise


@dataclass(frozen=True)
class Gst:
    """The four parts of a price in ₹, which add up to it to the paisa, and their rates in percent."""

    goods_taxable: Decimal
    goods_rate: Decimal
    goods_tax: Decimal
    services_taxable: Decimal
    services_rate: Decimal
    services_tax: Decimal


def contained(system_price: Decimal, rate: GstRate) -> Gst:
    """The tax within `system_price` (₹, two decimals); rounding falls on the services' tax."""
    services_share = 100 - rate.goods_share
    # Shares and rates are percent, so both sides of the fraction are scaled by 100 × 100.
    whole = 10_000 + rate.goods_share * rate.goods_rate + services_share * rate.services_rate
    goods_taxable = paise(system_price * rate.goods_share * 100 / whole)
    goods_tax = paise(system_price * rate.goods_share * rate.goods_rate / whole)
    services_taxable = paise(system_price * services_share * 100 / whole)
    return Gst(
        goods_taxable=goods_taxable,
        goods_rate=rate.goods_rate,
        goods_tax=goods_tax,
        services_taxable=services_taxable,
        services_rate=rate.services_rate,
        services_tax=system_price - goods_taxable - goods_tax - services_taxable,
    )

"""Prints a quotation as the document a partner hands to a customer (rules.md 3.9)."""

import atexit

from shared_code.adapters.lane import Lane
from shared_code.adapters.quotation_pdf.print_shop import PrintError, PrintShop
from shared_code.adapters.quotation_pdf.sheet import (
    BomItem,
    Company,
    Customer,
    Inverter,
    PanelGroup,
    Partner,
    QuotationSheet,
    SavingAssumption,
)

__all__ = [
    "BomItem",
    "Company",
    "Customer",
    "Inverter",
    "PanelGroup",
    "Partner",
    "PrintError",
    "QuotationSheet",
    "SavingAssumption",
    "render",
]

_lane = Lane("quotation_pdf", at_once=2, waiting=14)  # together half of a worker's 32 threads
_shop = PrintShop()
atexit.register(_shop.close)


def render(sheet: QuotationSheet) -> bytes:
    """The PDF of a quotation: A4, text in Unicode, the same bytes for the same sheet whoever prints it.

    Raises PrintError when there is no PDF, and Refusal `PROVIDER_BUSY` when too many are being printed.
    """
    with _lane:
        return _shop.print(sheet)

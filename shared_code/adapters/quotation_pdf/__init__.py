"""Prints a quotation as the document a partner hands to a customer (rules.md 3.9)."""

from threading import Lock

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
    "QuotationSheet",
    "SavingAssumption",
    "render",
]

# reportlab reads a font through one shared cursor. Rendering is pure Python: under the GIL taking turns costs nothing.
_TURN = Lock()


def render(sheet: QuotationSheet) -> bytes:
    """The PDF of a quotation: A4, text in Unicode, the same bytes for the same sheet in every process and thread."""
    with _TURN:
        from shared_code.adapters.quotation_pdf.document import build  # reportlab is heavy, and only this needs it

        return build(sheet)

"""The order of a quotation: first the offer on one page, then what stands behind it."""

from typing import Any

from shared_code.adapters.quotation_pdf import closing, offer, system
from shared_code.adapters.quotation_pdf.fonts import characters
from shared_code.adapters.quotation_pdf.page import lay_out
from shared_code.adapters.quotation_pdf.sheet import QuotationSheet
from shared_code.adapters.quotation_pdf.style import ASIDE, GAP, MAIN, flush, grid


def build(sheet: QuotationSheet) -> bytes:
    """The PDF. One call at a time: reportlab reads a font through one shared cursor."""
    characters()
    story = [
        *offer.letterhead(sheet.company),
        *offer.title(sheet),
        *offer.parties(sheet),
        *offer.at_a_glance(sheet),
        *system.configuration(sheet),
        _price_and_yield(sheet),
        *offer.contained_gst(sheet),
        *system.materials(sheet.bom),
        *closing.terms("Payment terms", sheet.payment_terms_text),
        *closing.ending(sheet),
    ]
    return lay_out(sheet, story)


def _price_and_yield(sheet: QuotationSheet) -> Any:
    """What it costs, and beside it what it brings."""
    gutter = 18.0
    cells = [offer.price(sheet, MAIN - gutter), "", system.expected_yield(sheet, ASIDE)]
    return grid([cells], [MAIN - gutter, gutter, ASIDE], *flush(0, -1), above=GAP)

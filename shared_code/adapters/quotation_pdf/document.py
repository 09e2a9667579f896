"""The order of a quotation: first the offer on one page, then what stands behind it."""

from shared_code.adapters.quotation_pdf import offer, system
from shared_code.adapters.quotation_pdf.fonts import characters
from shared_code.adapters.quotation_pdf.page import lay_out
from shared_code.adapters.quotation_pdf.sheet import QuotationSheet


def build(sheet: QuotationSheet) -> bytes:
    """The PDF; one call at a time, see `render`."""
    characters()
    story = [
        *offer.letterhead(sheet.company),
        *offer.title(sheet),
        *offer.parties(sheet),
        *offer.at_a_glance(sheet),
        *system.configuration(sheet),
        *offer.price(sheet),
        *offer.contained_gst(sheet),
        *system.expected_yield(sheet),
        *system.materials(sheet.bom),
        *system.terms("Payment terms", sheet.payment_terms_text),
        *system.terms("Warranty", sheet.warranty_text),
        *system.acceptance(sheet),
    ]
    return lay_out(sheet, story)

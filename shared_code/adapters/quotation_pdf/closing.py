"""On which terms a quotation is made, and how it is accepted (rules.md 3.8, 3.9)."""

from typing import Any

from reportlab.platypus import CondPageBreak, KeepTogether, Spacer  # type: ignore[import-untyped]

from shared_code.adapters.quotation_pdf import style
from shared_code.adapters.quotation_pdf.sheet import QuotationSheet
from shared_code.adapters.quotation_pdf.style import GAP, INSET, WIDTH, flush, grid, item, paragraph
from shared_code.adapters.quotation_pdf.wording import day, phone

SIGNATURE_SPACE = 40.0


def terms(heading: str, text: str) -> list[Any]:
    """A text of the settings, a point for each line; nothing where there is none."""
    points = _points(heading, text)
    return [*_gap(), *points] if points else []


def ending(sheet: QuotationSheet) -> list[Any]:
    """Warranty and acceptance, on one page if one can hold them, so that no page has signatures alone."""
    whole, room = ("NOSPLIT", (0, 0), (0, -1)), ("TOPPADDING", (0, 1), (0, 1), SIGNATURE_SPACE)
    acceptance = grid([[_next_step(sheet)], [_signatures(sheet)]], [WIDTH], whole, room, *flush(0, 0), above=GAP)
    return [*_gap(), KeepTogether([*_points("Warranty", sheet.warranty_text), acceptance])]


def _gap() -> list[Any]:
    """The space above a block, by itself: what is kept together forgets the space before it."""
    return [CondPageBreak(GAP + 70), Spacer(0, GAP)]


def _points(heading: str, text: str) -> list[Any]:
    points = [item(line.strip()) for line in text.splitlines() if line.strip()]
    return [paragraph(heading, style.HEADING), *points] if points else []


def _next_step(sheet: QuotationSheet) -> Any:
    """What to do until when, and whom to ask."""
    partner = sheet.partner
    to_whom = partner.name if partner else sheet.company.name
    lines = [
        paragraph("Next step", style.STRONG),
        paragraph(
            f"Accept this quotation in the Solarium app until the end of {day(sheet.valid_until)}, "
            f"or sign it and give it to {to_whom}."
        ),
    ]
    if partner:
        lines.append(paragraph(f"Questions? {partner.name} is glad to help: {phone(partner.phone)}."))
    look = [
        ("BACKGROUND", (0, 0), (0, -1), style.SUN),
        ("BACKGROUND", (1, 0), (1, -1), style.MINT),
        ("LEFTPADDING", (1, 0), (1, -1), 2 * INSET),
    ]
    return grid([["", lines]], [3, WIDTH - 3], *look, *flush(0, 0), pad=9)


def _signatures(sheet: QuotationSheet) -> Any:
    signed = [("For the customer", sheet.customer.name), ("For the seller", sheet.company.name)]
    customer, seller = (
        [paragraph(name, style.STRONG), paragraph(f"{role}: date and signature", style.LABEL)] for role, name in signed
    )
    rules = [("LINEABOVE", (n, 0), (n, 0), 0.8, style.INK) for n in (0, 2)]
    part = WIDTH * 0.46
    return grid([[customer, "", seller]], [part, WIDTH - 2 * part, part], *rules, pad=4)

"""The offer itself: who makes it to whom, the price, the subsidies and the tax in it (rules.md 3.3-3.5, 3.9)."""

from typing import Any

from reportlab.platypus import Spacer  # type: ignore[import-untyped]

from shared_code.adapters.quotation_pdf import style
from shared_code.adapters.quotation_pdf.fonts import BOLD, REGULAR
from shared_code.adapters.quotation_pdf.logo import Logo
from shared_code.adapters.quotation_pdf.sheet import Company, Partner, QuotationSheet
from shared_code.adapters.quotation_pdf.style import (
    ASIDE,
    GAP,
    INSET,
    MAIN,
    WIDTH,
    grid,
    lettering,
    paragraph,
    ruled,
    size_that_fits,
)
from shared_code.adapters.quotation_pdf.wording import alike, contact, day, kilowatts, less, phone, site, to_the_paisa
from shared_code.rules.rounding import plain
from shared_code.rules.text import in_words, rupees


def letterhead(company: Company) -> list[Any]:
    """Logo and seller."""
    small = [company.address, contact(company), f"GSTIN {company.gstin}" if company.gstin else ""]
    seller = [paragraph(company.name, style.STRONG), *(paragraph(line, style.LABEL) for line in small if line)]
    rule = ("LINEBELOW", (0, 0), (-1, -1), 1.6, style.SUN, "butt")
    below = ("BOTTOMPADDING", (0, 0), (-1, -1), 9)
    return [grid([[Logo(44), seller]], [MAIN, ASIDE], rule, below)]


def title(sheet: QuotationSheet) -> list[Any]:
    """What this is, its reference and how long it holds."""
    facts = [("Reference", sheet.reference), ("Date", day(sheet.created_on)), ("Valid until", day(sheet.valid_until))]
    cells = [[paragraph(label, style.LABEL), paragraph(fact, style.STRONG)] for label, fact in facts]
    what = paragraph("Quotation", style.TITLE)
    subtitle = paragraph(f"{kilowatts(sheet.system_kw)} rooftop solar system  ·  {sheet.phase} phase", style.SUBTITLE)
    widths = [WIDTH * part for part in (0.4, 0.2, 0.2, 0.2)]
    bottom = ("VALIGN", (0, 0), (-1, -1), "BOTTOM")
    return [grid([[what, *cells]], widths, bottom, above=13), grid([[subtitle]], [WIDTH], above=2)]


def parties(sheet: QuotationSheet) -> list[Any]:
    """Customer and site on the left, whom to ask on the right."""
    customer = [
        paragraph("Prepared for", style.LABEL),
        paragraph(sheet.customer.name, style.NAME),
        paragraph(site(sheet.customer)),
        paragraph(phone(sheet.customer.phone)),
    ]
    partner = _partner(sheet.partner) if sheet.partner else []
    return [grid([[customer, partner]], [MAIN, ASIDE], above=12)]


def _partner(partner: Partner) -> list[Any]:
    return [
        paragraph("Your Solarium partner", style.LABEL),
        paragraph(partner.organization or partner.name, style.NAME),
        *([paragraph(partner.name)] if partner.organization else []),
        paragraph(phone(partner.phone)),
    ]


def at_a_glance(sheet: QuotationSheet) -> list[Any]:
    """The four figures a customer looks for first, the net price foremost."""
    widths = [WIDTH * part for part in (0.16, 0.22, 0.22, 0.4)]
    labels = ["System size", "System price", "Total subsidy", "Net price after subsidies"]
    net = rupees(sheet.final_price)
    figures = [kilowatts(sheet.system_kw), rupees(sheet.system_price), rupees(sheet.total_subsidy), net]
    *sizes, net_size = (
        size_that_fits(figure, BOLD, size, width - 2 * INSET)
        for figure, size, width in zip(figures, (14, 14, 14, 20), widths, strict=True)
    )
    look = [
        ("BACKGROUND", (0, 0), (2, -1), style.GREEN),
        ("BACKGROUND", (3, 0), (3, -1), style.SUN),
        *lettering(0, REGULAR, 7.5, style.PALE, (0, 2)),
        *lettering(0, REGULAR, 7.5, style.INK, (3, 3)),
        *lettering(1, BOLD, min(sizes), style.WHITE, (0, 2)),
        *lettering(1, BOLD, net_size, style.INK, (3, 3)),
        ("TOPPADDING", (0, 0), (-1, 0), 8),
        ("BOTTOMPADDING", (0, 1), (-1, 1), 9),
    ]
    return [grid([labels, figures], widths, *look, above=GAP - 3)]


def price(sheet: QuotationSheet, width: float) -> list[Any]:
    """From the system price to what the customer pays, in figures and words."""
    system, central, state, net = alike(
        sheet.system_price, sheet.central_subsidy, sheet.state_subsidy, sheet.final_price
    )
    rows = [
        ["Description", "Amount"],
        ["System price, including GST", system],
        ["Central subsidy, PM Surya Ghar", less(central)],
        [f"State subsidy, {sheet.customer.state}", less(state)],
        ["Net price after subsidies", net],
    ]
    last = [
        ("FONT", (0, -1), (-1, -1), BOLD, 11.5, 15),
        ("TEXTCOLOR", (0, -1), (-1, -1), style.GREEN),
        ("BACKGROUND", (0, -1), (-1, -1), style.MINT),
    ]
    words = paragraph(f"In words: {in_words(sheet.final_price)}.", style.BODY)
    note = paragraph(_subsidy_note(sheet), style.LABEL)
    table = ruled("Price and subsidies", rows, [width * 0.62, width * 0.38], *last, figures={1})
    return [table, grid([[[words, Spacer(0, 3), note]]], [width], pad=5)]


def _subsidy_note(sheet: QuotationSheet) -> str:
    schemes = f"the schemes in force on {day(sheet.created_on)}"
    if not sheet.total_subsidy:
        return f"No subsidy under {schemes}."
    if sheet.total_subsidy > sheet.system_price:
        return f"Subsidies under {schemes}, counted up to the system price."
    return f"Subsidies under {schemes}."


def contained_gst(sheet: QuotationSheet) -> list[Any]:
    """The tax that the system price contains."""
    gst = sheet.gst
    parts = [
        ("Goods", gst.goods_taxable, gst.goods_rate, gst.goods_tax),
        ("Services", gst.services_taxable, gst.services_rate, gst.services_tax),
    ]
    rows = [["Part", "Taxable value", "Rate", "GST", "With GST"]]
    rows += [
        [name, to_the_paisa(value), f"{plain(rate)} %", to_the_paisa(tax), to_the_paisa(value + tax)]
        for name, value, rate, tax in parts
    ]
    value, tax = gst.goods_taxable + gst.services_taxable, gst.goods_tax + gst.services_tax
    rows.append(["Total", to_the_paisa(value), "", to_the_paisa(tax), to_the_paisa(value + tax)])
    total = ("FONT", (0, -1), (-1, -1), BOLD, 9, 12.5)
    whole = ("NOSPLIT", (0, 0), (-1, -1))
    widths = [WIDTH * part for part in (0.19, 0.23, 0.12, 0.22, 0.24)]
    return [ruled("GST contained in the system price", rows, widths, total, whole, figures={1, 2, 3, 4})]

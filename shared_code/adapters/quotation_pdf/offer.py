"""The offer itself: who makes it to whom, the price, the subsidies and the tax in it (rules.md 3.3-3.5, 3.9)."""

from typing import Any

from reportlab.platypus import KeepTogether, Spacer  # type: ignore[import-untyped]

from shared_code.adapters.quotation_pdf import style
from shared_code.adapters.quotation_pdf.fonts import BOLD
from shared_code.adapters.quotation_pdf.logo import Logo
from shared_code.adapters.quotation_pdf.sheet import Company, Partner, QuotationSheet
from shared_code.adapters.quotation_pdf.style import INSET, WIDTH, columns, paragraph, ruled
from shared_code.adapters.quotation_pdf.wording import day, kilowatts, less, phone, site, to_the_paisa
from shared_code.rules.rounding import plain
from shared_code.rules.text import in_words, rupees


def letterhead(company: Company) -> list[Any]:
    """Logo and seller."""
    contact = "  ·  ".join(filter(None, (company.phone, company.email)))
    small = [company.address, contact, f"GSTIN {company.gstin}" if company.gstin else ""]
    seller = [paragraph(company.name, style.STRONG), *(paragraph(line, style.LABEL) for line in small if line)]
    rule = ("LINEBELOW", (0, 0), (-1, -1), 1.6, style.SUN)
    below = ("BOTTOMPADDING", (0, 0), (-1, -1), 9)
    return [columns([Logo(44), seller], [WIDTH * 0.57, WIDTH * 0.43], rule, below), Spacer(0, 14)]


def title(sheet: QuotationSheet) -> list[Any]:
    """What this is, its reference and how long it holds."""
    facts = [("Reference", sheet.reference), ("Date", day(sheet.created_on)), ("Valid until", day(sheet.valid_until))]
    cells = [[paragraph(label, style.LABEL), paragraph(fact, style.STRONG)] for label, fact in facts]
    widths = [WIDTH * part for part in (0.4, 0.2, 0.2, 0.2)]
    return [
        columns([paragraph("Quotation", style.TITLE), *cells], widths, ("VALIGN", (0, 0), (-1, -1), "BOTTOM")),
        Spacer(0, 3),
        paragraph(f"{kilowatts(sheet.system_kw)} rooftop solar system  ·  {sheet.phase} phase", style.SUBTITLE),
        Spacer(0, 13),
    ]


def parties(sheet: QuotationSheet) -> list[Any]:
    """Customer and site on the left, whom to ask on the right."""
    customer = [
        paragraph("Prepared for", style.LABEL),
        paragraph(sheet.customer.name, style.NAME),
        paragraph(site(sheet.customer)),
        paragraph(phone(sheet.customer.phone)),
    ]
    partner = _partner(sheet.partner) if sheet.partner else []
    return [columns([customer, partner], [WIDTH * 0.6, WIDTH * 0.4]), Spacer(0, 13)]


def _partner(partner: Partner) -> list[Any]:
    return [
        paragraph("Your Solarium partner", style.LABEL),
        paragraph(partner.organization or partner.name, style.NAME),
        *([paragraph(partner.name)] if partner.organization else []),
        paragraph(phone(partner.phone)),
    ]


def at_a_glance(sheet: QuotationSheet) -> list[Any]:
    """The four figures a customer looks for first."""
    figures = [
        ("System size", kilowatts(sheet.system_kw)),
        ("System price", rupees(sheet.system_price)),
        ("Total subsidy", rupees(sheet.total_subsidy)),
    ]
    cells = [
        [paragraph(label, style.LABEL_ON_GREEN), paragraph(figure, style.FIGURE_ON_GREEN)] for label, figure in figures
    ]
    cells.append([paragraph("You pay", style.LABEL_ON_SUN), paragraph(rupees(sheet.final_price), style.FIGURE_ON_SUN)])
    green = ("BACKGROUND", (0, 0), (-2, 0), style.GREEN)
    sun = ("BACKGROUND", (-1, 0), (-1, 0), style.SUN)
    return [columns(cells, [WIDTH / 4] * 4, green, sun, ("LEFTPADDING", (-1, 0), (-1, 0), 2 * INSET), pad=9)]


def price(sheet: QuotationSheet) -> list[Any]:
    """From the system price to what the customer pays, in figures and words."""
    rows = [
        ["Description", "Amount"],
        ["System price, including GST", rupees(sheet.system_price)],
        ["Central subsidy, PM Surya Ghar", less(sheet.central_subsidy)],
        [paragraph(f"State subsidy, {sheet.customer.state}"), less(sheet.state_subsidy)],
        ["Net price after subsidies", rupees(sheet.final_price)],
    ]
    net = [
        ("FONT", (0, -1), (-1, -1), BOLD, 11.5, 15),
        ("TEXTCOLOR", (0, -1), (-1, -1), style.GREEN),
        ("BACKGROUND", (0, -1), (-1, -1), style.MINT),
    ]
    table = ruled(rows, [WIDTH * 0.72, WIDTH * 0.28], 1, *net)
    words = paragraph(f"In words: {in_words(sheet.final_price)}.", style.INDENTED)
    note = paragraph(f"Subsidies under the schemes in force on {day(sheet.created_on)}.", style.NOTE)
    return [KeepTogether([paragraph("Price and subsidies", style.HEADING), table, Spacer(0, 4), words, note])]


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
    table = ruled(rows, [WIDTH * part for part in (0.26, 0.21, 0.11, 0.21, 0.21)], 1, total)
    return [KeepTogether([paragraph("GST contained in the system price", style.HEADING), table])]

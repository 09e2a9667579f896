"""What is installed, what it yields, and on which terms (rules.md 3.1, 3.9)."""

from decimal import Decimal
from typing import Any

from reportlab.platypus import CondPageBreak, KeepTogether, Spacer  # type: ignore[import-untyped]

from shared_code.adapters.quotation_pdf import style
from shared_code.adapters.quotation_pdf.sheet import BomItem, PanelGroup, QuotationSheet
from shared_code.adapters.quotation_pdf.style import HEADING, INSET, WIDTH, filled, paragraph, ruled
from shared_code.adapters.quotation_pdf.wording import day, grouped, kilowatts, phone
from shared_code.rules.rounding import plain
from shared_code.rules.text import rupees


def configuration(sheet: QuotationSheet) -> list[Any]:
    """The chosen parts with make, wattage and number."""
    inverter = sheet.inverter
    rating = f"{kilowatts(inverter.capacity_kw)}, {inverter.phase} phase"
    meter = "with smart meter" if sheet.smart_meter else "without smart meter"
    rows = [
        ["Part", "Make and model", "Rating", "Quantity"],
        *map(_panels, sheet.panels),
        _row("Inverter", f"{inverter.make} {inverter.model}", rating, "1"),
        _row("Cables", sheet.cable_type),
        _row("Structure", _structure(sheet.extra_structure_height)),
        _row("Grid connection", sheet.discom, f"{sheet.phase} phase, {meter}"),
    ]
    return [
        paragraph("System configuration", HEADING),
        ruled(rows, [WIDTH * part for part in (0.19, 0.37, 0.32, 0.12)], 3),
    ]


def _panels(group: PanelGroup) -> list[Any]:
    part, model, rating, quantity = _row(
        "Solar panels", f"{group.make} {group.variant}", f"{group.wattage} W each", str(group.quantity)
    )
    power = kilowatts(Decimal(group.wattage * group.quantity) / 1000)
    kind = "DCR panel, made in India" if group.is_dcr else "Non-DCR panel"
    return [
        part,
        [model, paragraph(kind, style.LABEL)],
        [rating, paragraph(f"{power} together", style.LABEL)],
        quantity,
    ]


def _structure(extra_height: Decimal) -> str:
    return f"Raised by {plain(extra_height)} m" if extra_height else "Standard height"


def _row(part: str, model: str, rating: str = "", quantity: str = "") -> list[Any]:
    return [paragraph(part, style.STRONG), paragraph(model), paragraph(rating), quantity]


def expected_yield(sheet: QuotationSheet) -> list[Any]:
    """Generation and saving in a year, with what they rest on."""
    figures = [
        ("Expected generation", f"{grouped(sheet.yearly_kwh)} kWh a year"),
        ("Expected saving", f"{rupees(sheet.yearly_saving)} a year"),
    ]
    cells = [[paragraph(label, style.LABEL), paragraph(figure, style.FIGURE)] for label, figure in figures]
    assumption = (
        f"Assumption: each kW generates {grouped(sheet.assumption.yearly_kwh_per_kw)} kWh a year, and each kWh saves "
        f"{rupees(sheet.assumption.rupees_per_kwh)} on the electricity bill. What a system really yields depends on "
        "sunshine, shade, cleaning and the tariff."
    )
    heading = paragraph("Expected yearly generation and saving", HEADING)
    return [KeepTogether([heading, filled(cells, [WIDTH / 2] * 2), paragraph(assumption, style.NOTE)])]


def materials(items: tuple[BomItem, ...]) -> list[Any]:
    """The bill of materials, two items to a line."""
    if not items:
        return []
    half = (len(items) + 1) // 2
    left, right = list(map(_item, items[:half])), list(map(_item, items[half:]))
    right += [["", ""]] * (half - len(right))
    rows = [["Item", "Quantity"] * 2, *(first + second for first, second in zip(left, right, strict=True))]
    second = [("ALIGN", (2, 0), (2, -1), "LEFT"), ("LEFTPADDING", (2, 0), (2, -1), 4 * INSET)]
    table = ruled(rows, [WIDTH * part for part in (0.34, 0.14, 0.38, 0.14)], 1, *second)
    return [CondPageBreak(90), paragraph("Included materials", HEADING), table]


def _item(item: BomItem) -> list[Any]:
    return [paragraph(item.name), paragraph(f"{plain(item.quantity)} {item.unit}", style.RIGHT)]


def terms(heading: str, text: str) -> list[Any]:
    """A text of the settings, line by line; nothing where there is none."""
    lines = [paragraph(line, style.INDENTED) for line in text.splitlines() if line.strip()]
    return [CondPageBreak(60), paragraph(heading, HEADING), *lines] if lines else []


def acceptance(sheet: QuotationSheet) -> list[Any]:
    """What to do next, and until when."""
    lines = [
        paragraph("Next step", style.STRONG),
        paragraph(f"Accept this quotation in the Solarium app until the end of {day(sheet.valid_until)}."),
    ]
    if sheet.partner:
        lines.append(paragraph(f"Questions? {sheet.partner.name} is glad to help: {phone(sheet.partner.phone)}."))
    accent = ("LINEBEFORE", (0, 0), (0, -1), 3, style.SUN)
    return [Spacer(0, 18), filled([lines], [WIDTH], accent, ("LEFTPADDING", (0, 0), (0, -1), 12))]

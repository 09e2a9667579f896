"""What is installed, and what it yields (rules.md 3.1, 3.9)."""

from decimal import Decimal
from typing import Any

from shared_code.adapters.quotation_pdf import style
from shared_code.adapters.quotation_pdf.fonts import BOLD, REGULAR
from shared_code.adapters.quotation_pdf.sheet import BomItem, PanelGroup, QuotationSheet
from shared_code.adapters.quotation_pdf.style import ASIDE, INSET, MAIN, WIDTH, grid, lettering, paragraph, ruled
from shared_code.adapters.quotation_pdf.wording import grouped, kilowatts, years
from shared_code.rules.rounding import plain
from shared_code.rules.text import rupees


def configuration(sheet: QuotationSheet) -> list[Any]:
    """The chosen parts with make, wattage and number."""
    inverter = sheet.inverter
    meter = "with smart meter" if sheet.smart_meter else "no smart meter"
    rows = [
        ["Part", "Make and model", "Rating", "Quantity"],
        *(_panels(group, "" if n else "Solar panels") for n, group in enumerate(sheet.panels)),
        [
            "Inverter",
            f"{inverter.make} {inverter.model}",
            f"{kilowatts(inverter.capacity_kw)}, {inverter.phase} phase",
            "1",
        ],
        ["Cables", sheet.cable_type, "", ""],
        ["Structure", _structure(sheet.extra_structure_height), "", ""],
        ["Grid connection", sheet.discom, f"{sheet.phase} phase, {meter}", ""],
    ]
    widths = [WIDTH * 0.19, MAIN - WIDTH * 0.19, ASIDE - WIDTH * 0.09, WIDTH * 0.09]
    return [ruled("System configuration", rows, widths, strong={0}, figures={3})]


def _panels(group: PanelGroup, part: str) -> list[Any]:
    power = kilowatts(Decimal(group.wattage * group.quantity) / 1000)
    kind = "DCR panel, made in India" if group.is_dcr else "Non-DCR panel"
    return [
        part,
        [paragraph(f"{group.make} {group.variant}"), paragraph(kind, style.LABEL)],
        [paragraph(f"{group.wattage} W each"), paragraph(f"{power} together", style.LABEL)],
        str(group.quantity),
    ]


def _structure(extra_height: Decimal) -> str:
    return f"Raised by {plain(extra_height)} m" if extra_height else "Standard height"


def expected_yield(sheet: QuotationSheet, width: float) -> list[Any]:
    """Generation and saving in a year, with what they rest on."""
    figures = [
        ("Generation", f"{grouped(sheet.yearly_kwh)} kWh a year"),
        ("Saving on electricity", f"{rupees(sheet.yearly_saving)} a year"),
    ]
    if sheet.payback_years:
        figures.append(("Saving equals the net price after", f"about {years(sheet.payback_years)}"))
    look = [
        ("BACKGROUND", (0, 0), (-1, -1), style.MINT),
        *(line for row in range(0, 2 * len(figures), 2) for line in lettering(row, REGULAR, 7.5, style.MUTED)),
        *(line for row in range(1, 2 * len(figures), 2) for line in lettering(row, BOLD, 14, style.GREEN)),
        *(("TOPPADDING", (0, row), (-1, row), 7) for row in range(0, 2 * len(figures), 2)),
        ("BOTTOMPADDING", (0, -1), (-1, -1), 8),
    ]
    assumption = (
        f"Assumption: each kW generates {grouped(sheet.assumption.yearly_kwh_per_kw)} kWh a year and each kWh saves "
        f"{rupees(sheet.assumption.rupees_per_kwh)}. Real figures vary with sun, shade, dirt and tariff."
    )
    return [
        paragraph("Expected generation and saving", style.HEADING),
        grid([[line] for pair in figures for line in pair], [width], *look),
        grid([[paragraph(assumption, style.LABEL)]], [width], pad=5),
    ]


def materials(items: tuple[BomItem, ...]) -> list[Any]:
    """The bill of materials, two items to a line."""
    if not items:
        return []
    half = (len(items) + 1) // 2
    left, right = list(map(_item, items[:half])), list(map(_item, items[half:]))
    right += [["", ""]] * (half - len(right))
    rows = [["Item", "Quantity"] * 2, *(first + second for first, second in zip(left, right, strict=True))]
    widths = [WIDTH * part for part in (0.385, 0.105, 0.405, 0.105)]
    second = ("LEFTPADDING", (2, 1), (2, -1), 3 * INSET)
    return [ruled("Included materials", rows, widths, second, figures={1, 3})]


def _item(item: BomItem) -> list[str]:
    return [item.name, f"{plain(item.quantity)} {item.unit}"]

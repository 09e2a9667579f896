"""How a quotation is set: nothing is cut off, nothing covers anything else, nothing is left alone (rules.md 3.9)."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from operator import attrgetter
from typing import NamedTuple

import pypdfium2  # type: ignore[import-untyped]
import pytest

from shared_code.adapters.quotation_pdf import QuotationSheet
from shared_code.adapters.quotation_pdf.document import build
from tests.adapters.quotation_sheets import (
    CROWDED,
    EVERY_SHEET,
    FORTY_MATERIALS,
    SHEET,
    THREE_PHASE,
    WARRANTY,
    materials,
)

MARGIN, PAGE_WIDTH, PAGE_HEIGHT = 48.0, 595.3, 841.9  # points
TOUCH = 1.0  # points by which neighbours may overlap

HEADINGS = {
    "System configuration",
    "Part Make and model Rating Quantity",
    "GST contained in the system price",
    "Part Taxable value Rate GST With GST",
    "Included materials",
    "Item Quantity Item Quantity",
    "Payment terms",
    "Warranty",
}

every_sheet = pytest.mark.parametrize("sheet", EVERY_SHEET.values(), ids=EVERY_SHEET.keys())


class Box(NamedTuple):
    """A letter as it is drawn, in points from the lower left corner."""

    letter: str
    left: float
    bottom: float
    right: float
    top: float


def pages(sheet: QuotationSheet) -> list[str]:
    """The text of each page."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(build(sheet))]


def letters(sheet: QuotationSheet) -> Iterator[list[Box]]:
    """The letters of each page from left to right."""
    for page in pypdfium2.PdfDocument(build(sheet)):
        text = page.get_textpage()
        drawn = (Box(text.get_text_range(n, 1), *text.get_charbox(n)) for n in range(text.count_chars()))
        yield sorted((box for box in drawn if not box.letter.isspace()), key=attrgetter("left"))


def covered(drawn: list[Box]) -> Iterator[tuple[Box, Box]]:
    """Letters that cover each other. Devanagari is spared: there signs belong above and below their letter."""
    latin = [box for box in drawn if box.letter < "\u0900" or box.letter == "₹"]
    for n, one in enumerate(latin):
        for other in takewhile(lambda box, end=one.right - TOUCH: box.left < end, latin[n + 1 :]):  # type: ignore[misc]
            if min(one.top, other.top) - max(one.bottom, other.bottom) > TOUCH:
                yield one, other


@every_sheet
def test_no_letter_is_outside_the_margins(sheet: QuotationSheet) -> None:
    for drawn in letters(sheet):
        assert min(box.left for box in drawn) >= MARGIN
        assert max(box.right for box in drawn) <= PAGE_WIDTH - MARGIN
        assert min(box.bottom for box in drawn) >= 20
        assert max(box.top for box in drawn) <= PAGE_HEIGHT - 20


@every_sheet
def test_no_letter_covers_another(sheet: QuotationSheet) -> None:
    assert [pair for drawn in letters(sheet) for pair in covered(drawn)] == []


@pytest.mark.parametrize("sheet", [CROWDED, *(replace(THREE_PHASE, bom=materials(n)) for n in range(0, 40, 3))])
def test_no_heading_stands_alone_at_the_foot_of_a_page(sheet: QuotationSheet) -> None:
    last_lines = {page.splitlines()[-2] for page in pages(sheet)}  # the foot itself is the last
    assert last_lines & HEADINGS == set()


@pytest.mark.parametrize("number", range(0, 41, 4))
def test_signatures_stand_with_the_warranty_and_never_alone(number: int) -> None:
    """However much stands before them."""
    sheet = replace(FORTY_MATERIALS, bom=materials(number))
    assert pages(sheet)[-1].count("as warranted by the manufacturer") == WARRANTY.count("\n")


def test_two_pages_hold_four_kinds_of_panels_and_three_hold_forty_materials() -> None:
    assert [len(pages(sheet)) for sheet in (SHEET, THREE_PHASE, FORTY_MATERIALS)] == [2, 2, 3]

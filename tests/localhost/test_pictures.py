"""The pictures of a quotation in docs/: of a real one, and of what is printed today."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from localhost.pictures import DOCS, draw_pages, sample
from shared_code.adapters.quotation_pdf import QuotationSheet
from shared_code.adapters.quotation_pdf.document import build
from tests.world import World

PAGES = ["quotation-1.png", "quotation-2.png"]


@pytest.fixture(scope="module")
def sheet(world: World) -> QuotationSheet:
    """The sample, priced in a database with the sample catalogue."""
    return sample(world.owner_url)


@pytest.fixture(scope="module")
def drawn(sheet: QuotationSheet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the pictures as they are drawn now."""
    folder = tmp_path_factory.mktemp("pictures")
    assert [path.name for path in draw_pages(build(sheet), folder)] == PAGES
    return folder


def grey(path: Path) -> Image.Image:
    """A picture in shades of grey."""
    with Image.open(path) as picture:
        return picture.convert("L")


def test_the_sample_shows_what_a_quotation_can_have(sheet: QuotationSheet) -> None:
    assert sheet.central_subsidy and sheet.state_subsidy and sheet.partner and sheet.bom and sheet.warranty_text
    assert sheet.final_price == sheet.system_price - sheet.total_subsidy


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_an_a4_sheet_with_print_on_it_and_small(drawn: Path, name: str) -> None:
    page = grey(drawn / name)
    assert page.height / page.width == pytest.approx(297 / 210, abs=0.002)
    assert 1000 <= page.width <= 1240
    assert 200 < ImageStat.Stat(page).mean[0] < 250
    assert (drawn / name).stat().st_size < 200_000


@pytest.mark.parametrize("name", PAGES)
def test_the_pictures_in_docs_are_of_what_is_printed_today(drawn: Path, name: str) -> None:
    """Seen in squares of a letter's size: another letter shows, another machine's way to smooth an edge does not."""
    now, committed = grey(drawn / name), grey(DOCS / name)
    assert now.size == committed.size, "draw them anew: make pictures"
    difference = ImageChops.difference(now, committed).reduce(16)
    assert ImageStat.Stat(difference).extrema[0][1] < 8, "draw them anew: make pictures"


def test_docs_have_no_other_page() -> None:
    assert sorted(path.name for path in DOCS.glob("quotation-*.png")) == PAGES

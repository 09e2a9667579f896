"""The quotation as a customer gets it (rules.md 3.9)."""

import hashlib
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from shared_code.adapters.quotation_pdf import QuotationSheet, render
from tests.adapters.quotation_sheets import (
    BARE,
    CROWDED,
    DEAREST,
    EVERY_SHEET,
    FORTY_MATERIALS,
    GIVEN_AWAY,
    HINDI,
    SHEET,
    THREE_PHASE,
)


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf), strict=True)


@cache
def text_of(sheet: QuotationSheet) -> str:
    """All text, with every run of white space as one space."""
    return " ".join(" ".join(page.extract_text() for page in reader(render(sheet)).pages).split())


def missing(wanted: Iterable[str], text: str) -> list[str]:
    return [each for each in wanted if each not in text]


def test_says_who_offers_what_to_whom_until_when() -> None:
    wanted = ["QUOT-1001", "21 November 2026", "6 December 2026", "Solarium Green Energy", "24AABCS1429B1Z5"]
    wanted += ["Rameshbhai Patel", "12 Shreeji Bungalows, Ahmedabad, Gujarat 380054", "9000000101"]
    wanted += ["Suryoday Solar", "Kiran Shah", "9000000001", "hello@solarium.test"]
    assert missing(wanted, text_of(SHEET)) == []


def test_shows_the_configuration_with_make_and_wattage() -> None:
    wanted = ["3.24 kW", "Single phase", "UGVCL", "with smart meter", "Waaree Bi-55", "540 W", "DCR panel"]
    wanted += ["Growatt MIN 3000TL-X", "3.3 kW", "Polycab", "Raised by 1.5 m", "Earthing kit", "3 set", "40.5 m"]
    assert missing(wanted, text_of(SHEET)) == []


def test_shows_price_subsidies_and_net_price_in_figures_and_words() -> None:
    wanted = ["₹1,54,332", "− ₹78,000", "− ₹6,480", "₹84,480", "₹69,852"]
    wanted += ["In words: sixty-nine thousand eight hundred fifty-two rupees"]
    assert missing(wanted, text_of(SHEET)) == []


def test_shows_the_contained_gst_to_the_paisa() -> None:
    wanted = ["₹99,203.31 5 % ₹4,960.17 ₹1,04,163.48", "₹42,515.70 18 % ₹7,652.82 ₹50,168.52"]
    wanted += ["₹1,41,719.01 ₹12,612.99 ₹1,54,332.00"]
    assert missing(wanted, text_of(SHEET)) == []


def test_shows_yearly_generation_and_saving_with_the_assumption_and_the_terms() -> None:
    wanted = ["4,698 kWh a year", "₹35,235 a year", "1,450 kWh", "₹7.50"]
    wanted += ["Panels: 25 years.", "Inverter: 8 years.", "30 % with the order."]
    assert missing(wanted, text_of(SHEET)) == []


@pytest.mark.parametrize("sheet", EVERY_SHEET.values(), ids=EVERY_SHEET.keys())
def test_never_speaks_of_what_a_customer_must_not_see(sheet: QuotationSheet) -> None:
    assert re.findall("(?i)margin|commission|inflation|add.?on|dealer|overhead", text_of(sheet)) == []


@pytest.mark.parametrize("sheet", EVERY_SHEET.values(), ids=EVERY_SHEET.keys())
def test_every_page_is_a4_and_tells_reference_and_number(sheet: QuotationSheet) -> None:
    pages = reader(render(sheet)).pages
    for number, page in enumerate(pages, start=1):
        assert [round(float(side)) for side in page.mediabox] == [0, 0, 595, 842]
        assert missing(["QUOT-1001", f"Page {number} of {len(pages)}"], page.extract_text()) == []


def test_a_usual_quotation_has_two_pages_and_the_whole_offer_on_the_first() -> None:
    pages = reader(render(SHEET)).pages
    assert len(pages) == 2
    assert missing(["₹69,852", "₹1,54,332.00"], pages[0].extract_text()) == []


def test_the_saving_is_set_against_the_net_price_in_years_rounded_up() -> None:
    assert "Saving equals the net price after about 2 years" in text_of(SHEET)  # 69,852 ÷ 35,235 = 1.98
    assert "about 1 year Assumption" in text_of(replace(SHEET, final_price=SHEET.yearly_saving))
    dearer = replace(SHEET, final_price=SHEET.yearly_saving + Decimal("0.01"))
    assert "about 1.1 years" in text_of(dearer)


def test_without_a_saving_or_a_price_there_is_nothing_to_set_against_each_other() -> None:
    unsaving = replace(SHEET, assumption=replace(SHEET.assumption, rupees_per_kwh=Decimal(0)))
    assert "Saving equals" not in text_of(unsaving) + text_of(GIVEN_AWAY)


def test_tells_how_to_accept_whom_to_ask_and_where_to_sign() -> None:
    wanted = ["until the end of 6 December 2026, or sign it and give it to Kiran Shah."]
    wanted += ["Questions? Kiran Shah is glad to help: +91 9000000001.", "Rameshbhai Patel For the customer: date and"]
    assert missing(wanted, text_of(SHEET)) == []
    assert "or sign it and give it to Solarium." in text_of(BARE)


def test_a_sellers_number_of_ten_digits_gets_its_countrys_code() -> None:
    assert "+91 79 4000 1234 · hello@solarium.test" in text_of(SHEET)
    assert "+91 7940001234 · hello" in text_of(replace(SHEET, company=replace(SHEET.company, phone="7940001234")))


def test_figures_below_each_other_all_have_paise_where_one_has_some() -> None:
    odd = replace(SHEET, system_price=Decimal("154332.50"), final_price=Decimal("69852.50"))
    wanted = ["₹1,54,332.50", "− ₹78,000.00", "− ₹6,480.00", "₹69,852.50"]
    assert missing(wanted, text_of(odd).partition("Price and subsidies")[2]) == []


def test_a_price_of_a_hundred_crore_is_never_broken() -> None:
    assert text_of(DEAREST).count("₹99,99,99,999.99") == 5  # twice in the band, twice in the table, once with its GST
    assert "ninety-nine crore ninety-nine lakh ninety-nine thousand nine hundred" in text_of(DEAREST)


def test_says_why_a_subsidy_is_missing_or_cut() -> None:
    assert "Subsidies under the schemes in force on 21 November 2026." in text_of(SHEET)
    assert "No subsidy under the schemes in force on 21 November 2026." in text_of(THREE_PHASE)
    assert "in force on 21 November 2026, counted up to the system price." in text_of(GIVEN_AWAY)
    assert "In words: zero rupees." in text_of(GIVEN_AWAY)


def test_several_kinds_of_panels_are_told_apart() -> None:
    wanted = ["Solar panels Waaree Mono PERC Bifacial 540 W", "Non-DCR panel 585 W each 2.925 kW together 5"]
    wanted += ["Growatt MOD 10KTL3-X 10 kW, Three phase", "Three phase, no smart meter"]
    text = " ".join(text_of(THREE_PHASE).split())
    assert missing(wanted, text) == []
    assert text.count("Solar panels") == 1


def test_whole_addresses_in_hindi_are_there() -> None:
    wanted = ["श्रीमती लक्ष्मी त्रिवेदी", "१२, धर्मेंद्र कॉलोनी, क्षितिज मार्ग, मेरठ, Uttar Pradesh 250001", "सूर्योदय सौर ऊर्जा"]
    assert missing([*wanted, "Questions? विट्ठल शर्मा is glad"], text_of(HINDI)) == []


def test_a_table_that_goes_on_repeats_its_heading() -> None:
    pages = [
        page.extract_text() for page in reader(render(replace(FORTY_MATERIALS, bom=FORTY_MATERIALS.bom * 2))).pages
    ]
    assert [page.count("Included materials") for page in pages] == [0, 1, 1, 0]


def test_long_names_and_forty_materials_are_all_there() -> None:
    text = text_of(CROWDED)
    assert missing([f"Item {n:02}" for n in range(40)], text) == []
    assert text.count("banyan") == 19 * (1 + 1 + 40)
    assert text.replace(" ", "").count("W" * 100) >= 40


def test_what_is_missing_is_left_out_without_a_trace() -> None:
    text = text_of(BARE)
    assert "12 Shreeji Bungalows, Gujarat 380054" in text
    assert re.findall("None|partner|Included materials|Payment terms|Warranty|GSTIN|Questions", text) == []


@pytest.mark.parametrize(
    "name",
    ["रमेशभाई पटेल", "श्री किरण शर्मा", "क्षितिज त्रिवेदी", "ज्ञानेश्वर", "धर्मेंद्र कीर्ति", "लक्ष्मी हृदय", "सम्यक्", "विट्ठल ज़िला"],
)
def test_devanagari_names_can_be_read_searched_and_copied(name: str) -> None:
    assert name in text_of(replace(SHEET, customer=replace(SHEET.customer, name=name)))


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("<b>Rām</b> & <i>Söhne</i> </para> &amp;", "<b>Rām</b> & <i>Söhne</i> </para> &amp;"),
        ("Asha \U0001f31e\ufe0f Rao", "Asha Rao"),
        ("રમેશ 张 Rao", "\ufffd\ufffd\ufffd \ufffd Rao"),
        ("Asha\u200d\x07\ue001\tRao", "Asha Rao"),
        ("A\u0308rjun", "Ärjun"),
    ],
)
def test_any_name_prints_or_shows_that_a_letter_is_missing(name: str, printed: str) -> None:
    assert f"Prepared for {printed} 12 Shreeji" in text_of(replace(SHEET, customer=replace(SHEET.customer, name=name)))


def test_describes_itself() -> None:
    document = reader(render(SHEET))
    about = document.metadata
    assert about is not None
    assert about.title == "Quotation QUOT-1001 from Solarium Green Energy"
    assert (about.author, about.creator) == ("Solarium Green Energy", "Solarium")
    assert about.subject == "Rooftop solar system of 3.24 kW for Rameshbhai Patel"
    assert str(about["/Keywords"]) == "quotation, rooftop solar, QUOT-1001, 3.24 kW, UGVCL"
    assert str(about["/CreationDate"]) == str(about["/ModDate"]) == "D:20261121000000+05'30'"
    assert str(document.root_object["/Lang"]) == "en-IN"


def test_embeds_every_font_it_uses() -> None:
    fonts: dict[str, Any] = {}
    for page in reader(render(SHEET)).pages:
        fonts |= page["/Resources"]["/Font"]  # type: ignore[index]
    described = [font.get_object().get("/FontDescriptor", {}) for font in fonts.values()]
    assert described
    assert all("/FontFile2" in font for font in described)


def test_same_sheet_same_bytes_whatever_was_printed_before() -> None:
    first = render(SHEET)
    assert render(CROWDED) != first
    assert render(SHEET) == first


def test_same_bytes_in_every_process() -> None:
    code = "import pickle, sys; from shared_code.adapters.quotation_pdf.document import build; "
    code += "sys.stdout.buffer.write(build(pickle.load(sys.stdin.buffer)))"
    for seed in ("1", "2"):
        elsewhere = subprocess.run(
            [sys.executable, "-c", code],
            input=pickle.dumps(CROWDED),
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": "Pacific/Auckland", "PYTHONPATH": os.curdir},
            capture_output=True,
            check=True,
        )
        assert hashlib.sha256(elsewhere.stdout).digest() == hashlib.sha256(render(CROWDED)).digest()


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Threads take turns so often that they meet in the middle of everything."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("restless_threads")
def test_many_at_once_give_the_same_bytes_as_one_after_the_other() -> None:
    names = map(chr, range(0x915, 0x91D))
    sheets = [replace(SHEET, customer=replace(SHEET.customer, name=name)) for name in names]
    with ThreadPoolExecutor(len(sheets)) as pool:
        together = list(pool.map(render, sheets * 5))
    assert together == [render(sheet) for sheet in sheets] * 5


def test_costs_nothing_until_the_first_quotation() -> None:
    code = "import shared_code.adapters.quotation_pdf, sys; sys.exit('reportlab' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": os.curdir}, check=True)

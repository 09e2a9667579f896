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
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from shared_code.adapters.quotation_pdf import (
    BomItem,
    Company,
    Customer,
    Inverter,
    PanelGroup,
    Partner,
    QuotationSheet,
    SavingAssumption,
    render,
)
from shared_code.rules.gst import Gst

SHEET = QuotationSheet(
    reference="QUOT-1001",
    created_on=date(2026, 11, 21),
    valid_until=date(2026, 12, 6),
    company=Company(
        "Solarium Green Energy",
        "12 Satellite Road, Ahmedabad",
        "24AABCS1429B1Z5",
        "+91 79 4000 1234",
        "hello@solarium.test",
    ),
    customer=Customer("Rameshbhai Patel", "9000000101", "12 Shreeji Bungalows", "Gujarat", "380054", "Ahmedabad"),
    partner=Partner("Kiran Shah", "9000000001", "Suryoday Solar"),
    system_kw=Decimal("3.24"),
    phase="Single",
    discom="UGVCL",
    smart_meter=True,
    panels=(PanelGroup("Waaree", "Bi-55", 540, 6, is_dcr=True),),
    inverter=Inverter("Growatt", "MIN 3000TL-X", Decimal("3.3"), "Single"),
    cable_type="Polycab",
    extra_structure_height=Decimal("1.5"),
    bom=(BomItem("Earthing kit", "set", Decimal(3)), BomItem("DC cable", "m", Decimal("40.5"))),
    system_price=Decimal("154332.00"),
    gst=Gst(*map(Decimal, ("99203.31", "5", "4960.17", "42515.70", "18", "7652.82"))),
    central_subsidy=Decimal("78000.00"),
    state_subsidy=Decimal("6480.00"),
    total_subsidy=Decimal("84480.00"),
    final_price=Decimal("69852.00"),
    assumption=SavingAssumption(Decimal(1450), Decimal("7.50")),
    warranty_text="Panels: 25 years.\nInverter: 8 years.",
    payment_terms_text="30 % with the order.",
)
LONG_WORD, LONG_TEXT = "W" * 100, "Near the old banyan tree, " * 19
CROWDED = replace(
    SHEET,
    company=Company(LONG_WORD, LONG_TEXT, email=LONG_WORD),
    customer=Customer(LONG_WORD, "9000000101", LONG_TEXT, "Gujarat", "380054", LONG_WORD),
    partner=Partner(LONG_WORD, "9000000001", LONG_WORD),
    discom=LONG_WORD,
    panels=tuple(PanelGroup(LONG_WORD, LONG_WORD, 540 + n, 1, is_dcr=False) for n in range(18)),
    bom=tuple(BomItem(f"Item {n:02} {LONG_WORD}", "running metre", Decimal(n)) for n in range(40)),
    warranty_text=LONG_TEXT * 40,
    payment_terms_text=LONG_WORD * 20,
)
BARE = replace(
    SHEET,
    company=Company("Solarium", "Ahmedabad"),
    customer=replace(SHEET.customer, city=None),
    partner=None,
    bom=(),
    warranty_text="",
    payment_terms_text=" \n",
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


@pytest.mark.parametrize("sheet", [SHEET, CROWDED, BARE], ids=["usual", "crowded", "bare"])
def test_never_speaks_of_what_a_customer_must_not_see(sheet: QuotationSheet) -> None:
    assert re.findall("(?i)margin|commission|inflation|add.?on|dealer|overhead", text_of(sheet)) == []


@pytest.mark.parametrize("sheet", [SHEET, CROWDED, BARE], ids=["usual", "crowded", "bare"])
def test_every_page_is_a4_and_tells_reference_and_number(sheet: QuotationSheet) -> None:
    pages = reader(render(sheet)).pages
    for number, page in enumerate(pages, start=1):
        assert [round(float(side)) for side in page.mediabox] == [0, 0, 595, 842]
        assert missing(["QUOT-1001", f"Page {number} of {len(pages)}"], page.extract_text()) == []


def test_a_usual_quotation_has_two_pages_and_the_whole_offer_on_the_first() -> None:
    pages = reader(render(SHEET)).pages
    assert len(pages) == 2
    assert missing(["₹69,852", "₹1,54,332.00"], pages[0].extract_text()) == []


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
    code = "import pickle, sys; from shared_code.adapters.quotation_pdf import render; "
    code += "sys.stdout.buffer.write(render(pickle.load(sys.stdin.buffer)))"
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

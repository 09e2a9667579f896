"""Quotations to be printed: a usual one, and those that strain a page in every way."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from shared_code.adapters.quotation_pdf import (
    BomItem,
    Company,
    Customer,
    Inverter,
    PanelGroup,
    Partner,
    QuotationSheet,
    SavingAssumption,
)
from shared_code.rules import gst
from shared_code.rules.pricing_inputs import GstRate

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
    gst=gst.Gst(*map(Decimal, ("99203.31", "5", "4960.17", "42515.70", "18", "7652.82"))),
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


def priced(system_price: str, subsidy: str, net: str) -> dict[str, Any]:
    """The figures of another price; what subsidy there is comes from the centre."""
    price, given = Decimal(system_price), Decimal(subsidy)
    return {
        "system_price": price,
        "gst": gst.contained(price, GstRate(Decimal(70), Decimal(5), Decimal(18))),
        "central_subsidy": given,
        "state_subsidy": Decimal("0.00"),
        "total_subsidy": given,
        "final_price": Decimal(net),
    }


def materials(number: int) -> tuple[BomItem, ...]:
    """So many materials with names as long as the catalogue's longest."""
    return tuple(
        BomItem(f"DC distribution box {n:02} (DCDB) with surge protection", "piece", Decimal(n)) for n in range(number)
    )


WARRANTY = "Solar panels: 25 years on output, at least 80 % of the rated power, as warranted by the manufacturer.\n" * 6
DEAREST = replace(SHEET, system_kw=Decimal("9999.99"), **priced("999999999.99", "0.00", "999999999.99"))
GIVEN_AWAY = replace(SHEET, **priced("70000.00", "84480.00", "0.00"))
THREE_PHASE = replace(
    SHEET,
    phase="Three",
    smart_meter=False,
    system_kw=Decimal("10.17"),
    panels=(
        PanelGroup("Waaree", "Mono PERC Bifacial 540 W", 540, 6, is_dcr=True),
        PanelGroup("Adani Solar", "Shine TOPCon Bifacial 570 W", 570, 4, is_dcr=True),
        PanelGroup("Vikram Solar", "Hypersol TOPCon Bifacial 585 W", 585, 5, is_dcr=False),
        PanelGroup("Tata Power Solar", "TOPCon Bifacial 575 W", 575, 3, is_dcr=True),
    ),
    inverter=Inverter("Growatt", "MOD 10KTL3-X", Decimal(10), "Three"),
    **priced("512345.50", "0.00", "512345.50"),
)
HINDI = replace(
    SHEET,
    customer=Customer(
        "श्रीमती लक्ष्मी त्रिवेदी", "9000000101", "१२, धर्मेंद्र कॉलोनी, क्षितिज मार्ग", "Uttar Pradesh", "250001", "मेरठ"
    ),
    partner=Partner("विट्ठल शर्मा", "9000000001", "सूर्योदय सौर ऊर्जा"),
)
FORTY_MATERIALS = replace(SHEET, bom=materials(40), warranty_text=WARRANTY, payment_terms_text=LONG_TEXT)
EVERY_SHEET = {
    "usual": SHEET,
    "crowded": CROWDED,
    "bare": BARE,
    "dearest": DEAREST,
    "given away": GIVEN_AWAY,
    "three phase": THREE_PHASE,
    "hindi": HINDI,
    "forty materials": FORTY_MATERIALS,
}

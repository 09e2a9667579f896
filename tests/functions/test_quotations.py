"""A quotation is priced on the server, frozen, and never without its PDF (rules.md 3; I7)."""

import hashlib
import json
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any

import pytest
import requests
from pypdf import PdfReader

from functions.quotations.browse_quotations import get_quotation, get_quotation_pdf, list_quotations
from functions.quotations.finalize import finalize_quotation
from functions.quotations.preview import preview_quotation
from shared_code.rules import pricing, pricing_inputs
from shared_code.rules.scope import Caller
from tests.quotations import SYSTEM, count, quoted
from tests.rules.samples import refused
from tests.world import ADMIN, CP_1, CP_3, CUSTOMER, KAM_1, KAM_2, World, codes, race

DELHI: dict[str, Any] = {
    "state": "DL", "discom": "BSES Rajdhani", "smart_meter": True, "panels": [{"panel_id": "PNL011", "quantity": 7}],
    "inverter_id": "INV011", "cable_type": "Standard", "extra_structure_height": Decimal("1.5"),
    "dealer_add_on_per_kw": Decimal("1234.55"),
    "bom": [
        {"item_id": "BOM015", "quantity": 2}, {"item_id": "BOM018", "quantity": Decimal("12.5")},
        {"item_id": "BOM011", "quantity": 3},
    ],
}  # fmt: skip
LUCKNOW: dict[str, Any] = {
    "state": "Uttar Pradesh", "discom": "mvvnl", "phase": "Three", "smart_meter": True, "inverter_id": "INV016",
    "panels": [{"panel_id": "PNL001", "quantity": 5}, {"panel_id": "PNL003", "quantity": 5}],
    "dealer_add_on_per_kw": Decimal(0),
}  # fmt: skip
NOIDA: dict[str, Any] = {
    "state": "UP", "discom": "DIS017", "panels": [{"panel_id": "PNL013", "quantity": 4}], "inverter_id": "INV001",
}  # fmt: skip


def paise(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def by_hand(
    kw: str, bought: str, fees: int, add_on: str = "1800", central: int = 0, state: str = "0", per_kw: int = 6600
) -> dict[str, Decimal]:
    """The figures of rules.md 3.2 and 3.5, ₹. bought: panels, inverter, structure and what was chosen.

    Of the sample catalogue, 11 150 and 6600 per kW are included items, 3500 and 7700 per kW other charges.
    """
    size = Decimal(kw)
    hardware = Decimal(bought) + 11_150 + per_kw * size + 3_500 + 7_700 * size + fees
    add_on_total = paise(Decimal(add_on) * size)
    system = paise(hardware * Decimal("1.1")) + add_on_total
    taxable = system / Decimal("1.089")  # 1 + 0.7 × 5 % + 0.3 × 18 %
    goods, services = taxable * Decimal("0.7"), taxable * Decimal("0.3")
    return {
        "systemKw": size,
        "hardwareSubtotal": hardware,
        "commission": add_on_total,
        "systemPrice": system,
        "centralSubsidy": Decimal(central),
        "stateSubsidy": Decimal(state),
        "finalPrice": system - central - Decimal(state),
        "goodsTaxable": paise(goods),
        "goodsTax": paise(goods * Decimal("0.05")),
        "servicesTaxable": paise(services),
        "servicesTax": system - paise(goods) - paise(goods * Decimal("0.05")) - paise(services),
    }


def read_pdf(world: World, reference: str, reader: Caller = CP_1) -> tuple[bytes, dict[str, Any]]:
    link = world.data(get_quotation_pdf, reader, quotation_id=reference)
    return requests.get(link["url"], timeout=10).content, link


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (SYSTEM, by_hand("3.24", "109500", 7_400, central=78_000)),
        (DELHI, by_hand("3.82", "145762.5", 13_100, "1234.55", 78_000, "7640", per_kw=6100)),
        (LUCKNOW, by_hand("5.60", "170500", 18_400, "0")),
        (NOIDA, by_hand("2.16", "73900", 8_050, central=62_880, state="30000")),
    ],
    ids=["Gujarat", "Delhi", "Lucknow", "Noida"],
)
def test_a_quotation_is_priced_line_by_line_as_the_rules_say(
    world: World, choice: dict[str, Any], expected: dict[str, Decimal]
) -> None:
    lead_id = world.lead()
    preview = world.data(preview_quotation, CP_1, lead_id=lead_id, **SYSTEM | choice)
    made = quoted(world, lead_id, **choice)
    for offer in (preview, made):
        figures = offer | offer["breakdown"] | offer["gst"]
        assert {name: Decimal(str(figures[name])) for name in expected} == expected
    assert made.items() >= preview.items()


def test_capacities_and_quantities_travel_as_numbers(world: World) -> None:
    made = quoted(world, world.lead(), **DELHI)
    assert made["inverter"]["capacityKw"] == 4
    assert {line["itemId"]: line["quantity"] for line in made["bom"]}.items() >= {"BOM018": 12.5, "BOM006": 1}.items()


def test_a_quotation_priced_again_from_its_frozen_inputs_gives_the_same_figures(world: World) -> None:
    made = quoted(world, world.lead(), **DELHI)
    world.owner.execute("UPDATE inverter SET unit_price = unit_price + 1000 WHERE inverter_id = 'INV011'")
    later = quoted(world, world.lead(), **DELHI)
    assert later["systemPrice"] == made["systemPrice"] + 1100
    inputs = world.value(
        "SELECT inputs::text FROM quotation WHERE quotation_reference = %s", made["quotationReference"]
    )
    again = pricing.figures(pricing_inputs.from_json(inputs))
    assert float(again.system_price) == made["systemPrice"]
    assert float(again.final_price) == made["finalPrice"]
    lines = {name: float(getattr(again, name)) for name in ("bom", "fees", "structure", "commission")}
    assert lines.items() <= made["breakdown"].items()


def test_the_pdf_of_a_quotation_tells_the_offer_and_nothing_of_its_calculation(world: World) -> None:
    made = quoted(world, world.lead())
    content, link = read_pdf(world, made["quotationReference"])
    assert hashlib.sha256(content).hexdigest() == link["sha256"] == made["pdfSha256"]
    assert len(content) == link["sizeBytes"]
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())
    for said in (made["quotationReference"], "Chitra Desai", "Patel Solar", "₹2,01,502.20", "₹1,23,502.20"):
        assert said in text
    assert not re.search(r"add.?on|\bcommission\b|margin|inflation|dealer|1,?800|5,?832|overhead", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("choice", "code", "fields"),
    [
        ({"panels": [{"panel_id": "PNL001", "quantity": 3}]}, "RULE_VIOLATION", {"panels", "inverterId"}),
        ({"panels": [{"panel_id": "PNL001", "quantity": 10}]}, "RULE_VIOLATION", {"panels", "inverterId"}),
        ({"inverter_id": "INV014"}, "RULE_VIOLATION", {"inverterId"}),
        ({"dealer_add_on_per_kw": Decimal("2000.01")}, "RULE_VIOLATION", {"dealerAddOnPerKw"}),
        ({"extra_structure_height": Decimal("0.7")}, "RULE_VIOLATION", {"extraStructureHeight"}),
        ({"state": "MH", "discom": "BEST", "smart_meter": True}, "RULE_VIOLATION", {"smartMeter"}),
        ({"discom": "BEST"}, "RULE_VIOLATION", {"discom"}),
        ({"state": "Atlantis"}, "MASTER_DATA_MISSING", {"state"}),
        ({"discom": "Nobody"}, "MASTER_DATA_MISSING", {"discom"}),
        ({"panels": [{"panel_id": "PNL999", "quantity": 6}]}, "MASTER_DATA_MISSING", {"panels"}),
        ({"inverter_id": "INV999"}, "MASTER_DATA_MISSING", {"inverterId"}),
        ({"bom": [{"item_id": "BOM999", "quantity": 1}]}, "MASTER_DATA_MISSING", {"bom"}),
        ({"system_kw": Decimal("3.25")}, "RULE_VIOLATION", {"systemKw"}),
        ({"system_price": Decimal(1), "final_price": Decimal(2)}, "RULE_VIOLATION", {"systemPrice", "finalPrice"}),
    ],
)
def test_a_choice_outside_what_is_sold_is_refused_naming_what_is_wrong(
    world: World, choice: dict[str, Any], code: str, fields: set[str]
) -> None:
    lead_id = world.lead()
    for workflow in (preview_quotation, finalize_quotation):
        with refused(code, *fields):
            world.call(workflow, CP_1, lead_id=lead_id, **SYSTEM | choice)
    assert count(world, lead_id) == 0


def test_a_figure_of_the_client_that_differs_from_ours_is_answered_with_both(world: World) -> None:
    lead_id = world.lead()
    figures: dict[str, Any] = {
        "system_kw": Decimal("3.24"),
        "system_price": Decimal("201502.20"),
        "final_price": Decimal("123502.20"),
    }
    with refused("RULE_VIOLATION", "finalPrice") as caught:
        quoted(world, lead_id, **figures | {"final_price": Decimal(123502)})
    assert caught.value.details == {"finalPrice": "yours is 123502, ours 123502.2"}
    assert quoted(world, lead_id, **figures)["finalPrice"] == 123502.20


@pytest.mark.parametrize("status", ["Under Execution", "Executed", "Not Interested"])
def test_a_closed_lead_gets_no_quotation(world: World, status: str) -> None:
    with refused("LEAD_CLOSED"):
        quoted(world, world.lead(status=status))


@pytest.mark.parametrize(
    ("caller", "code"), [(CP_3, "NOT_FOUND"), (KAM_2, "OUT_OF_SCOPE"), (ADMIN, None), (KAM_1, None)]
)
def test_a_quotation_is_made_and_seen_in_scope_alone(world: World, caller: Caller, code: str | None) -> None:
    lead_id = world.lead()
    reference = quoted(world, lead_id)["quotationReference"]
    asked: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (finalize_quotation, {"lead_id": lead_id} | SYSTEM), (preview_quotation, {"lead_id": lead_id} | SYSTEM),
        (get_quotation, {"quotation_id": reference}), (get_quotation_pdf, {"quotation_id": reference}),
    ]  # fmt: skip
    assert codes(race(4, lambda n: world.call(asked[n][0], caller, **asked[n][1]))) == [code or "ok"] * 4


def test_a_customer_sees_a_quotation_once_it_is_shared_and_never_how_it_was_calculated(world: World) -> None:
    lead_id = world.lead()
    hidden, shown = quoted(world, lead_id), quoted(world, lead_id, share_with_customer=True)
    for workflow in (get_quotation, get_quotation_pdf):
        with refused("NOT_FOUND"):
            world.call(workflow, CUSTOMER, quotation_id=hidden["quotationReference"])
    seen = world.data(list_quotations, CUSTOMER, lead_id=lead_id)["items"]
    assert [one["quotationReference"] for one in seen] == [shown["quotationReference"]]
    assert seen[0]["breakdown"] is None
    assert not re.search(r"add.?on|commission|margin|inflation|dealer", json.dumps(seen), re.IGNORECASE)
    content, link = read_pdf(world, shown["quotationReference"], CUSTOMER)
    assert hashlib.sha256(content).hexdigest() == link["sha256"]

"""Stored quotations are priced again equal from their frozen inputs; no difference stays unseen (rules.md 3.6)."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
import requests
from psycopg.types.json import Jsonb
from pydantic.alias_generators import to_snake

from localhost import demo
from shared_code.adapters.blobs import Stored
from shared_code.quotations import catalogue
from shared_code.quotations.recompute import recompute
from tests.app_process import ROOT, AppProcess
from tests.quotations import quoted
from tests.sql.price_list import LAST_OF_OLD_GST, SAMPLE
from tests.world import World

# Of subsidies S1, S2 and S3, by their state; MESCOM gets one of its own.
PLACES: list[dict[str, Any]] = [
    {"state": "Gujarat", "discom": "DGVCL"},
    {"state": "DL", "discom": "BSES Rajdhani", "smart_meter": True},
    {"state": "Uttar Pradesh", "discom": "mvvnl", "smart_meter": True},
    {"state": "KA", "discom": "MESCOM"},
]
# From 2.16 to 10.26 kW; DCR, not DCR, and both at once.
SYSTEMS: list[dict[str, Any]] = [
    {"phase": "Single", "inverter_id": "INV003", "panels": [{"panel_id": "PNL001", "quantity": 6}]},
    {"phase": "Single", "inverter_id": "INV001", "panels": [{"panel_id": "PNL013", "quantity": 4}]},
    {"phase": "Single", "inverter_id": "INV011", "panels": [{"panel_id": "PNL002", "quantity": 7}]},
    {"phase": "Three", "inverter_id": "INV014", "panels": [{"panel_id": "PNL011", "quantity": 7}]},
    {"phase": "Three", "inverter_id": "INV018", "panels": [{"panel_id": "PNL005", "quantity": 18}]},
    {
        "phase": "Three", "inverter_id": "INV016",
        "panels": [{"panel_id": "PNL001", "quantity": 5}, {"panel_id": "PNL003", "quantity": 5}],
    },
]  # fmt: skip
BOMS: list[list[dict[str, Any]]] = [
    [],
    [{"item_id": "BOM012", "quantity": 1}, {"item_id": "BOM018", "quantity": Decimal("12.55")}],
    [{"item_id": "BOM001", "quantity": 2}, {"item_id": "BOM002", "quantity": Decimal("0.01")}],
]
VARIETY = 24


@pytest.fixture(scope="module")
def varied(world: World) -> World:
    """A world with many quotations, some of them of the time before the present GST."""
    world.owner.execute("UPDATE discom SET subsidy_type = 'S3' WHERE name = 'MESCOM'")
    dice = Random(VARIETY)
    for number in range(VARIETY):
        choice = dice.choice(PLACES) | dice.choice(SYSTEMS)
        quoted(
            world, world.lead(), now=None if number % 4 else LAST_OF_OLD_GST, **choice, bom=dice.choice(BOMS),
            cable_type=dice.choice(["Polycab", "Standard"]),
            extra_structure_height=dice.choice([Decimal(height) for height in ("0", "0.5", "1", "1.5", "2")]),
            dealer_add_on_per_kw=dice.choice([None, Decimal(0), Decimal("1234.55"), Decimal(2000)]),
        )  # fmt: skip
    return world


def said(owner_url: str) -> list[str]:
    """The lines of a recomputation."""
    lines: list[str] = []
    recompute(owner_url, lines.append)
    return lines


def raise_prices(world: World, folder: Path) -> None:
    """From now on everything costs more, and the settings and schemes are others too."""
    dearer = json.loads(SAMPLE.read_text()) | {"validFrom": datetime.now(UTC).isoformat()}
    for row in [row for kind in dearer.values() if isinstance(kind, list) for row in kind]:
        for price in row.keys() & {"unitPrice", "price", "discomFee", "installation", "amount"}:
            row[price] += 777
    (folder / "dearer.json").write_text(json.dumps(dearer))
    catalogue.load_file(world.owner_url, folder / "dearer.json")
    for change in (
        "UPDATE setting SET value = '12.5' WHERE name = 'inflationPercent'",
        "UPDATE gst_rate SET goods_rate = 11",
        "UPDATE subsidy_scheme SET tiers = '[]'",
        "UPDATE discom SET subsidy_type = NULL, name = name || ' Ltd'",
    ):
        world.owner.execute(change)


def test_quotations_of_all_kinds_are_priced_again_equal(varied: World) -> None:
    assert said(varied.owner_url) == [f"{VARIETY} quotations priced again, 0 differ"]
    kinds = "SELECT DISTINCT phase, state FROM quotation"
    assert len(varied.rows(kinds)) == 2 * len(PLACES)
    subsidies = "SELECT DISTINCT inputs -> 'state' ->> 'kind', (offer -> 'stateSubsidy')::numeric > 0 FROM quotation"
    assert {("S1", False), ("S2", True), ("S3", True), ("S3", False)} <= set(varied.rows(subsidies))
    assert varied.rows("SELECT DISTINCT (offer #> '{gst,goodsRate}')::int AS rate FROM quotation ORDER BY rate") == [
        (5,),
        (12,),
    ]


def test_new_prices_rates_and_schemes_change_no_old_quotation(varied: World, tmp_path: Path) -> None:
    before = quoted(varied, varied.lead())
    raise_prices(varied, tmp_path)
    after = quoted(varied, varied.lead(), discom="DIS001")
    assert after["systemPrice"] > before["systemPrice"]
    assert (after["centralSubsidy"], after["gst"]["goodsRate"], after["discom"]) == (0, 11, "DGVCL Ltd")
    assert said(varied.owner_url) == [f"{VARIETY + 2} quotations priced again, 0 differ"]


TAMPERED = {
    "final_price = final_price - 1": "final_price: stored 123501.20, recomputed 123502.20",
    "dealer_add_on_total = 0": "dealer_add_on_total: stored 0.00, recomputed 5832.00",
    "discom = 'PGVCL'": "discom: stored PGVCL, recomputed DGVCL",
    "offer = jsonb_set(offer, '{finalPrice}', '1')": "offer.finalPrice: stored 1, recomputed 123502.2",
    "offer = jsonb_set(offer, '{panels,0,wattage}', '590')": "offer.panels.0.wattage: stored 590, recomputed 540",
    "offer = offer || '{\"discount\": 5}'": "offer.discount: stored 5, recomputed nothing",
    "offer = jsonb_set(offer, '{bom}', '[]') - 'phase'": "offer.phase: stored nothing, recomputed Single",
    "breakdown = breakdown - 'commission'": "breakdown.commission: stored nothing, recomputed 5832.0",
    "inputs = jsonb_set(inputs, '{inverter,unitPrice}', '0')": "system_price: stored 201502.20, recomputed ",
    "inputs = inputs - 'fees'": "inputs: cannot be priced (ValidationError)",
    "inputs = jsonb_set(inputs, '{fees}', 'null')": "inputs: cannot be priced (AssertionError)",
}


def test_what_somebody_changed_behind_the_triggers_is_found_and_named(own_world: World) -> None:
    made = [quoted(own_world, own_world.lead())["quotationReference"] for _ in range(len(TAMPERED) + 1)]
    with psycopg.connect(own_world.owner_url) as db:
        db.execute("ALTER TABLE quotation DISABLE TRIGGER USER")
        for change, reference in zip(TAMPERED, made, strict=False):
            db.execute(f"UPDATE quotation SET {change} WHERE quotation_reference = %s", [reference])
    ended = subprocess.run(
        [sys.executable, "-m", "shared_code", "recompute"], cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"DATABASE_URL": own_world.owner_url}, timeout=60,
    )  # fmt: skip
    *lines, last = ended.stdout.splitlines()
    assert (ended.returncode, last) == (1, f"{len(made)} quotations priced again, {len(TAMPERED)} differ"), ended.stdout
    for told, reference in zip(TAMPERED.values(), made, strict=False):
        assert any(line.startswith(f"{reference} {told}") for line in lines), (told, lines)
    assert not any(line.startswith(f"{made[-1]} ") for line in lines)


def as_frozen_at_first(value: Any) -> Any:
    """Inputs as the first release wrote them: named as in Python, decimals as strings."""
    if isinstance(value, dict):
        return {to_snake(name): as_frozen_at_first(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_frozen_at_first(part) for part in value]
    return str(value) if isinstance(value, float) else value


def test_quotations_frozen_by_the_first_release_are_priced_again_equal(own_world: World) -> None:
    quoted(own_world, own_world.lead(), **PLACES[1] | SYSTEMS[3], bom=BOMS[1], extra_structure_height=Decimal("1.5"))
    inputs = json.loads(own_world.value("SELECT inputs::text FROM quotation"))
    own_world.owner.execute("ALTER TABLE quotation DISABLE TRIGGER USER")
    own_world.owner.execute("UPDATE quotation SET inputs = %s", [Jsonb(as_frozen_at_first(inputs))])
    assert said(own_world.owner_url) == ["1 quotations priced again, 0 differ"]


def test_every_quotation_of_the_demo_is_priced_again_equal_and_has_the_pdf_of_its_hash(
    app: AppProcess, tmp_path: Path
) -> None:
    with psycopg.connect(app.owner_url, autocommit=True) as db:
        for table in ("otp_challenge", "otp_guard"):  # so that the demo need not wait for a code
            db.execute(f"DELETE FROM {table} WHERE phone = %s", [demo.PARTNER])
        demo.play(app.url, tmp_path)
        rows = db.execute("SELECT quotation_reference, pdf_sha256, pdf_size FROM quotation").fetchall()
    assert said(app.owner_url) == [f"{len(rows)} quotations priced again, 0 differ"]
    admin = app.admin()
    for reference, sha256, size in rows:
        pdf = requests.get(admin.data("GET", f"quotations/{reference}/pdf")["url"], timeout=10).content
        assert Stored.of(pdf) == Stored(sha256, size), reference
    assert {path.stem for path in tmp_path.glob("QUOT-*.pdf")} <= {reference for reference, _, _ in rows}

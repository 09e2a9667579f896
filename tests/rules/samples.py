"""Values the tests of the rules start from, and the way they expect a refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared_code.rules.pricing_inputs import (
    BomLine,
    CableType,
    Discom,
    Fees,
    GstRate,
    Inputs,
    Inverter,
    PanelLine,
    Phase,
    Settings,
    SubsidyScheme,
    Tier,
)
from shared_code.rules.refusal import Refusal

TODAY = date(2026, 11, 21)


@contextmanager
def refused(code: str, *fields: str) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """The block is refused with the code and, where fields are named, with exactly these in its details."""
    with pytest.raises(Refusal) as caught:
        yield caught
    assert caught.value.code == code
    assert caught.value.message
    if fields:
        assert set(caught.value.details or ()) == set(fields)


def tiers(*rows: tuple[str, str, str]) -> tuple[Tier, ...]:
    return tuple(Tier(*map(Decimal, row)) for row in rows)


CENTRAL = SubsidyScheme("central", True, tiers(("1", "30000", "30000"), ("2", "60000", "18000"), ("3", "78000", "0")))
S1 = SubsidyScheme("S1", True, ())
S2 = SubsidyScheme("S2", True, tiers(("0", "0", "2000"), ("5", "10000", "0")))
S3 = SubsidyScheme("S3", True, tiers(("0", "0", "15000"), ("2", "30000", "0")))

GST_2025 = GstRate(Decimal(70), Decimal(5), Decimal(18))
GST_2021 = GstRate(Decimal(70), Decimal(12), Decimal(18))

PANEL = PanelLine("PNL001", "Waaree", "Bifacial", 540, True, Decimal(15000), 6)
INVERTER = Inverter("INV001", "Growatt", "MIN 3300", Decimal("3.3"), Phase.SINGLE, Decimal(45000))
NO_FEES = Fees(*[Decimal(0)] * 5)
DISCOM = Discom("DIS001", "PGVCL", "GJ", (Phase.SINGLE, Phase.THREE), (False, True))

# The first example of rules.md 3.7.
FIRST = Inputs(
    state_code="GJ",
    discom=DISCOM,
    phase=Phase.SINGLE,
    smart_meter=False,
    panels=(PANEL,),
    inverter=INVERTER,
    cable_type=CableType.POLYCAB,
    extra_structure_height=Decimal(0),
    dealer_add_on_per_kw=Decimal(1800),
    bom=(),
    other_charges=(),
    structure=None,
    fees=NO_FEES,
    settings=Settings(Decimal(10), Decimal(0), Decimal(2000)),
    central=CENTRAL,
    state=S2,
    gst=GST_2025,
)


def with_quantity(quantity: int, **changes: Any) -> Inputs:
    """The first example with another number of panels."""
    return replace(FIRST, panels=(replace(PANEL, quantity=quantity),), **changes)


def bom_line(**changes: Any) -> BomLine:
    line = BomLine("BOM001", "Lightning arrester", "Accessory", None, "piece", Decimal(100), False, True)
    return replace(line, **changes)

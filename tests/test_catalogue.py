"""The catalogue: the sample sells whatever a quotation may ask for; a faulty one is refused with all its faults."""

from datetime import UTC, datetime
from itertools import product

import pytest

from shared_code.quotations.catalogue import Catalogue, CatalogueError, read
from shared_code.rules.pricing_bounds import INVERTER_SHARE, PANELS_IN_ALL, STRUCTURE_HEIGHTS
from shared_code.rules.pricing_inputs import CableType, Phase
from shared_code.rules.rounding import kilowatts
from tests.sql.price_list import PANEL, SAMPLE, written

CABLE = {"itemId": "BOM001", "name": "Cable", "type": "Cable", "unit": "kW", "unitPrice": 950}


@pytest.fixture(scope="module")
def sample() -> Catalogue:
    return read(SAMPLE.read_bytes())


# The sample ---------------------------------------------------------------------------------------------------------


def test_the_sample_is_a_realistic_catalogue(sample: Catalogue) -> None:
    assert sample.valid_from == datetime(2024, 12, 31, 18, 30, tzinfo=UTC)  # midnight in India
    for is_dcr in (True, False):
        assert len({panel.make for panel in sample.panels if panel.is_dcr is is_dcr}) >= 4
    assert all(530 <= panel.wattage <= 590 for panel in sample.panels)
    assert len(sample.inverters) >= 8
    assert {structure.height for structure in sample.structures} == set(STRUCTURE_HEIGHTS) - {0}
    included_cables = [item.cable_type for item in sample.bom_items if item.type == "Cable" and item.included]
    assert sorted(included_cables, key=str) == [CableType.POLYCAB, CableType.STANDARD]
    assert {item.included for item in sample.bom_items} == {item.per_kw for item in sample.bom_items} == {True, False}
    names = {charge.name for charge in sample.other_charges}
    assert names == {"Transportation", "Overheads", "Company margin", "Dealer margin"}


@pytest.mark.parametrize("phase", Phase)
def test_every_number_of_panels_finds_an_inverter(sample: Catalogue, phase: Phase) -> None:
    least, most = INVERTER_SHARE
    fewest, largest_count = PANELS_IN_ALL[phase]
    capacities = [inverter.capacity_kw for inverter in sample.inverters if inverter.phase is phase]
    for wattage, count in product({panel.wattage for panel in sample.panels}, range(fewest, largest_count + 1)):
        kw = kilowatts(wattage * count)
        assert any(least * kw <= capacity <= most * kw for capacity in capacities), (wattage, count, kw)


# Faults -------------------------------------------------------------------------------------------------------------


def test_all_faults_are_named_at_once() -> None:
    faulty = written(
        "01.01.2026",
        panels=[PANEL | {"unitPrice": -1, "colour": "blue"}, {}],
        inverters=[{"inverterId": "INV1", "capacityKw": 0}],
        fees=[{"smartMeter": "yes"}],
    )
    with pytest.raises(CatalogueError) as refused:
        read(faulty)
    for field in (
        "validFrom",
        "panels.0.unitPrice",
        "panels.0.colour",
        "panels.1.make",
        "inverters.0.inverterId",
        "fees.0.smartMeter",
    ):
        assert f"{field}: " in str(refused.value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"{", "Invalid JSON"),
        (written(prices=[]), "prices: Extra inputs"),
        (written("2026-01-01T00:00:00"), "validFrom: .*timezone"),
        (written("2026-02-30"), "validFrom: .*day"),
        (written(panels=[PANEL, PANEL]), "more than once: panelId PNL001"),
        (written(panels=[PANEL | {"unitPrice": 0.001}]), "panels.0.unitPrice: .*2 decimal places"),
        (written(bomItems=[CABLE]), "bomItems.0: .*cableType"),
        (written(bomItems=[CABLE | {"type": "Accessory", "cableType": "Polycab"}]), "bomItems.0: .*cableType"),
        (written(structures=[{"structureId": "STR001", "height": 2.5, "price": 1}]), "structures.0.height"),
        (
            written(structures=[{"structureId": f"STR00{n}", "height": 1, "price": n} for n in (1, 2)]),
            "more than once: height 1",
        ),
    ],
)
def test_a_faulty_file_is_refused(text: bytes, fault: str) -> None:
    with pytest.raises(CatalogueError, match=fault):
        read(text)


def test_valid_from_may_be_an_instant() -> None:
    assert read(written("2026-01-01T06:30:00Z")).valid_from == datetime(2026, 1, 1, 6, 30, tzinfo=UTC)

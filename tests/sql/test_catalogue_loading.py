"""Loading a catalogue: what is new opens a period, what is known changes nothing, what contradicts is refused whole."""

import json
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from shared_code.quotations.catalogue import Catalogue, CatalogueError, load, load_file, read
from shared_code.sql.pool import Db
from tests.sql.price_list import PANEL, SAMPLE, written


@pytest.fixture(scope="module")
def sample() -> Catalogue:
    return read(SAMPLE.read_bytes())


def prices(db: Db, panel_id: str = "PNL001") -> list[tuple[Any, ...]]:
    return db.execute(
        "SELECT unit_price, is_active, valid_to IS NULL FROM panel WHERE panel_id = %s ORDER BY valid_from", [panel_id]
    ).fetchall()


def test_loading_again_changes_nothing(priced: Db, sample: Catalogue) -> None:
    assert load(priced, sample) == dict.fromkeys(sample.periods(), 0)


def test_a_new_price_closes_the_old_period(priced: Db) -> None:
    update = read(written(panels=[PANEL, PANEL | {"panelId": "PNL777"}]))
    assert load(priced, update)["panels"] == 2
    assert prices(priced) == [(15000, True, False), (Decimal("15000.50"), True, True)]
    assert prices(priced, "PNL777") == [(Decimal("15000.50"), True, True)]


def test_what_is_not_in_the_file_stays(priced: Db) -> None:
    load(priced, read(written(panels=[PANEL])))
    assert prices(priced, "PNL002") == [(8400, True, True)]


def test_an_item_that_is_no_longer_sold_is_listed_as_not_active(priced: Db) -> None:
    load(priced, read(written(panels=[PANEL | {"isActive": False}])))
    assert prices(priced)[-1] == (Decimal("15000.50"), False, True)


def test_an_older_file_does_not_undo_a_later_change(priced: Db, sample: Catalogue) -> None:
    load(priced, read(written(panels=[PANEL])))
    assert sum(load(priced, sample).values()) == 0
    assert prices(priced)[-1][0] == Decimal("15000.50")


def test_two_heights_may_change_places(priced: Db) -> None:
    swapped = [
        {"structureId": "STR001", "height": 1, "price": 3000},
        {"structureId": "STR002", "height": 0.5, "price": 1500},
    ]
    assert load(priced, read(written(structures=swapped)))["structures"] == 2


@pytest.mark.parametrize(
    ("kinds", "fault"),
    [
        ({"panels": [PANEL]}, "panel: "),
        ({"structures": [{"structureId": "STR009", "height": 1, "price": 1}]}, "structure: .*conflict"),
    ],
    ids=["the past again", "a second row for a height"],
)
def test_what_contradicts_the_database_is_refused_whole(priced: Db, kinds: dict[str, Any], fault: str) -> None:
    new_charge = {"chargeId": "CHG900", "name": "Insurance", "basis": "fixed", "amount": 100}
    with pytest.raises(CatalogueError, match=fault):
        load(priced, read(written("2025-01-01", otherCharges=[new_charge], **kinds)))
    assert prices(priced) == [(15000, True, True)]
    assert priced.execute("SELECT FROM other_charge WHERE charge_id = 'CHG900'").fetchall() == []


def test_a_discom_its_state_does_not_have_is_refused(priced: Db, sample: Catalogue) -> None:
    fee = sample.fees[0].model_dump(mode="json", by_alias=True) | {"feeId": "FEE900", "stateCode": "MH"}
    with pytest.raises(CatalogueError, match="there is no DISCOM DIS001 in MH"):
        load(priced, read(json.dumps({"validFrom": "2026-01-01", "fees": [fee]}).encode()))


def test_a_file_is_loaded_for_good(database: str) -> None:
    opened = load_file(database, SAMPLE)
    with psycopg.connect(database) as db:
        assert db.execute("SELECT count(*) FROM fee").fetchone() == (68,)
    assert opened["fees"] in {0, 68}


def test_every_connection_a_discom_offers_has_its_fees(priced: Db, sample: Catalogue) -> None:
    offered = priced.execute(
        "SELECT state_code, discom_id, phase, smart_meter"
        " FROM discom, unnest(phases) phase, unnest(smart_meter_options) smart_meter"
    ).fetchall()
    assert {(fee.state_code, fee.discom_id, fee.phase.value, fee.smart_meter) for fee in sample.fees} == set(offered)

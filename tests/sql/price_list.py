"""What the tests of master data share: the sample catalogue, instants, one seller's choice, a change of a price."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from shared_code.sql.pool import Db
from shared_code.sql.quotation_inputs import Choice

SAMPLE = Path(__file__).parents[2] / "localhost" / "catalogue.json"
NOW = datetime(2026, 1, 15, 6, 30, tzinfo=UTC)
LAST_OF_OLD_GST = datetime(2025, 9, 21, 18, 29, 59, tzinfo=UTC)  # 23:59:59 in India
CHOICE = Choice(
    state="Gujarat",
    discom="DGVCL",
    phase="Single",
    smart_meter=False,
    panels=[("PNL001", 6)],
    inverter_id="INV003",
    bom=[("BOM015", Decimal(2))],
    extra_structure_height=Decimal("0.5"),
)

PANEL = {"panelId": "PNL001", "make": "Waaree", "variant": "540", "wattage": 540, "isDcr": True, "unitPrice": 15000.5}


def written(valid_from: str = "2026-01-01", **kinds: list[dict[str, Any]]) -> bytes:
    """A catalogue's file."""
    return json.dumps({"validFrom": valid_from, **kinds}).encode()


def change_panel(db: Db, at: datetime, is_active: bool = True) -> None:
    """Close the running period of PNL001 and open the next, at ₹14,000, in one statement."""
    db.execute(
        """
        WITH closed AS (UPDATE panel SET valid_to = %(at)s WHERE panel_id = 'PNL001' AND valid_to IS NULL RETURNING *)
        INSERT INTO panel (panel_id, make, variant, wattage, is_dcr, unit_price, is_active, valid_from)
        SELECT panel_id, make, variant, wattage, is_dcr, 14000, %(is_active)s, %(at)s FROM closed
        """,
        {"at": at, "is_active": is_active},
    )


@contextmanager
def refused(db: Db, error: type[psycopg.Error], match: str | None = None) -> Iterator[None]:
    """What is done here fails with `error`, and the test's transaction goes on."""
    with pytest.raises(error, match=match), db.transaction():
        yield

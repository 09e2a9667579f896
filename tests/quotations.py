"""Quotations as a seller makes them: one system to offer, and the whole way to a row with its PDF."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import psycopg

from functions.quotations.browse_quotations import list_quotations
from functions.quotations.finalize import finalize_quotation
from shared_code.rules.scope import Caller
from tests.world import ADMIN, CP_1, World

# 3.24 kW in Gujarat, ₹ of the sample catalogue.
SYSTEM: dict[str, Any] = {
    "state": "Gujarat",
    "discom": "DGVCL",
    "phase": "Single",
    "panels": [{"panel_id": "PNL001", "quantity": 6}],
    "inverter_id": "INV003",
}


def quoted(world: World, lead_id: str, caller: Caller = CP_1, now: datetime | None = None, **choice: Any) -> Any:
    """A finalised quotation of the lead, as the caller sees it."""
    return world.data(finalize_quotation, caller, now, lead_id=lead_id, **SYSTEM | choice)


def shared(world: World, lead_id: str, now: datetime | None = None) -> str:
    """The reference of a quotation that the customer may answer."""
    return str(quoted(world, lead_id, now=now, share_with_customer=True)["quotationReference"])


def statuses(world: World, lead_id: str) -> dict[str, str]:
    """Reference and status of the lead's quotations."""
    items = world.data(list_quotations, ADMIN, lead_id=lead_id)["items"]
    return {one["quotationReference"]: one["status"] for one in items}


def count(world: World, lead_id: str) -> int:
    """How many quotations the lead has."""
    return int(world.value("SELECT count(*) FROM quotation WHERE lead_id = %s", lead_id))


def overtaken(world: World, lead_id: str, act: Callable[[], Any], change: Callable[[psycopg.Connection], Any]) -> Any:
    """What `act` answers or raises when `change`, by the owner, is committed while `act` waits for the lead's lock."""
    with psycopg.connect(world.owner_url) as db, ThreadPoolExecutor(1) as pool:
        db.execute("SELECT 1 FROM lead WHERE lead_id = %s FOR UPDATE", [lead_id])
        outcome = pool.submit(act)
        while not outcome.done() and not world.rows("SELECT 1 FROM pg_locks WHERE NOT granted"):
            time.sleep(0.01)
        change(db)
        db.commit()
        return outcome.exception() or outcome.result()

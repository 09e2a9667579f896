"""Commissions as Admins settle them, and what a lead's timeline tells of its own."""

import itertools
from datetime import UTC, date, datetime
from typing import Any

from functions.commissions.approve_or_pay import approve_or_pay
from functions.commissions.browse_commissions import get_commission, list_commissions
from functions.leads.browse_leads import get_timeline
from functions.leads.update_status import update_status
from shared_code.rules.scope import Caller
from tests import rows
from tests.world import ADMIN, REMARKS, World

NOW = datetime(2026, 1, 15, 6, tzinfo=UTC)
TODAY = date(2026, 1, 15)
_utrs = itertools.count(1)


def new_utr() -> str:
    """A UTR nobody has used."""
    return f"HDFCN{next(_utrs):011}"


def move(world: World, lead_id: str, status: str, caller: Caller = ADMIN, **fields: Any) -> None:
    """Move a lead; an Admin by override."""
    more = {"override": True, "override_reason": "The meter was not there."} if caller is ADMIN else {}
    world.call(update_status, caller, NOW, lead_id=lead_id, new_status=status, remarks=REMARKS, **more | fields)


def lead_under_execution(world: World, cp_id: str | None = "CP-1", **quotation: Any) -> str:
    """A lead that lacks nothing but being executed."""
    lead_id = world.lead(cp_id or "CP-1", "Under Execution", token_number="TOK-1")
    reference = rows.quotation(world, lead_id, "Accepted", **quotation)
    change = "UPDATE lead SET quotation_ref = %s, assigned_to = %s WHERE lead_id = %s"
    world.owner.execute(change, [reference, cp_id, lead_id])
    return lead_id


def commission_of(world: World, lead_id: str) -> Any:
    """The lead's commission with its history, None if there is none."""
    items = world.data(list_commissions, ADMIN, lead_id=lead_id)["items"]
    return world.data(get_commission, ADMIN, commission_id=items[0]["commissionId"]) if items else None


def settle(world: World, commission_id: str, caller: Caller = ADMIN, now: datetime = NOW, **fields: Any) -> Any:
    """Approve or pay; answers the commission."""
    return world.data(approve_or_pay, caller, now, commission_id=commission_id, **fields)


def pay(world: World, commission_id: str, **fields: Any) -> Any:
    """Pay an approved commission under a new UTR; answers it."""
    payment: dict[str, Any] = {"action": "pay", "utr": new_utr(), "paid_on": TODAY, "method": "NEFT"}
    return settle(world, commission_id, **payment | fields)


def actions(world: World, lead_id: str) -> list[str]:
    """What the timeline tells of the commission, oldest first."""
    entries = reversed(world.data(get_timeline, ADMIN, lead_id=lead_id, limit=100)["items"])
    return [entry["action"] for entry in entries if entry["action"].startswith("commission")]

"""A lead that is edited, moved and reassigned at once: one order for all, never an open one of an inactive partner.

data.md I6; rules.md 1.5, 4.1; api.md 2.8 (`OPEN_LEADS`).
"""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.leads.create_lead import create_lead
from functions.leads.edit_lead import edit_lead
from functions.leads.reassign import reassign_lead
from functions.leads.update_status import update_status
from functions.people.deactivate_partner import deactivate_channel_partner
from shared_code.rules.lead_status import Status
from shared_code.rules.scope import Caller, Role
from shared_code.sql import leads
from shared_code.sql import network as statements
from shared_code.sql.scope import LEADS, LOCKED_LEADS
from tests import network, rows
from tests.racing import CALLERS, ROW_LOCK, rounds, rush, spoil, until, waiting
from tests.timelines import breaches
from tests.world import ADMIN, KAM_1, REMARKS, World, codes, race

SITE = {"address": "7 Lake View", "state": "Gujarat", "pin_code": "380058"}
_numbers = itertools.count(9_720_000_001)
REFUSED = {"INVALID_STATUS_TRANSITION", "VALIDATION_ERROR"}  # a move that is no longer allowed, or needs more by now
WRITES = ["edit", "move", "reassign", "give another phone"]


def write(world: World, caller: Caller, lead_id: str, number: int, kinds: Sequence[str]) -> Any:
    """A write of one of these kinds, that its number tells from all others."""
    kind = kinds[number % len(kinds)]
    mine: dict[str, Any] = {"lead_id": lead_id}
    if kind == "edit":
        return world.call(edit_lead, caller, **mine, address=f"House {number}", remarks=f"Edited by {number}.")
    if kind == "reassign":
        return world.call(reassign_lead, caller, **mine, cp_id=f"CP-{1 + number // 4 % 2}", reason=REMARKS)
    if kind == "give another phone":
        return world.call(edit_lead, caller, **mine, phone=str(9_730_000_000 + number % 10))
    day = datetime.now(UTC).date() + timedelta(days=1 + number % 25)
    move: dict[str, Any] = {"new_status": list(Status)[number % 7], "remarks": f"Moved by {number}.", "override": True}
    return world.call(update_status, caller, **mine, **move, follow_up_date=day)


def all_at_once(world: World, lead_id: str, caller: Caller, kinds: Sequence[str]) -> list[str]:
    gate = f"SELECT FROM lead WHERE lead_id = '{lead_id}' FOR UPDATE"
    return codes(rush(world, gate, lambda number: write(world, caller, lead_id, number, kinds)))


@rounds
@pytest.mark.parametrize("caller", [ADMIN, KAM_1], ids=["admin", "kam"])
def test_edits_moves_and_reassignments_at_once_leave_a_timeline_that_leads_to_the_lead(
    world: World, caller: Caller, turn: int
) -> None:
    lead_id = world.lead()
    outcomes = Counter(all_at_once(world, lead_id, caller, WRITES))
    assert set(outcomes) <= {"ok"} | REFUSED, "none fails for coming second"
    assert not breaches(world.owner, lead_id)
    holder, phone = world.rows("SELECT u.phone, l.phone FROM lead l JOIN user_account u ON u.user_id = l.customer_id"
                               " WHERE lead_id = %s", lead_id)[0]  # fmt: skip
    assert holder == phone


def test_editing_without_the_leads_lock_breaks_the_timeline(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, leads, ROW_LOCK)
    lead_id = world.lead()
    all_at_once(world, lead_id, ADMIN, ["edit", "move"])
    assert breaches(world.owner, lead_id)


def test_a_scope_that_is_a_join_refuses_a_kam_for_coming_second(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL judges a lead that it waited for together with the partner it had before."""
    spoil(monkeypatch, leads, re.escape(LOCKED_LEADS[Role.KAM]), LEADS[Role.KAM])
    assert "OUT_OF_SCOPE" in all_at_once(world, world.lead(), KAM_1, WRITES)


@rounds
def test_a_commission_belongs_to_who_had_the_lead_when_it_was_executed(world: World, turn: int) -> None:
    lead_id = world.lead(status="Under Execution", token_number="TOK-1")
    reference = rows.quotation(world, lead_id, "Accepted")
    done: dict[str, Any] = {"lead_id": lead_id, "new_status": "Executed", "remarks": REMARKS}
    acts = [
        lambda: world.call(update_status, ADMIN, **done, quotation_ref=reference),
        lambda: world.call(reassign_lead, ADMIN, lead_id=lead_id, cp_id="CP-2", reason=REMARKS),
    ]
    gate = f"SELECT FROM lead WHERE lead_id = '{lead_id}' FOR UPDATE"
    assert codes(rush(world, gate, lambda number: acts[number](), 2)) == ["ok", "ok"]
    entries = world.rows("SELECT action FROM timeline_entry WHERE lead_id = %s ORDER BY entry", lead_id)
    actions = [action for (action,) in entries]
    earned = "CP-2" if actions.index("reassigned") < actions.index("commissionOpened") else "CP-1"
    assert world.value("SELECT cp_id FROM commission WHERE lead_id = %s", lead_id) == earned


def give(world: World, cp_id: str, number: int, lead_id: str) -> Any:
    """Every other one enters a lead for the partner, the others reassign one to it."""
    if number % 2:
        return world.call(reassign_lead, KAM_1, lead_id=lead_id, cp_id=cp_id, reason=REMARKS)
    lead: dict[str, Any] = {"customer_name": "Meera", "phone": str(next(_numbers)), "assigned_to": cp_id, **SITE}
    return world.call(create_lead, KAM_1, **lead)


def deactivate(world: World, cp_id: str) -> Any:
    return world.call(deactivate_channel_partner, ADMIN, cp_id=cp_id, reason="Has left.")


def standing(world: World, cp_id: str) -> tuple[str, int]:
    """The partner's status, and how many open leads it has."""
    status = world.value("SELECT status FROM user_account WHERE user_id = %s", cp_id)
    return status, world.value("SELECT count(*) FROM lead WHERE assigned_to = %s", cp_id)


@rounds
def test_a_partner_is_deactivated_or_given_leads_when_both_come_at_once(world: World, turn: int) -> None:
    cp_id, mine = network.partner(world, "KAM-1"), [world.lead() for _ in range(CALLERS)]
    last = turn % CALLERS

    def act(number: int) -> Any:
        return deactivate(world, cp_id) if number == last else give(world, cp_id, number, mine[number])

    outcomes = codes(rush(world, f"SELECT FROM user_account WHERE user_id = '{cp_id}' FOR UPDATE", act))
    deactivated = outcomes.pop(last)
    status, count = standing(world, cp_id)
    assert (status, deactivated) in {("active", "OPEN_LEADS"), ("deactivated", "ok")}
    assert set(outcomes) == ({"ok"} if count else {"RULE_VIOLATION"})
    assert count == (CALLERS - 1 if status == "active" else 0)


def overtaken(world: World, callers: int = 8) -> tuple[str, int]:
    """A partner is deactivated while leads for it are written already, and not yet there for all to see."""
    cp_id, mine = network.partner(world, "KAM-1"), [world.lead() for _ in range(callers)]
    with ThreadPoolExecutor(1) as background:

        def meanwhile() -> None:
            deactivating = background.submit(deactivate, world, cp_id)
            until(lambda: deactivating.done() or waiting(world) > callers)

        held = f"SELECT FROM channel_partner WHERE cp_id = '{cp_id}' FOR UPDATE"  # the lead refers to that row
        rush(world, held, lambda number: give(world, cp_id, number, mine[number]), callers, meanwhile)
    return standing(world, cp_id)


@rounds
def test_a_lead_on_its_way_keeps_its_partner_active(world: World, turn: int) -> None:
    assert overtaken(world) == ("active", 8)


def test_without_the_partners_lock_it_is_left_to_an_inactive_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, statements, " FOR SHARE OF u")
    status, count = overtaken(world)
    assert (status, count > 0) == ("deactivated", True)


@rounds
def test_leads_that_bear_a_partners_phone_are_refused_and_do_not_wait_for_each_other(world: World, turn: int) -> None:
    """Each lead locks its partner; were the partner locked whose phone it bears, two would wait for each other."""
    partners = dict(world.rows("SELECT user_id, phone FROM user_account WHERE user_id IN ('CP-1', 'CP-2')"))

    def enter(number: int) -> Any:
        cp_id, of_other = (("CP-1", "CP-2"), ("CP-2", "CP-1"))[number % 2]
        lead: dict[str, Any] = {"customer_name": "Meera", "phone": partners[of_other], "assigned_to": cp_id, **SITE}
        return world.call(create_lead, ADMIN, **lead)

    assert codes(race(20, enter)) == ["DUPLICATE_PHONE"] * 20

"""Moving a lead: what is written, who hears of it, and what a refusal leaves (rules.md 1, 7)."""

import json
import logging
from datetime import UTC, date, datetime
from typing import Any

import pytest

from functions.leads.browse_leads import get_lead, get_timeline
from functions.leads.update_status import update_status
from shared_code.rules.scope import Caller
from tests import rows
from tests.rules.samples import refused
from tests.world import ADMIN, CP_1, CP_3, CUSTOMER, KAM_1, KAM_2, REMARKS, World

NOW = datetime(2026, 1, 15, 6, tzinfo=UTC)
SOON = date(2026, 1, 20)
REASON = "Entered by mistake, sorry."
OVERRIDE: dict[str, Any] = {"override": True, "override_reason": REASON}


def move(world: World, caller: Caller, lead_id: str, status: str, **fields: Any) -> Any:
    given = {"remarks": REMARKS, "follow_up_date": SOON} | fields
    return world.data(update_status, caller, NOW, lead_id=lead_id, new_status=status, **given)


def newest(world: World, lead_id: str) -> Any:
    return world.data(get_timeline, ADMIN, lead_id=lead_id, limit=1)["items"][0]


def test_a_move_is_written_with_its_entry_as_one(world: World) -> None:
    lead_id = world.lead(follow_up_date=date(2026, 1, 16), remarks="First call.")
    moved = move(world, CP_1, lead_id, "In Discussion")
    assert moved.items() >= {
        "status": "In Discussion", "followUpDate": "2026-01-20", "remarks": REMARKS, "version": 2,
        "allowedNextStatuses": ["Physical Meeting Assigned", "Customer Accepted", "Won", "Not Responding",
                                "Not Interested", "Other Territory"],
    }.items()  # fmt: skip
    entry = newest(world, lead_id)
    assert entry["before"] == {"status": "New Lead", "followUpDate": "2026-01-16", "remarks": "First call."}
    assert entry["after"] == {"status": "In Discussion", "followUpDate": "2026-01-20", "remarks": REMARKS}
    assert [entry[name] for name in ("action", "actorId", "actorName", "actorRole", "remarks")] == [
        "status", "CP-1", "Pravin Patel", "CP", REMARKS,
    ]  # fmt: skip
    assert (entry["override"], entry["reason"]) == (False, None)


@pytest.mark.parametrize(("caller", "told"), [(CP_1, {"KAM-1"}), (KAM_1, {"CP-1"}), (ADMIN, {"CP-1", "KAM-1"})])
def test_a_move_is_told_to_partner_and_kam_except_who_made_it(world: World, caller: Caller, told: set[str]) -> None:
    lead_id = world.lead()
    move(world, caller, lead_id, "In Discussion")
    assert world.told(lead_id) == {("leadStatus", who) for who in told}


def test_a_milestone_is_told_to_the_customer_too(world: World) -> None:
    lead_id = world.lead()
    reference = rows.quotation(world, lead_id)
    milestones = {"Customer Accepted", "Won", "Under Execution", "Executed"}
    for status in ("In Discussion", "Customer Accepted", "Won", "Pending at Solarium", "Under Execution", "Executed"):
        more = {"quotation_ref": reference} if status == "Won" else {"token_number": "TOK-7"}
        move(world, CP_1, lead_id, status, **(more if status in ("Won", "Under Execution") else {}))
    told = world.rows(
        "SELECT data ->> 'status' FROM notification WHERE user_id = 'CUST-1' AND data ->> 'leadId' = %s", lead_id
    )
    assert {status for (status,) in told} == milestones
    assert len(told) == 4
    assert world.data(get_lead, CP_1, lead_id=lead_id).items() >= {"followUpDate": None, "isTerminal": True}.items()


def test_staying_where_it_is_writes_an_entry_and_is_told_to_nobody(world: World) -> None:
    lead_id = world.lead(status="In Discussion")
    assert move(world, CP_1, lead_id, "In Discussion", remarks="They called back today.")["version"] == 2
    assert newest(world, lead_id).items() >= {"action": "edited", "remarks": "They called back today."}.items()
    assert world.told(lead_id) == set()


def test_a_refused_move_leaves_nothing_but_a_line_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    lead_id = world.lead()
    with caplog.at_level(logging.INFO, "solarium"), refused("INVALID_STATUS_TRANSITION") as caught:
        move(world, CP_1, lead_id, "Executed")
    assert caught.value.message.startswith("Invalid status transition")
    [line] = [json.loads(record.message) for record in caplog.records if "move_refused" in record.message]
    assert line.items() >= {"leadId": lead_id, "userId": "CP-1", "move": {"from": "New Lead", "to": "Executed"}}.items()
    assert REMARKS not in caplog.text
    assert world.data(get_lead, CP_1, lead_id=lead_id)["version"] == 1
    assert world.data(get_timeline, CP_1, lead_id=lead_id)["total"] == 1


def test_a_move_refused_to_who_saw_an_older_version_leaves_that_line_too(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    lead_id = world.lead()
    with caplog.at_level(logging.INFO, "solarium"), refused("STALE_VERSION"):
        move(world, CP_1, lead_id, "In Discussion", expected_version=7)
    [line] = [json.loads(record.message) for record in caplog.records if "move_refused" in record.message]
    assert (line["leadId"], line["userId"], line["code"]) == (lead_id, "CP-1", "STALE_VERSION")
    assert line["move"] == {"from": "New Lead", "to": "In Discussion"}


@pytest.mark.parametrize("staff", [KAM_1, ADMIN])
def test_staff_overrides_the_matrix_with_a_reason_that_stands_in_the_timeline(world: World, staff: Caller) -> None:
    lead_id = world.lead(status="Not Interested", follow_up_date=None)
    with refused("INVALID_STATUS_TRANSITION"):
        move(world, staff, lead_id, "Won")
    with refused("VALIDATION_ERROR", "overrideReason"):
        move(world, staff, lead_id, "Won", override=True, remarks=None, override_reason="Oops")
    won = move(world, staff, lead_id, "Won", remarks=None, follow_up_date=None, **OVERRIDE)
    assert won.items() >= {"status": "Won", "followUpDate": "2026-01-16", "quotationRef": None}.items()
    entry = newest(world, lead_id)
    assert entry.items() >= {"action": "override", "override": True, "reason": REASON}.items()
    assert "reason" not in json.dumps([entry["before"], entry["after"]])


@pytest.mark.parametrize(
    ("caller", "status", "fields", "code"),
    [
        (CP_1, "In Discussion", OVERRIDE, "FORBIDDEN"),
        (CUSTOMER, "In Discussion", {}, "FORBIDDEN"),
        (CUSTOMER, "Executed", {}, "INVALID_STATUS_TRANSITION"),
        (CP_3, "In Discussion", {}, "NOT_FOUND"),
        (KAM_2, "In Discussion", {}, "OUT_OF_SCOPE"),
        (KAM_2, "Executed", OVERRIDE, "OUT_OF_SCOPE"),
    ],
)
def test_who_may_not_move_a_lead_is_told_why(
    world: World, caller: Caller, status: str, fields: dict[str, Any], code: str
) -> None:
    with refused(code):
        move(world, caller, world.lead(), status, **fields)


def test_a_move_needs_a_quotation_of_this_lead_and_keeps_its_references(world: World) -> None:
    lead_id, other = world.lead(status="In Discussion"), world.lead()
    rejected = rows.quotation(world, lead_id, "Rejected")
    for reference in (rows.quotation(world, other), rejected):
        with refused("RULE_VIOLATION", "quotationRef"):
            move(world, CP_1, lead_id, "Won", quotation_ref=reference)
    reference, second = rows.quotation(world, lead_id), rows.quotation(world, lead_id)
    move(world, CP_1, lead_id, "Won", quotation_ref=reference)
    with refused("REFERENCE_SET", "quotationRef"):
        move(world, CP_1, lead_id, "Pending at Solarium", quotation_ref=second)
    assert move(world, CP_1, lead_id, "Pending at Solarium")["quotationRef"] == reference


def test_who_saw_an_older_version_is_told_what_changed_and_by_whom(world: World) -> None:
    lead_id = world.lead(follow_up_date=date(2026, 1, 16))
    move(world, CP_1, lead_id, "In Discussion")
    move(world, KAM_1, lead_id, "Physical Meeting Assigned", follow_up_date=date(2026, 1, 21))
    with refused("STALE_VERSION") as stale:
        move(world, CP_1, lead_id, "Not Interested", expected_version=1)
    details: Any = stale.value.details
    assert details["currentVersion"] == 3
    assert details["changed"]["status"].items() >= {
        "from": "New Lead", "to": "Physical Meeting Assigned", "by": "Kiran Rao",
    }.items()  # fmt: skip
    assert details["changed"]["followUpDate"].items() >= {"from": "2026-01-16", "to": "2026-01-21"}.items()
    assert move(world, CP_1, lead_id, "Not Interested", expected_version=3)["isTerminal"]


def test_without_the_feature_there_is_no_status_customer_accepted(world: World) -> None:
    lead_id = world.lead()
    with world.with_settings(feature_customer_accepted=False):
        assert "Customer Accepted" not in world.data(get_lead, CP_1, lead_id=lead_id)["allowedNextStatuses"]
        with refused("VALIDATION_ERROR", "newStatus"):
            move(world, CP_1, lead_id, "Customer Accepted")


def test_a_customer_sees_its_lead_move_and_no_remarks(world: World) -> None:
    lead_id = world.lead()
    move(world, KAM_1, lead_id, "Won", **OVERRIDE)
    entries = world.data(get_timeline, CUSTOMER, lead_id=lead_id)["items"]
    assert [entry["action"] for entry in entries] == ["override", "created"]
    assert entries[0].items() >= {"after": {"status": "Won"}, "remarks": None, "reason": None}.items()
    assert world.data(get_lead, CUSTOMER, lead_id=lead_id)["remarks"] is None

"""Reassigning a lead: to whom it may go, who hears of it, and from when on (rules.md 2.1-2.3, 7; api.md 2.2)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.commissions.browse_commissions import list_commissions
from functions.documents.issue_upload import issue_lead_upload
from functions.leads.browse_leads import get_lead, get_timeline, list_leads
from functions.leads.reassign import reassign_lead
from functions.leads.update_status import update_status
from functions.quotations.browse_quotations import get_quotation
from shared_code.rules.scope import Caller, Role
from tests import rows
from tests.rules.samples import refused
from tests.timelines import breaches
from tests.world import ADMIN, CP_1, CP_3, KAM_1, KAM_2, REMARKS, World, codes, race

REASON = "Nearer to the customer."
CP_2 = Caller("CP-2", Role.CP, "session-cp-2", "Pooja Shah")


def reassign(world: World, caller: Caller, lead_id: str, cp_id: str, **fields: Any) -> Any:
    return world.data(reassign_lead, caller, lead_id=lead_id, cp_id=cp_id, **{"reason": REASON} | fields)


def outcome(world: World, workflow: Callable[..., Any], caller: Caller, **fields: Any) -> str:
    return codes(race(1, lambda _: world.call(workflow, caller, **fields)))[0]


def entries(world: World, lead_id: str) -> Any:
    """The timeline without its first entry, newest first."""
    return world.data(get_timeline, ADMIN, lead_id=lead_id)["items"][:-1]


@pytest.fixture
def bengal(world: World) -> Iterator[World]:
    """CP-3 works with the first KAM for a while."""
    world.owner.execute("UPDATE channel_partner SET kam_id = 'KAM-1' WHERE cp_id = 'CP-3'")
    yield world
    world.owner.execute("UPDATE channel_partner SET kam_id = 'KAM-2' WHERE cp_id = 'CP-3'")


@pytest.mark.parametrize("caller", [KAM_1, ADMIN])
def test_a_lead_goes_to_another_partner_with_a_reason(world: World, caller: Caller) -> None:
    lead_id = world.lead()
    lead = reassign(world, caller, lead_id, "CP-2")
    assert lead.items() >= {"assignedTo": "CP-2", "assignedCpName": "Pooja Shah", "version": 2}.items()
    [entry] = entries(world, lead_id)
    assert entry.items() >= {
        "action": "reassigned", "actorId": caller.user_id, "reason": REASON, "override": False, "remarks": None,
        "before": {"assignedTo": "CP-1"}, "after": {"assignedTo": "CP-2"},
    }.items()  # fmt: skip
    assert not breaches(world.owner, lead_id)


@pytest.mark.parametrize(
    ("caller", "former", "cp_id", "told"),
    [
        (KAM_1, "CP-1", "CP-2", {"CP-1": "leadReassigned", "CP-2": "leadAssigned"}),
        (ADMIN, "CP-1", "CP-2", {"CP-1": "leadReassigned", "CP-2": "leadAssigned", "KAM-1": "leadReassigned"}),
        (
            ADMIN, "CP-1", "CP-3",
            {"CP-1": "leadReassigned", "CP-3": "leadAssigned", "KAM-1": "leadReassigned", "KAM-2": "leadReassigned"},
        ),
        (ADMIN, None, "CP-3", {"CP-3": "leadAssigned", "KAM-2": "leadReassigned"}),
    ],
)  # fmt: skip
def test_both_partners_and_both_kams_are_told_except_who_did_it(
    world: World, caller: Caller, former: str, cp_id: str, told: dict[str, str]
) -> None:
    lead_id = world.lead(former)
    reassign(world, caller, lead_id, cp_id, override=cp_id == "CP-3")
    assert world.told(lead_id) == {(what, who) for who, what in told.items()}


def test_the_partner_it_leaves_is_not_told_to_whom_it_went_nor_why(world: World) -> None:
    lead_id = world.lead()
    reassign(world, ADMIN, lead_id, "CP-2")
    texts = world.rows("SELECT user_id, message FROM notification WHERE data ->> 'leadId' = %s", lead_id)
    messages = dict(texts)
    assert not any(REASON in text for text in messages.values())
    assert "CP-2" not in messages["CP-1"]
    assert {"CP-1", "CP-2"} <= set(messages["KAM-1"].rstrip(".").split())


@pytest.mark.parametrize("status", ["In Discussion", "Executed", "Not Interested"])
def test_the_partner_who_has_it_keeps_it_without_a_trace(world: World, status: str) -> None:
    lead_id = world.lead(status=status)
    assert reassign(world, KAM_1, lead_id, "CP-1").items() >= {"assignedTo": "CP-1", "version": 1}.items()
    assert entries(world, lead_id) == []
    assert world.told(lead_id) == set()


@pytest.mark.parametrize("status", ["Executed", "Not Interested"])
def test_a_terminal_lead_goes_too(world: World, status: str) -> None:
    assert reassign(world, KAM_1, world.lead(status=status), "CP-2")["assignedTo"] == "CP-2"


def test_a_lead_is_the_new_partners_on_the_very_next_request(world: World) -> None:
    lead_id = world.lead()
    reference = rows.quotation(world, lead_id)
    doc_id = rows.document(world, lead_id)
    reassign(world, ADMIN, lead_id, "CP-3", override=True)
    upload = {"file_name": "a.pdf", "content_type": "application/pdf", "file_size": 9}
    asks: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (get_lead, {"lead_id": lead_id}),
        (get_timeline, {"lead_id": lead_id}),
        (get_quotation, {"quotation_id": reference}),
        (update_status, {"lead_id": lead_id, "new_status": "New Lead", "remarks": REMARKS}),
        (issue_lead_upload, {"lead_id": lead_id} | upload),
    ]
    for caller, code in ((CP_1, "NOT_FOUND"), (KAM_1, "OUT_OF_SCOPE"), (CP_3, "ok"), (KAM_2, "ok"), (ADMIN, "ok")):
        for workflow, fields in asks:
            assert outcome(world, workflow, caller, **fields) == code
    assert lead_id in {lead["leadId"] for lead in world.data(list_leads, CP_3, limit=100)["items"]}
    assert world.value("SELECT state FROM document WHERE doc_id = %s", doc_id) == "Accepted"


def test_what_was_offered_and_earned_stays_whose_it_was(world: World) -> None:
    lead_id, commission_id = rows.executed(world)
    reassign(world, KAM_1, lead_id, "CP-2")
    assert world.rows("SELECT cp_id FROM quotation WHERE lead_id = %s", lead_id) == [("CP-1",)]
    [mine] = world.data(list_commissions, CP_1, lead_id=lead_id)["items"]
    assert (mine["commissionId"], mine["cpId"]) == (commission_id, "CP-1")
    assert world.data(list_commissions, CP_2, lead_id=lead_id)["items"] == []


def test_a_commission_is_earned_by_who_has_the_lead_when_it_is_executed(world: World) -> None:
    lead_id = world.lead(status="Under Execution", token_number="TOK-1")
    reference = rows.quotation(world, lead_id, "Accepted")
    reassign(world, KAM_1, lead_id, "CP-2")
    world.call(update_status, CP_2, lead_id=lead_id, new_status="Executed", remarks=REMARKS, quotation_ref=reference)
    assert world.rows("SELECT cp_id FROM commission WHERE lead_id = %s", lead_id) == [("CP-2",)]


@pytest.mark.parametrize(
    ("caller", "former", "cp_id", "code"),
    [
        (KAM_2, "CP-1", "CP-3", "OUT_OF_SCOPE"),
        (KAM_1, None, "CP-1", "OUT_OF_SCOPE"),
        (KAM_1, "CP-1", "CP-3", "OUT_OF_SCOPE"),
        (KAM_1, "CP-1", "CP-999", "OUT_OF_SCOPE"),
        (ADMIN, "CP-1", "CP-9", "RULE_VIOLATION"),
        (ADMIN, "CP-1", "CP-999", "RULE_VIOLATION"),
        (ADMIN, "CP-1", "CP-3", "RULE_VIOLATION"),
    ],
)
def test_a_lead_goes_to_an_active_partner_of_who_reassigns_it_in_its_own_state(
    world: World, caller: Caller, former: str, cp_id: str, code: str
) -> None:
    lead_id = world.lead(former)
    with refused(code):
        reassign(world, caller, lead_id, cp_id)
    assert world.value("SELECT assigned_to FROM lead WHERE lead_id = %s", lead_id) == former
    assert (entries(world, lead_id), world.told(lead_id)) == ([], set())


@pytest.mark.parametrize("change", ["blocked = true", "status = 'deactivated'", "status = 'pending'"])
def test_a_partner_who_may_not_work_gets_no_lead(own_world: World, change: str) -> None:
    lead_id = own_world.lead()
    own_world.owner.execute(f"UPDATE user_account SET {change} WHERE user_id = 'CP-2'")
    for caller in (KAM_1, ADMIN):
        with refused("RULE_VIOLATION", "cpId"):
            reassign(own_world, caller, lead_id, "CP-2", override=caller is ADMIN)


def test_another_state_takes_an_admin_with_override(bengal: World) -> None:
    lead_id = bengal.lead()
    with refused("RULE_VIOLATION", "cpId"):
        reassign(bengal, KAM_1, lead_id, "CP-3")
    for cp_id in ("CP-3", "CP-2", "CP-1"):
        with refused("FORBIDDEN"):
            reassign(bengal, KAM_1, lead_id, cp_id, override=True)
    assert reassign(bengal, ADMIN, lead_id, "CP-3", override=True)["assignedTo"] == "CP-3"
    assert entries(bengal, lead_id)[0]["override"]


def test_an_override_by_a_kam_is_refused_whatever_lead_it_is_about(world: World) -> None:
    with refused("FORBIDDEN"):
        reassign(world, KAM_1, world.lead("CP-3"), "CP-1", override=True)


def test_an_override_that_was_not_needed_changes_nothing(world: World) -> None:
    lead_id = world.lead()
    reassign(world, ADMIN, lead_id, "CP-2", override=True)
    assert entries(world, lead_id)[0]["override"] is False


def test_who_saw_an_older_version_is_told_that_it_went(world: World) -> None:
    lead_id = world.lead()
    reassign(world, ADMIN, lead_id, "CP-2")
    with refused("STALE_VERSION") as stale:
        reassign(world, KAM_1, lead_id, "CP-1", expected_version=1)
    details: Any = stale.value.details
    assert details["changed"]["assignedTo"].items() >= {"from": "CP-1", "to": "CP-2", "by": "Asha Mehta"}.items()
    assert reassign(world, KAM_1, lead_id, "CP-1", expected_version=2)["version"] == 3

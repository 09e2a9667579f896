"""What becomes of a quotation: shared, accepted, rejected, expired; and of its lead (rules.md 3.8)."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from functions.leads.browse_leads import get_lead, get_timeline
from functions.quotations.answer import accept_quotation, reject_quotation
from functions.quotations.browse_quotations import get_quotation
from functions.quotations.share import share_quotation
from shared_code.context import INDIA
from shared_code.rules.scope import Caller
from tests.quotations import quoted, shared, statuses
from tests.rules.samples import refused
from tests.world import CP_1, CP_3, CUSTOMER, KAM_1, KAM_2, World

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(INDIA).date()


def lead_of(world: World, lead_id: str) -> Any:
    return world.data(get_lead, CP_1, lead_id=lead_id)


def actions(world: World, lead_id: str, reader: Caller = CP_1) -> list[str]:
    """What the timeline tells, oldest first."""
    return [entry["action"] for entry in reversed(world.data(get_timeline, reader, lead_id=lead_id)["items"])]


def test_sharing_shows_a_quotation_to_its_customer_once(world: World) -> None:
    lead_id = world.lead()
    reference = quoted(world, lead_id)["quotationReference"]
    for workflow, caller, code in (
        (accept_quotation, CUSTOMER, "QUOTATION_NOT_SHARED"),
        (share_quotation, CP_3, "NOT_FOUND"),
        (share_quotation, KAM_2, "OUT_OF_SCOPE"),
    ):
        with refused(code):
            world.call(workflow, caller, quotation_id=reference)
    first = world.data(share_quotation, CP_1, quotation_id=reference)
    assert (first["status"], first["sharedWithCustomer"]) == ("Shared", True)
    assert first["sharedAt"]
    assert world.data(share_quotation, KAM_1, quotation_id=reference) == first
    assert world.data(get_quotation, CUSTOMER, quotation_id=reference)["status"] == "Shared"
    assert actions(world, lead_id) == ["created", "quotationCreated", "quotationShared"]
    assert actions(world, lead_id, CUSTOMER) == ["created", "quotationShared"]
    assert world.told(lead_id) == {("quotationShared", "CUST-1")}


def test_a_quotation_shared_at_birth_is_told_like_one_shared_later(world: World) -> None:
    lead_id = world.lead()
    assert world.data(get_quotation, CUSTOMER, quotation_id=shared(world, lead_id))["status"] == "Shared"
    assert actions(world, lead_id) == ["created", "quotationCreated", "quotationShared"]
    assert world.told(lead_id) == {("quotationShared", "CUST-1")}


def test_a_customer_that_accepts_rejects_the_others_and_moves_its_lead(world: World) -> None:
    lead_id = world.lead(remarks="Wants it before the monsoon.")
    hidden, other, wanted = (quoted(world, lead_id)["quotationReference"], *(shared(world, lead_id) for _ in range(2)))
    accepted = world.data(accept_quotation, CUSTOMER, NOW, quotation_id=wanted)
    assert accepted["status"] == "Accepted"
    assert accepted["acceptedAt"]
    assert accepted["breakdown"] is None
    assert statuses(world, lead_id) == {hidden: "Rejected", other: "Rejected", wanted: "Accepted"}
    lead = lead_of(world, lead_id)
    assert lead.items() >= {
        "status": "Customer Accepted", "quotationRef": wanted, "remarks": f"Quotation {wanted} accepted", "version": 2,
        "followUpDate": str(TODAY + timedelta(days=1)),
    }.items()  # fmt: skip
    assert actions(world, lead_id)[-2:] == ["quotationAccepted", "status"]
    assert world.told(lead_id, "quotationAccepted", "leadStatus") == {
        (what, who) for what, people in {
            "quotationAccepted": ("CP-1", "KAM-1", "ADM-1"), "leadStatus": ("CP-1", "KAM-1"),
        }.items() for who in people
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "flag", "after"),
    [
        ("In Discussion", True, "Customer Accepted"),
        ("Physical Meeting Assigned", True, "Customer Accepted"),
        ("Customer Accepted", True, "Customer Accepted"),
        ("Won", True, "Won"),
        ("Pending at Solarium", True, "Pending at Solarium"),
        ("New Lead", False, "Won"),
        ("In Discussion", False, "Won"),
        ("Won", False, "Won"),
    ],
)
def test_an_accepted_quotation_moves_a_lead_that_is_not_that_far_yet(
    world: World, before: str, flag: bool, after: str
) -> None:
    lead_id = world.lead(status=before)
    former, reference = shared(world, lead_id), shared(world, lead_id)
    world.owner.execute("UPDATE lead SET quotation_ref = %s WHERE lead_id = %s", [former, lead_id])
    with world.with_settings(feature_customer_accepted=flag):
        world.call(accept_quotation, CUSTOMER, quotation_id=reference)
    lead = lead_of(world, lead_id)
    assert (lead["status"], lead["quotationRef"]) == (after, reference)


@pytest.mark.parametrize("status", ["Under Execution", "Executed", "Not Responding"])
def test_on_a_closed_lead_a_quotation_is_neither_shared_nor_accepted_but_may_be_rejected(
    world: World, status: str
) -> None:
    lead_id = world.lead()
    created, offered = quoted(world, lead_id)["quotationReference"], shared(world, lead_id)
    world.owner.execute("UPDATE lead SET status = %s WHERE lead_id = %s", [status, lead_id])
    for workflow, caller, reference in (
        (share_quotation, CP_1, created),
        (accept_quotation, CUSTOMER, offered),
    ):
        with refused("LEAD_CLOSED"):
            world.call(workflow, caller, quotation_id=reference)
    world.call(reject_quotation, CUSTOMER, quotation_id=offered)
    assert lead_of(world, lead_id)["status"] == status


def test_a_customer_rejects_with_its_reason_and_the_lead_stays_where_it_is(world: World) -> None:
    lead_id = world.lead()
    before, reference = lead_of(world, lead_id), shared(world, lead_id)
    rejected = world.data(reject_quotation, CUSTOMER, quotation_id=reference, reason="Too dear.")
    assert rejected["status"] == "Rejected"
    assert rejected["rejectedAt"]
    after = lead_of(world, lead_id)
    assert [after[name] for name in ("status", "version", "quotationRef")] == [
        before[name] for name in ("status", "version", "quotationRef")
    ]
    [entry] = world.data(get_timeline, CP_1, lead_id=lead_id, limit=1)["items"]
    assert (entry["action"], entry["reason"], entry["override"]) == ("quotationRejected", "Too dear.", False)
    expected = {("quotationRejected", who) for who in ("CP-1", "KAM-1", "ADM-1")} | {("quotationShared", "CUST-1")}
    assert world.told(lead_id) == expected


def test_a_quotation_that_was_rejected_is_neither_shared_nor_accepted_nor_rejected_again(world: World) -> None:
    reference = shared(world, world.lead())
    world.call(reject_quotation, CUSTOMER, quotation_id=reference)
    for workflow, caller in (
        (share_quotation, CP_1),
        (accept_quotation, CUSTOMER),
        (reject_quotation, CUSTOMER),
    ):
        with refused("QUOTATION_NOT_SHARED"):
            world.call(workflow, caller, quotation_id=reference)


def test_a_customer_that_answers_a_quotation_before_it_is_shared_is_told_so(world: World) -> None:
    reference = quoted(world, world.lead())["quotationReference"]
    for answer in (accept_quotation, reject_quotation):
        with refused("QUOTATION_NOT_SHARED"):
            world.call(answer, CUSTOMER, quotation_id=reference)
        with refused("NOT_FOUND"):
            world.call(get_quotation, CUSTOMER, quotation_id=reference)


def test_a_quotation_is_valid_to_the_end_of_the_fifteenth_day_in_india(world: World) -> None:
    last_day = TODAY + timedelta(days=15)
    end = datetime.combine(last_day, time(23, 59, 59), INDIA).astimezone(UTC)
    references = [shared(world, world.lead(), NOW) for _ in range(3)]
    unshared = quoted(world, world.lead(), now=NOW)
    assert unshared["validUntil"] == str(last_day)
    for workflow, caller, reference in (
        (accept_quotation, CUSTOMER, references[0]),
        (reject_quotation, CUSTOMER, references[0]),
        (share_quotation, CP_1, unshared["quotationReference"]),
    ):
        with refused("QUOTATION_EXPIRED"):
            world.call(workflow, caller, end + timedelta(seconds=1), quotation_id=reference)
    world.call(accept_quotation, CUSTOMER, end, quotation_id=references[1])
    world.call(reject_quotation, CUSTOMER, end, quotation_id=references[2])


def test_a_quotation_is_answered_by_its_own_customer_alone(world: World) -> None:
    reference = shared(world, world.lead())
    stranger = Caller("CUST-2", CUSTOMER.role, "session-stranger", "Somebody else")
    world.owner.execute("INSERT INTO user_account (user_id, role, phone) VALUES ('CUST-2', 'Customer', '9000000102')")
    world.owner.execute("INSERT INTO customer VALUES ('CUST-2')")
    workflows: list[Callable[..., Any]] = [accept_quotation, reject_quotation, get_quotation]
    for workflow in workflows:
        with refused("NOT_FOUND"):
            world.call(workflow, stranger, quotation_id=reference)

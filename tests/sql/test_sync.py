"""A sync holds what the lists hold, no more and no less (api.md 2.6; data.md, I10)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from functions import notifications, sync
from functions.commissions import browse_commissions
from functions.documents import browse_documents
from functions.leads import browse_leads
from functions.people import browse_people
from functions.quotations import browse_quotations
from shared_code.rules.scope import Caller
from tests.sql import crowd
from tests.world import CP_1, CP_3, CUSTOMER, World

MORNING = datetime(2026, 1, 15, 4, 0, tzinfo=UTC)
OWNERS = pytest.mark.parametrize("caller", [CP_1, CP_3, CUSTOMER], ids=lambda caller: caller.user_id)


@pytest.fixture(scope="module")
def full(world: World) -> World:
    crowd.move_in(world)
    return world


def synced(world: World, caller: Caller) -> Any:
    """What a sync holds."""
    return world.data(sync.sync, caller, MORNING)


def whole(world: World, workflow: Callable[..., Any], caller: Caller, **fields: Any) -> list[Any]:
    """Every item of a list."""
    page = world.data(workflow, caller, MORNING, **{"limit": 100, **fields})
    assert page["total"] == len(page["items"])
    return list(page["items"])


def by_id(items: list[Any], name: str) -> dict[str, Any]:
    found = {item[name]: item for item in items}
    assert len(found) == len(items)
    return found


@OWNERS
def test_a_sync_holds_what_the_lists_hold(full: World, caller: Caller) -> None:
    content = synced(full, caller)
    for part, workflow, name in (
        ("leads", browse_leads.list_leads, "leadId"),
        ("quotations", browse_quotations.list_quotations, "quotationReference"),
        ("customers", browse_people.list_customers, "customerId"),
        ("notifications", notifications.list_notifications, "id"),
    ):
        assert by_id(content[part], name) == by_id(whole(full, workflow, caller), name)
    commissions = [] if caller is CUSTOMER else whole(full, browse_commissions.list_commissions, caller)
    assert by_id(content["commissions"], "commissionId") == by_id(commissions, "commissionId")
    assert len(content["leads"]) > 5


@OWNERS
def test_a_sync_holds_the_papers_and_the_newest_entries_of_every_lead(full: World, caller: Caller) -> None:
    content = synced(full, caller)
    papers, entries = [], []
    for lead in content["leads"]:
        of_lead = full.data(browse_documents.list_lead_documents, caller, lead_id=lead["leadId"])["items"]
        assert {paper["leadId"] for paper in of_lead} <= {lead["leadId"]}
        papers += of_lead
        page = full.data(browse_leads.get_timeline, caller, lead_id=lead["leadId"], limit=20)
        entries += page["items"]
        synced_here = [entry for entry in content["timeline"] if entry["id"].startswith(lead["leadId"] + "/")]
        assert synced_here == page["items"]
    assert by_id(content["documents"], "docId") == by_id(papers, "docId")
    assert by_id(content["timeline"], "id") == by_id(entries, "id")
    assert max(int(entry["id"].partition("/")[2]) for entry in content["timeline"]) > 20
    people = [customer["customerId"] for customer in content["customers"]]
    kyc = full.rows("SELECT doc_id FROM document WHERE customer_id = ANY (%s) AND state = 'Accepted'", people)
    assert {paper["docId"] for paper in content["kycDocuments"]} == {doc_id for (doc_id,) in kyc}


@pytest.mark.parametrize("caller", [CP_1, CP_3], ids=lambda caller: caller.user_id)
def test_the_summary_is_that_of_the_leads(full: World, caller: Caller) -> None:
    assert synced(full, caller)["summary"] == full.data(browse_leads.get_lead_summary, caller, MORNING)


def test_a_customers_summary_counts_its_leads_and_no_commissions(full: World) -> None:
    content = synced(full, CUSTOMER)
    assert content["summary"]["total"] == len(content["leads"])
    assert content["summary"]["commissions"] is None

"""Everybody sees exactly the rows of their scope, as a plain reading of all rows gives them (rules.md 2.1)."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.commissions import browse_commissions
from functions.documents import browse_documents
from functions.leads import browse_leads
from functions.people import browse_people
from functions.quotations import browse_quotations
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import Caller, Role
from tests.sql import crowd
from tests.sql.crowd import Row
from tests.sql.listing import LISTS
from tests.world import ADMIN, CP_1, CP_3, CUSTOMER, KAM_1, KAM_2, World

CALLERS = [ADMIN, KAM_1, KAM_2, CP_1, CP_3, CUSTOMER]
SELLERS = CALLERS[:-1]
by_user = pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.user_id)
by_seller = pytest.mark.parametrize("caller", SELLERS, ids=lambda caller: caller.user_id)


@pytest.fixture(scope="module")
def full(world: World) -> World:
    crowd.move_in(world)
    return world


def partners_of(world: World, caller: Caller) -> set[str]:
    """Whose leads the caller works on: its partners, or itself."""
    pairs = world.rows("SELECT cp_id, kam_id FROM channel_partner")
    return {cp_id for cp_id, kam_id in pairs if caller.user_id in (cp_id, kam_id)}


def in_scope(world: World, caller: Caller, query: str = "SELECT * FROM lead l") -> list[Row]:
    """The rows that hang on the caller's leads; `query` answers the leads' columns too."""
    own = partners_of(world, caller)
    return [
        row for row in crowd.table(world, query)
        if caller.role is Role.ADMIN or row["assigned_to"] in own or row["customer_id"] == caller.user_id
    ]  # fmt: skip


def seen(world: World, kind: str, caller: Caller) -> set[str]:
    """The ids of the whole list, page by page."""
    which, found, offset = LISTS[kind], set[str](), 0
    while offset < (page := world.data(which.workflow, caller, offset=offset, limit=100))["total"]:
        found |= {item[which.name] for item in page["items"]}
        offset += 100
    assert len(found) == page["total"]
    return found


def code(world: World, workflow: Callable[..., Any], caller: Caller, **fields: Any) -> str:
    try:
        world.call(workflow, caller, **fields)
    except Refusal as refusal:
        return refusal.code
    return "ok"


@by_user
def test_leads(full: World, caller: Caller) -> None:
    assert seen(full, "leads", caller) == {row["lead_id"] for row in in_scope(full, caller)} != set()


@by_user
def test_quotations(full: World, caller: Caller) -> None:
    found = in_scope(full, caller, "SELECT * FROM quotation q JOIN lead l USING (lead_id, customer_id)")
    visible = {row["quotation_reference"] for row in found if caller is not CUSTOMER or row["shared_with_customer"]}
    assert seen(full, "quotations", caller) == visible != set()


@by_seller
def test_commissions_stay_with_the_partner_who_earned_them(full: World, caller: Caller) -> None:
    own = partners_of(full, caller)
    earned = {
        row["commission_id"] for row in crowd.table(full, "SELECT * FROM commission")
        if caller is ADMIN or row["cp_id"] in own
    }  # fmt: skip
    assert seen(full, "commissions", caller) == earned != set()


@by_user
def test_customers(full: World, caller: Caller) -> None:
    everybody = {row["customer_id"] for row in crowd.table(full, "SELECT customer_id FROM customer")}
    own = {row["customer_id"] for row in in_scope(full, caller)} | ({caller.user_id} & everybody)
    assert seen(full, "customers", caller) == (everybody if caller is ADMIN else own) != set()


@by_seller
def test_channel_partners(full: World, caller: Caller) -> None:
    own = {row["cp_id"] for row in crowd.table(full, "SELECT cp_id FROM channel_partner")}
    assert seen(full, "partners", caller) == (own if caller is ADMIN else partners_of(full, caller)) != set()


@pytest.mark.parametrize(("caller", "kams"), [(ADMIN, {"KAM-1", "KAM-2"}), (KAM_1, {"KAM-1"}), (KAM_2, {"KAM-2"})])
def test_kams(full: World, caller: Caller, kams: set[str]) -> None:
    assert seen(full, "kams", caller) == kams


@by_user
def test_notifications_are_everybodys_own(full: World, caller: Caller) -> None:
    told = crowd.table(full, "SELECT * FROM notification")
    assert seen(full, "notifications", caller) == {row["id"] for row in told if row["user_id"] == caller.user_id}


@by_seller
def test_the_summary_counts_the_leads_in_scope(full: World, caller: Caller) -> None:
    summary, own = full.data(browse_leads.get_lead_summary, caller), in_scope(full, caller)
    statuses = [row["status"] for row in own]
    assert summary["total"] == len(own)
    assert summary["byStatus"] == {status: statuses.count(status) for status in summary["byStatus"]}
    assert sum(summary["byStatus"].values()) == len(own)
    assert (summary["commissions"] is not None) == (caller.role is Role.CP)


@by_seller
def test_the_sums_of_commissions_are_those_in_scope(full: World, caller: Caller) -> None:
    sums = full.data(browse_commissions.get_commission_summary, caller)["byStatus"]
    own = seen(full, "commissions", caller)
    rows = [row for row in crowd.table(full, "SELECT * FROM commission") if row["commission_id"] in own]
    for status, total in sums.items():
        there = [row for row in rows if row["status"] == status]
        assert total["count"] == len(there)
        assert total["amount"] == sum(row["approved_amount"] for row in there)


ONE_BY_ONE = [
    ("leads", browse_leads.get_lead, "lead_id", "SELECT lead_id FROM lead"),
    ("leads", browse_leads.get_timeline, "lead_id", "SELECT lead_id FROM lead"),
    ("leads", browse_documents.list_lead_documents, "lead_id", "SELECT lead_id FROM lead"),
    ("quotations", browse_quotations.get_quotation, "quotation_id", "SELECT quotation_reference FROM quotation"),
    ("commissions", browse_commissions.get_commission, "commission_id", "SELECT commission_id FROM commission"),
    ("customers", browse_people.get_customer, "customer_id", "SELECT customer_id FROM customer"),
    ("partners", browse_people.get_channel_partner, "cp_id", "SELECT cp_id FROM channel_partner"),
]


ASKED = [
    (caller, *each)
    for caller in (KAM_1, CP_1, CUSTOMER)
    for each in ONE_BY_ONE
    if caller is not CUSTOMER or each[0] not in ("commissions", "partners")  # which customers may not ask for
]


@pytest.mark.parametrize(("caller", "kind", "workflow", "field", "query"), ASKED)
def test_one_by_one_is_seen_what_the_list_shows_and_no_more(
    full: World, caller: Caller, kind: str, workflow: Callable[..., Any], field: str, query: str
) -> None:
    outside = "OUT_OF_SCOPE" if caller.role is Role.KAM else "NOT_FOUND"
    own, every = seen(full, kind, caller), [row_id for (row_id,) in full.rows(query)]
    got = {row_id: code(full, workflow, caller, **{field: row_id}) for row_id in every}
    assert got == {row_id: "ok" if row_id in own else outside for row_id in every}
    missing = f"{every[0].partition('-')[0]}-999999"
    assert code(full, workflow, caller, **{field: missing}) == "NOT_FOUND"


@pytest.mark.parametrize("caller", [KAM_1, CP_1, CUSTOMER], ids=lambda caller: caller.user_id)
def test_a_document_is_seen_with_its_lead_or_its_customer(full: World, caller: Caller) -> None:
    leads, customers = seen(full, "leads", caller), seen(full, "customers", caller)
    for row in crowd.table(full, "SELECT * FROM document"):
        own = row["state"] != "Deleted" and (row["lead_id"] in leads or row["customer_id"] in customers)
        there = row["state"] != "Deleted" and caller.role is Role.KAM
        expected = "ok" if own else "OUT_OF_SCOPE" if there else "NOT_FOUND"
        assert code(full, browse_documents.get_document, caller, doc_id=row["doc_id"]) == expected


def test_a_customer_sees_no_remarks_reasons_or_commissions(full: World) -> None:
    lead_id = full.value("SELECT lead_id FROM lead WHERE customer_id = 'CUST-1' AND lead_id IN"
                         " (SELECT lead_id FROM timeline_entry WHERE entry > 5) LIMIT 1")  # fmt: skip
    full.owner.execute("UPDATE lead SET remarks = 'secret' WHERE lead_id = %s", [lead_id])
    theirs = full.data(browse_leads.get_timeline, CUSTOMER, lead_id=lead_id, limit=100)
    ours = full.data(browse_leads.get_timeline, ADMIN, lead_id=lead_id, limit=100)
    assert {item["action"] for item in theirs["items"]} == {"created", "status", "quotationShared", "documentAdded"}
    assert theirs["total"] == len(theirs["items"]) < ours["total"]
    assert "secret" in str(ours)
    assert "secret" not in str(theirs)
    assert full.data(browse_leads.get_lead, CUSTOMER, lead_id=lead_id)["remarks"] is None
    assert all(item["breakdown"] is None for item in full.data(browse_quotations.list_quotations, CUSTOMER)["items"])

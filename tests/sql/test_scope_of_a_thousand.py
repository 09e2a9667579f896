"""For a thousand callers every list holds exactly what a plain reading of the whole table gives (rules.md 2.1)."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from shared_code.rules.scope import Caller, Role
from shared_code.sql import commission_views, lead_views, notifications, people, quotation_views, sync
from shared_code.sql.pool import Db
from tests.sql import thousand
from tests.sql.crowd import Row, table
from tests.world import World

ALL: dict[str, Any] = {"offset": 0, "limit": 100_000}
Ids = dict[str, set[str]]


class Business:
    """Every row as the owner sees it, read once."""

    def __init__(self, world: World) -> None:
        self.leads = table(world, "SELECT lead_id, customer_id, assigned_to, status FROM lead")
        self.quotations = table(world, "SELECT quotation_reference, lead_id, shared_with_customer FROM quotation")
        self.commissions = table(world, "SELECT commission_id, cp_id FROM commission")
        self.documents = table(world, "SELECT doc_id, lead_id, customer_id, state FROM document")
        self.notifications = table(world, "SELECT id, user_id FROM notification")
        self.customers = {row["customer_id"] for row in table(world, "SELECT customer_id FROM customer")}
        self.kams = {row["kam_id"] for row in table(world, "SELECT kam_id FROM kam")}
        self.kam_of = {row["cp_id"]: row["kam_id"] for row in table(world, "SELECT cp_id, kam_id FROM channel_partner")}

    def of(self, who: Caller) -> Ids:
        """What the caller may see, told as rules.md 2.1 tells it."""
        is_admin, is_customer = who.role is Role.ADMIN, who.role is Role.CUSTOMER
        partners = {cp_id for cp_id, kam_id in self.kam_of.items() if is_admin or who.user_id in (cp_id, kam_id)}
        leads = [row for row in self.leads if is_admin or self._is_theirs(row, who, partners)]
        ids = {row["lead_id"] for row in leads}
        customers = self.customers if is_admin else {row["customer_id"] for row in leads}
        customers = customers | ({who.user_id} if is_customer else set())
        return {
            "leads": ids,
            "quotations": {
                row["quotation_reference"] for row in self.quotations
                if row["lead_id"] in ids and (row["shared_with_customer"] or not is_customer)
            },
            "commissions": {
                row["commission_id"] for row in self.commissions if not is_customer and row["cp_id"] in partners
            },
            "customers": customers,
            "partners": set() if is_customer else partners,
            "kams": self.kams if is_admin else self.kams & {who.user_id},
            "notifications": {row["id"] for row in self.notifications if row["user_id"] == who.user_id},
            "documents": {
                row["doc_id"] for row in self.documents
                if row["state"] != "Deleted" and (row["lead_id"] in ids or row["customer_id"] in customers)
            },
        }  # fmt: skip

    @staticmethod
    def _is_theirs(lead: Row, who: Caller, partners: set[str]) -> bool:
        return lead["customer_id"] == who.user_id if who.role is Role.CUSTOMER else lead["assigned_to"] in partners


def lists(db: Db, who: Caller) -> Ids:
    """The ids that the lists answer whom their functions let in."""
    answers: dict[str, tuple[str, Callable[[], Any]]] = {
        "leads": ("leadId", lambda: lead_views.page(db, who, lead_views.Wanted(**ALL), True)),
        "quotations": (
            "quotationReference", lambda: quotation_views.page(db, who, quotation_views.Wanted(**ALL))
        ),
        "customers": ("customerId", lambda: people.customers(db, who, people.Wanted(**ALL))),
        "notifications": ("id", lambda: notifications.page(db, who.user_id, notifications.Wanted(**ALL))),
    }  # fmt: skip
    if who.role is not Role.CUSTOMER:
        answers["commissions"] = (
            "commissionId",
            lambda: commission_views.page(db, who, commission_views.Wanted(**ALL)),
        )
        answers["partners"] = ("cpId", lambda: people.channel_partners(db, who, people.Wanted(**ALL)))
    if who.role in (Role.ADMIN, Role.KAM):
        answers["kams"] = ("kamId", lambda: people.kams(db, who, people.Wanted(**ALL)))
    return {kind: _ids(json.loads(ask().fetchone()), name) for kind, (name, ask) in answers.items()}


def _ids(page: Any, name: str) -> set[str]:
    found = {item[name] for item in page["items"]}
    assert len(found) == len(page["items"]) == page["total"]
    return found


def synced(db: Db, who: Caller) -> Ids:
    """The ids that a sync holds."""
    now = datetime.now(UTC)
    answer = sync.everything(db, who, now, now.date(), [], True, True).fetchone()
    body = json.loads(answer.data) if answer and answer.data else {}
    names = {"leads": "leadId", "quotations": "quotationReference", "commissions": "commissionId",
             "customers": "customerId", "notifications": "id"}  # fmt: skip
    parts = {part: {item[name] for item in body[part]} for part, name in names.items()}
    return parts | {"documents": {item["docId"] for item in [*body["documents"], *body["kycDocuments"]]}}


@pytest.fixture(scope="module")
def business(world: World) -> Business:
    thousand.move_in(world)
    return Business(world)


@pytest.fixture(scope="module")
def callers(world: World, business: Business) -> list[Caller]:
    """Everybody there is, in no order."""
    found = table(world, "SELECT user_id, role, name FROM user_account ORDER BY user_id")
    everybody = [Caller(row["user_id"], Role(row["role"]), "none", row["name"]) for row in found]
    return random.Random(7).sample(everybody, 1000)


def test_each_list_of_a_thousand_callers_is_their_scope(
    world: World, business: Business, callers: list[Caller]
) -> None:
    seen = dict.fromkeys(Role, 0)
    with world.pool.connection() as db:
        for who in callers:
            expected = business.of(who)
            for kind, ids in lists(db, who).items():
                assert ids == expected[kind], (who, kind)
                seen[who.role] += len(ids)
    assert all(count > 1000 for count in seen.values())


def test_each_sync_of_them_is_their_scope(world: World, business: Business, callers: list[Caller]) -> None:
    own = [who for who in callers if who.role in (Role.CP, Role.CUSTOMER)]
    with world.pool.connection() as db:
        for who in own:
            expected = business.of(who)
            for kind, ids in synced(db, who).items():
                assert ids == expected[kind], (who, kind)
    assert len(own) > 800


def test_each_summary_of_them_counts_their_leads(world: World, business: Business, callers: list[Caller]) -> None:
    statuses = sorted({row["status"] for row in business.leads})
    with world.pool.connection() as db:
        for who in callers:
            if who.role is Role.CUSTOMER:
                continue
            found = lead_views.summary(db, who, datetime.now(UTC).date(), statuses).fetchone()
            counted = cast(dict[str, Any], json.loads(found or b""))
            ids = business.of(who)["leads"]
            own = [row for row in business.leads if row["lead_id"] in ids]
            assert counted["total"] == len(own)
            assert counted["byStatus"] == {
                status: sum(row["status"] == status for row in own) for status in statuses
            }  # fmt: skip

"""A partner's sync is exactly its own rows at one instant (data.md I10; api.md 2.6)."""

import itertools
import threading
from collections.abc import Iterator
from typing import Any, Final, Self

import pytest

from functions.sync import sync
from shared_code.sql import sync as snapshot
from tests import rows
from tests.racing import CALLERS, rounds, until
from tests.world import CP_1, World, codes, race

EACH = 6  # leads of a partner
OWNED: Final = "IN (SELECT lead_id FROM lead WHERE assigned_to IS NOT NULL)"
MARK: Final = (
    f"UPDATE lead SET remarks = %(day)s, last_entry = last_entry + 1 WHERE lead_id {OWNED}",
    "INSERT INTO timeline_entry (lead_id, entry, version, action, remarks)"
    f" SELECT lead_id, last_entry, version, 'edited', remarks FROM lead WHERE lead_id {OWNED}",
    f"UPDATE document SET doc_type = %(day)s WHERE lead_id {OWNED}",
    f"UPDATE user_account SET name = %(day)s WHERE user_id IN (SELECT customer_id FROM lead WHERE lead_id {OWNED})",
    "UPDATE notification SET title = %(day)s",
    "UPDATE commission SET notes = %(day)s",
)
_phones = itertools.count(9822000000)


def new_lead(world: World, cp_id: str) -> str:
    """A lead with a customer, a quotation and a document of its own."""
    customer_id = rows.insert(
        world,
        "user_account",
        "user_id",
        user_id=f"CUST-{world.value('SELECT nextval(%s)', 'customer_number')}",
        role="Customer",
        phone=str(next(_phones)),
    )
    rows.insert(world, "customer", "customer_id", customer_id=customer_id)
    lead_id = world.lead(cp_id, customer_id=customer_id)
    rows.quotation(world, lead_id, "Shared")
    rows.document(world, lead_id)
    return lead_id


class Office:
    """While it is open, each of its days is one transaction: it reassigns and creates leads and marks all with the day.

    Every evening CP-1 and CP-3 have as many leads as before, but others. `owned`: those of CP-1 on each day.
    """

    def __init__(self, world: World) -> None:
        self.world, self.day = world, 0  # that is over
        self.owned: dict[str, set[str]] = {}
        self._closing = threading.Event()
        rows.notification(world, "CP-1")
        rows.executed(world, "CP-1")
        world.owner.execute("UPDATE lead SET assigned_to = NULL")
        self._first = [new_lead(world, "CP-1") for _ in range(EACH)]
        self._third = [new_lead(world, "CP-3") for _ in range(EACH)]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        until(lambda: self.day)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()

    def wait_a_day(self) -> None:
        """Wait until a day has begun and ended."""
        over = self.day
        until(lambda: self.day > over + 1)

    def _work(self) -> None:
        while not self._closing.is_set():
            with self.world.owner.transaction():
                self._one_day(str(self.day + 1))
            self.day += 1

    def _one_day(self, day: str) -> None:
        lost, given, *kept = self._first
        taken, *others = self._third
        for lead_id, cp_id in ((lost, None), (given, "CP-3"), (taken, "CP-1")):
            self.world.owner.execute("UPDATE lead SET assigned_to = %s WHERE lead_id = %s", [cp_id, lead_id])
        self._first = [*kept, taken, new_lead(self.world, "CP-1")]
        self._third = [*others, given]
        for statement in MARK:
            self.world.owner.execute(statement, {"day": day})
        self.owned[day] = set(self._first)


@pytest.fixture(scope="module")
def office(world: World) -> Iterator[Office]:
    with Office(world) as office:
        yield office


@pytest.fixture(autouse=True)
def _polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many polls as we like."""
    monkeypatch.setattr(snapshot, "POLLS", 1_000_000)


def day_of(office: Office, answer: dict[str, Any]) -> str:
    """The day on which the partner had exactly what the answer holds; fails where there is none."""
    leads = {lead["leadId"]: lead for lead in answer["leads"]}
    newest = {entry["id"].partition("/")[0]: entry["remarks"] for entry in reversed(answer["timeline"])}
    marks = [
        *(lead["remarks"] for lead in leads.values()),
        *newest.values(),
        *(document["docType"] for document in answer["documents"]),
        *(customer["name"] for customer in answer["customers"]),
        *(notification["title"] for notification in answer["notifications"]),
        *(commission["notes"] for commission in answer["commissions"]),
    ]
    assert len(set(marks)) == 1
    assert len(marks) == 4 * EACH + 2
    assert set(leads) == set(newest) == {one["leadId"] for one in answer["quotations"]} == office.owned[marks[0]]
    assert {lead["customerId"] for lead in leads.values()} == {one["customerId"] for one in answer["customers"]}
    assert answer["summary"]["total"] == len(answer["quotations"]) == EACH
    return str(marks[0])


@rounds
def test_fifty_syncs_while_leads_change_hands_are_each_of_one_instant(office: Office, turn: int) -> None:
    def read(_: int) -> None:
        first = day_of(office, office.world.data(sync, CP_1))
        office.wait_a_day()
        assert int(first) < int(day_of(office, office.world.data(sync, CP_1)))

    assert codes(race(CALLERS, read)) == ["ok"] * CALLERS


def test_several_statements_see_several_instants(office: Office) -> None:
    first = office.world.data(sync, CP_1)
    office.wait_a_day()
    second = office.world.data(sync, CP_1)
    day_of(office, first)
    for part in ("leads", "documents", "customers", "timeline", "quotations", "notifications", "commissions"):
        with pytest.raises(AssertionError):
            day_of(office, first | {part: second[part]})

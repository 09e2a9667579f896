"""A lead never has more than seven documents (data.md I4; rules.md 6.2)."""

from collections import Counter
from typing import Any, Final

import pytest

from functions.documents.issue_upload import issue_lead_upload
from shared_code.sql import leads
from tests import rows
from tests.racing import CALLERS, ROW_LOCK, rounds, rush, spoil
from tests.world import ADMIN, CP_1, CUSTOMER, KAM_1, World, codes

FILE: Final[dict[str, Any]] = {"file_name": "bill.pdf", "content_type": "application/pdf", "file_size": 1000}
PEOPLE = (CP_1, KAM_1, ADMIN, CUSTOMER)
COUNT_WHILE_INSERTING = """
    WITH mine AS MATERIALIZED (SELECT lead_id FROM lead WHERE lead_id = %s {lock})
    INSERT INTO document (lead_id, doc_type, state, created_by) SELECT lead_id, 'General', 'Accepted', 'CP-1' FROM mine
    WHERE (SELECT count(*) FROM document d WHERE d.lead_id = mine.lead_id) < 7"""


def ask_for_slots(world: World, lead_id: str) -> list[Any]:
    def ask(number: int) -> Any:
        return world.call(issue_lead_upload, PEOPLE[number % len(PEOPLE)], lead_id=lead_id, **FILE)

    return rush(world, gate(lead_id), ask)


def gate(lead_id: str) -> str:
    return f"SELECT FROM lead WHERE lead_id = '{lead_id}' FOR UPDATE"


def taken(world: World, lead_id: str) -> int:
    count: int = world.value(
        "SELECT count(*) FROM document WHERE lead_id = %s AND state IN ('Reserved', 'Checking', 'Accepted')", lead_id
    )
    return count


@rounds
@pytest.mark.parametrize("there", [0, 5, 7])
def test_fifty_who_ask_at_once_get_what_is_left_of_seven_places(world: World, there: int, turn: int) -> None:
    lead_id = world.lead()
    for _ in range(there):
        rows.document(world, lead_id)
    outcomes = Counter(codes(ask_for_slots(world, lead_id)))
    assert outcomes == Counter({"ok": 7 - there, "DOCUMENT_LIMIT_EXCEEDED": CALLERS - 7 + there})
    assert taken(world, lead_id) == 7


def test_counting_without_the_leads_lock_gives_more_than_seven(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, leads, ROW_LOCK)
    lead_id = world.lead()
    ask_for_slots(world, lead_id)
    assert taken(world, lead_id) > 7


@pytest.mark.parametrize("lock", ["", "FOR UPDATE"])
def test_counting_in_the_inserting_statement_gives_more_than_seven(world: World, lock: str) -> None:
    lead_id, naive = world.lead(), COUNT_WHILE_INSERTING.format(lock=lock)

    def insert(_: int) -> None:
        with world.pool.connection() as db:
            db.execute(naive, [lead_id])

    codes(rush(world, gate(lead_id), insert))
    assert taken(world, lead_id) > 7

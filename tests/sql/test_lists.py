"""Lists answer what a plain reading of all rows answers: filters, order, pages, search (api.md 1, Lists)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import product

import pytest
from pydantic import ValidationError

from functions.leads import browse_leads
from functions.people import browse_people
from shared_code.rules.refusal import Refusal
from tests.sql import crowd
from tests.sql.crowd import MIDNIGHT, Row
from tests.sql.listing import LISTS, expected, listed
from tests.world import ADMIN, CP_1, KAM_1, World


@pytest.fixture(scope="module")
def full(world: World) -> World:
    crowd.move_in(world)
    return world


@pytest.mark.parametrize("kind", LISTS)
def test_newest_come_first(full: World, kind: str) -> None:
    everything = listed(full, kind)
    assert everything == expected(full, kind, lambda _: True)
    assert len(everything) > 1


def test_a_partners_leads_come_by_their_follow_up(full: World) -> None:
    own = listed(full, "leads", CP_1)
    assert own == expected(full, "leads", lambda row: row["assigned_to"] == "CP-1", "followUpDate", falls=False)
    assert len(own) > 10


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, which in LISTS.items() for key in which.keys])
def test_a_list_is_sorted_as_wished_nulls_last_and_ties_by_id(full: World, kind: str, key: str) -> None:
    rising = listed(full, kind, sort_by=key, sort_order="asc")
    assert rising == expected(full, kind, lambda _: True, key, falls=False)
    falling = listed(full, kind, sort_by=key, sort_order="desc")
    assert falling == expected(full, kind, lambda _: True, key, falls=True)
    unsaid = falling if key in ("createdAt", "updatedAt") else rising
    assert listed(full, kind, sort_by=key) == unsaid


@pytest.mark.parametrize(("kind", "limit"), list(product(LISTS, [1, 7])))
def test_pages_hold_every_row_once(full: World, kind: str, limit: int) -> None:
    which, whole = LISTS[kind], listed(full, kind, sort_order="asc")
    paged = []
    for offset in range(0, len(whole) + limit, limit):
        page = full.data(which.workflow, ADMIN, offset=offset, limit=limit, sort_order="asc")
        assert (page["total"], page["offset"], page["limit"]) == (len(whole), offset, limit)
        paged += crowd.ids(page["items"], which.name)
    assert paged == whole


@pytest.mark.parametrize("kind", LISTS)
def test_days_are_days_in_india_both_inclusive(full: World, kind: str) -> None:
    before, day, today = date(2026, 1, 14), date(2026, 1, 15), crowd.india_day(full.value("SELECT now()"))
    for first, last in ((day, None), (None, before), (day, day), (before, day), (today, None), (day, before)):
        found = listed(full, kind, created_from=first, created_to=last)
        assert found == expected(full, kind, partial(crowd.is_within, first, last)), (first, last)


def test_the_midnight_of_india_parts_the_days(full: World) -> None:
    created = {row["created_at"] for row in crowd.table(full, "SELECT created_at FROM lead")}
    assert MIDNIGHT in created
    assert max(at for at in created if at < MIDNIGHT) in {
        at for at in created if crowd.india_day(at) == date(2026, 1, 14)
    }


LEAD_FILTERS: list[tuple[Row, Callable[[Row], bool]]] = [
    ({"status": ("Won",)}, lambda row: row["status"] == "Won"),
    ({"status": ("Won", "Executed", "Other Territory")}, lambda row: row["status"][0] in "WEO"),
    ({"assigned_to": "CP-2"}, lambda row: row["assigned_to"] == "CP-2"),
    ({"assigned_to": "CP-404"}, lambda row: False),
    ({"assigned_to": "unassigned"}, lambda row: row["assigned_to"] is None),
    ({"state": "Maharashtra"}, lambda row: row["state"] == "Maharashtra"),
    ({"state": "mh"}, lambda row: row["state"] == "Maharashtra"),
    ({"origin": "KAM"}, lambda row: row["origin"] == "KAM"),
    ({"source": "Fair"}, lambda row: row["source"] == "Fair"),
    ({"follow_up": "today"}, lambda row: row["follow_up_date"] == date(2026, 1, 15)),
    ({"follow_up": "overdue"}, lambda row: (row["follow_up_date"] or date.max) < date(2026, 1, 15)),
    (
        {"status": ("New Lead", "Won"), "state": "Gujarat", "source": "Web"},
        lambda row: row["status"] in ("New Lead", "Won") and row["state"] == "Gujarat" and row["source"] == "Web",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("filters", "keep"), LEAD_FILTERS, ids=lambda each: str(each) if isinstance(each, dict) else ""
)
def test_leads_are_narrowed(full: World, filters: Row, keep: Callable[[Row], bool]) -> None:
    assert listed(full, "leads", now=MIDNIGHT, **filters) == expected(full, "leads", keep)


OTHER_FILTERS: list[tuple[str, Row, Callable[[Row], bool]]] = [
    ("quotations", {"status": ("Shared", "Accepted")}, lambda row: row["status"] in ("Shared", "Accepted")),
    ("quotations", {"cp_id": "CP-1"}, lambda row: row["cp_id"] == "CP-1"),
    ("quotations", {"shared_with_customer": True}, lambda row: row["shared_with_customer"]),
    ("quotations", {"shared_with_customer": False}, lambda row: not row["shared_with_customer"]),
    ("quotations", {"min_kw": Decimal("5.4")}, lambda row: row["system_kw"] >= Decimal("5.4")),
    ("quotations", {"max_kw": Decimal("5.40")}, lambda row: row["system_kw"] <= Decimal("5.4")),
    ("quotations", {"min_kw": 4, "max_kw": 6}, lambda row: 4 <= row["system_kw"] <= 6),
    ("commissions", {"status": ("Paid",)}, lambda row: row["status"] == "Paid"),
    ("commissions", {"cp_id": "CP-2"}, lambda row: row["cp_id"] == "CP-2"),
    ("partners", {"status": "pending"}, lambda row: row["status"] == "pending"),
    ("partners", {"kam_id": "KAM-1"}, lambda row: row["kam_id"] == "KAM-1"),
    ("partners", {"state": "GUJARAT"}, lambda row: row["state"] == "Gujarat"),
    ("notifications", {"unread": True}, lambda row: row["read_at"] is None),
]


@pytest.mark.parametrize(
    ("kind", "filters", "keep"), OTHER_FILTERS, ids=[f"{kind} {filters}" for kind, filters, _ in OTHER_FILTERS]
)
def test_other_lists_are_narrowed(full: World, kind: str, filters: Row, keep: Callable[[Row], bool]) -> None:
    found = listed(full, kind, **filters)
    assert found == expected(full, kind, keep)
    assert found


@pytest.mark.parametrize("kind", ["quotations", "commissions"])
def test_what_hangs_on_a_lead_is_found_by_it(full: World, kind: str) -> None:
    lead_id = full.value(f"SELECT lead_id FROM {LISTS[kind].row_id.partition('_')[0]} ORDER BY 1 LIMIT 1")
    assert listed(full, kind, lead_id=lead_id) == expected(full, kind, lambda row: row["lead_id"] == lead_id)


SEARCHES = [
    "%", "_", "'", "\\", "100%", "O'B", "desai", "DESAI", "शाह", "98000", "9800000001", "nobody", "%%", "' OR 1=1 --",
]  # fmt: skip


@pytest.mark.parametrize("wanted", SEARCHES)
def test_a_search_takes_every_character_as_it_is(full: World, wanted: str) -> None:
    def named(column: str, row: Row) -> bool:
        return wanted.lower() in row[column].lower()

    def reached(column: str, row: Row) -> bool:
        return named(column, row) or wanted in (row["phone"] or "")

    for kind in ("quotations", "commissions"):
        assert listed(full, kind, search=wanted) == expected(full, kind, partial(named, "customer_name"))
    for kind, column in (("leads", "customer_name"), ("customers", "name"), ("partners", "name"), ("kams", "name")):
        assert listed(full, kind, search=wanted) == expected(full, kind, partial(reached, column))


@pytest.mark.parametrize("kind", ["leads", "quotations", "commissions", "customers", "partners", "kams"])
def test_a_search_finds_an_id_however_it_is_written(full: World, kind: str) -> None:
    which = LISTS[kind]
    row_id = listed(full, kind)[-1]
    assert row_id in listed(full, kind, search=row_id)
    assert listed(full, kind, search=row_id.lower()) == expected(full, kind, lambda row: row[which.row_id] == row_id)


def test_a_search_finds_a_utr_and_the_quotations_of_a_lead(full: World) -> None:
    utr = full.value("SELECT min(utr) FROM commission")
    assert listed(full, "commissions", search=utr.lower()) == expected(
        full, "commissions", lambda row: row["utr"] == utr
    )
    lead_id = full.value("SELECT min(lead_id) FROM quotation")
    assert listed(full, "quotations", search=lead_id) == expected(
        full, "quotations", lambda row: row["lead_id"] == lead_id
    )


def test_the_unread_are_counted_whatever_is_listed(full: World) -> None:
    unread = full.value("SELECT count(*) FROM notification WHERE user_id = 'ADM-1' AND read_at IS NULL")
    narrowings: list[Row] = [{}, {"unread": True}, {"offset": 100}, {"created_to": date(2020, 1, 1)}]
    for filters in narrowings:
        assert full.data(LISTS["notifications"].workflow, ADMIN, **filters)["unreadCount"] == unread


def test_a_state_nobody_knows_is_refused(full: World) -> None:
    for workflow in (browse_leads.list_leads, browse_people.list_channel_partners):
        with pytest.raises(Refusal) as refused:
            full.call(workflow, KAM_1, state="Atlantis")
        assert refused.value.code == "MASTER_DATA_MISSING"


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize(
    "filters",
    [{"limit": 101}, {"limit": 0}, {"offset": -1}, {"sort_by": "phone"}, {"sort_order": "up"}, {"colour": "red"}],
)
def test_an_unknown_filter_key_or_size_is_refused(full: World, kind: str, filters: Row) -> None:
    with pytest.raises(ValidationError):
        full.call(LISTS[kind].workflow, ADMIN, **filters)

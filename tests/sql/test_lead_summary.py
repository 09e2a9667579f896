"""The summary's numbers are the totals of the lists that they lead to, for everybody (api.md 2.2)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.leads.browse_leads import get_lead_summary, list_leads
from functions.leads.edit_lead import edit_lead
from functions.leads.reassign import reassign_lead
from shared_code.rules.lead_status import TERMINAL, Status
from shared_code.rules.scope import Caller
from tests.sql import crowd
from tests.sql.crowd import MIDNIGHT
from tests.world import ADMIN, CP_1, CP_3, KAM_1, KAM_2, REMARKS, World

BEFORE_MIDNIGHT = datetime(2026, 1, 14, 18, 29, 59, tzinfo=UTC)
SELLERS = [ADMIN, KAM_1, KAM_2, CP_1, CP_3]
by_seller = pytest.mark.parametrize("caller", SELLERS, ids=lambda caller: caller.user_id)


@pytest.fixture(scope="module")
def full(world: World) -> World:
    crowd.move_in(world)
    return world


def total(world: World, caller: Caller, now: datetime = MIDNIGHT, **filters: Any) -> int:
    found: int = world.data(list_leads, caller, now, limit=1, **filters)["total"]
    return found


@by_seller
@pytest.mark.parametrize("now", [MIDNIGHT, BEFORE_MIDNIGHT], ids=["midnight", "a second before"])
def test_each_number_is_the_total_of_its_list(full: World, caller: Caller, now: datetime) -> None:
    summary = full.data(get_lead_summary, caller, now)
    assert summary["total"] == total(full, caller) > 0
    assert set(summary["byStatus"]) == set(Status)
    assert summary["byStatus"] == {status: total(full, caller, status=(status,)) for status in Status}
    assert sum(summary["byStatus"].values()) == summary["total"]
    assert summary["dueToday"] == total(full, caller, now, follow_up="today") > 0
    assert summary["overdue"] == total(full, caller, now, follow_up="overdue")
    assert (summary["overdue"] > 0) == (now is MIDNIGHT)
    assert (summary["commissions"] is not None) == (caller in (CP_1, CP_3))


@by_seller
def test_several_statuses_are_listed_together(full: World, caller: Caller) -> None:
    summary = full.data(get_lead_summary, caller, MIDNIGHT)
    assert total(full, caller, status=TERMINAL) == sum(summary["byStatus"][status] for status in TERMINAL)


@pytest.mark.parametrize("caller", [KAM_1, CP_1], ids=lambda caller: caller.user_id)
def test_leads_without_a_partner_are_an_admins_to_list(full: World, caller: Caller) -> None:
    assert total(full, ADMIN, assigned_to="unassigned") > 0
    assert total(full, caller, assigned_to="unassigned") == 0


def test_a_lead_counts_where_it_went_and_as_it_is_followed_up(full: World) -> None:
    lead_id = full.lead("CP-1", follow_up_date=crowd.india_day(BEFORE_MIDNIGHT))
    before = {caller: full.data(get_lead_summary, caller, MIDNIGHT) for caller in (CP_1, CP_3)}
    full.call(edit_lead, CP_1, MIDNIGHT, lead_id=lead_id, follow_up_date=crowd.india_day(MIDNIGHT))
    edited = full.data(get_lead_summary, CP_1, MIDNIGHT)
    assert [edited[name] - before[CP_1][name] for name in ("total", "dueToday", "overdue")] == [0, 1, -1]
    full.call(reassign_lead, ADMIN, MIDNIGHT, lead_id=lead_id, cp_id="CP-3", reason=REMARKS, override=True)
    after = {caller: full.data(get_lead_summary, caller, MIDNIGHT) for caller in (CP_1, CP_3)}
    assert [after[caller]["total"] - before[caller]["total"] for caller in (CP_1, CP_3)] == [-1, 1]
    assert after[CP_3]["dueToday"] - before[CP_3]["dueToday"] == 1

"""How people and leads are found: a phone however it is written, several statuses at once (api.md 1, 2.2, 2.8)."""

from typing import Any

import pytest

from functions.leads.browse_leads import LeadFilters, list_leads
from functions.people.browse_people import (
    StaffFilters,
    list_admins,
    list_channel_partners,
    list_customers,
    list_kams,
)
from shared_code import parsing
from shared_code.rules.refusal import Refusal
from tests.network import kam, partner
from tests.world import ADMIN, World

LISTS = [(list_channel_partners, "9000000001", "cpId"), (list_customers, "9000000101", "customerId")]


def listed(world: World, workflow: Any, **filters: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = world.data(workflow, ADMIN, limit=100, **filters)["items"]
    return items


@pytest.mark.parametrize("form", ["{}", "+91{}", " 91{}", "91{}", "0{}"])  # a plus that nobody encoded is a blank
def test_a_whole_phone_is_found_in_every_form_that_is_accepted(world: World, form: str) -> None:
    for workflow, phone, its_id in LISTS:
        assert [each["phone"] for each in listed(world, workflow, search=form.format(phone)) if each[its_id]] == [phone]
    lead_id = world.lead()
    assert lead_id in [each["leadId"] for each in listed(world, list_leads, search=form.format("9000000101"))]


def test_a_part_of_a_phone_is_found_as_it_is_written(world: World) -> None:
    assert [each["phone"] for each in listed(world, list_customers, search="00000101")] == ["9000000101"]
    assert listed(world, list_customers, search="+9190000") == []


def test_a_name_is_found_in_whatever_form_its_letters_are_typed(world: World) -> None:
    kam(world, name="Ren\u00e9e \u0915\u093c\u093e\u0928 \U0001f600")
    for typed in ("Rene\u0301e", "REN\u00c9E", "\u0958\u093e\u0928", "\U0001f600"):
        search = parsing.of_query(StaffFilters, {}, {"search": typed}).search
        assert [each["name"][:3] for each in listed(world, list_kams, search=search)] == ["Ren"], typed


def test_people_of_several_statuses_are_listed_at_once(world: World) -> None:
    active, pending, gone = (partner(world, status=status) for status in ("active", "pending", "deactivated"))

    def found(*status: str) -> set[str]:
        return {each["cpId"] for each in listed(world, list_channel_partners, status=status)} & {active, pending, gone}

    assert found("active", "pending") == {active, pending}
    assert (found("deactivated"), found()) == ({gone}, {active, pending, gone})
    for workflow in (list_kams, list_admins):
        assert {each["status"] for each in listed(world, workflow, status=("active", "deactivated"))} >= {"active"}


def test_several_statuses_are_separated_by_commas() -> None:
    assert parsing.of_query(StaffFilters, {}, {"status": "pending,active"}).status == ("pending", "active")
    assert parsing.of_query(LeadFilters, {}, {"status": "Won"}).status == ("Won",)
    with pytest.raises(Refusal):
        parsing.of_query(StaffFilters, {}, {"status": "active,blocked"})

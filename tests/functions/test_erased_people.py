"""What the API shows of people who were erased: `[erased]`, or nothing, and never an error (rules.md 8)."""

import json
from collections.abc import Callable
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from functions.audit import list_audit
from functions.documents.browse_documents import get_document, get_kyc_log, list_kyc_documents, list_lead_documents
from functions.documents.issue_link import issue_link
from functions.leads.browse_leads import get_lead, get_timeline, list_leads
from functions.people.activate_partner import activate_channel_partner
from functions.people.browse_people import (
    get_channel_partner,
    get_customer,
    get_kam,
    list_admins,
    list_channel_partners,
    list_customers,
    list_kams,
)
from functions.people.correct_customer import correct_customer
from functions.quotations.browse_quotations import get_quotation, list_quotations
from functions.sync import sync
from shared_code.endpoints import REGISTRY
from shared_code.rules.scope import Caller, Role
from tests import rows
from tests.personal import Known, known
from tests.rules.samples import refused
from tests.staff import Staff
from tests.world import ADMIN, CP_1, KAM_1, World


@pytest.fixture(scope="module")
def person(world: World) -> Known:
    """A customer that was erased, of a lead of CP-1."""
    person = known(world)
    world.owner.execute("SELECT erase_person(%s)", [person.user_id])
    return person


def read(world: World, workflow: Callable[..., Any], caller: Caller, **asked: Any) -> Any:
    """The answer, which is as its model says."""
    data = world.data(workflow, caller, **asked)
    shape: TypeAdapter[Any] = TypeAdapter(get_args(REGISTRY[workflow].answer)[0])
    shape.validate_json(json.dumps(data), strict=True, by_alias=True, by_name=False)
    return data


@pytest.mark.parametrize("reader", [ADMIN, KAM_1, CP_1])
def test_an_erased_customer_and_its_leads_are_shown_as_such(world: World, person: Known, reader: Caller) -> None:
    gone = dict.fromkeys(("phone", "email", "address", "city", "pinCode"))
    customer = {"customerId": person.user_id, "name": "[erased]"} | gone
    assert read(world, get_customer, reader, customer_id=person.user_id).items() >= customer.items()
    assert person.user_id in [one["customerId"] for one in read(world, list_customers, reader)["items"]]
    erased = dict.fromkeys(("customerName", "phone", "address", "pinCode", "requirements", "remarks"), "[erased]")
    lead = read(world, get_lead, reader, lead_id=person.lead_id)
    assert lead.items() >= (erased | {"email": None, "city": None, "state": "Gujarat"}).items()
    assert (lead["documents"], lead["documentCount"], len(lead["quotations"])) == ([], 0, 2)
    assert person.lead_id in [one["leadId"] for one in read(world, list_leads, reader)["items"]]
    assert read(world, get_timeline, reader, lead_id=person.lead_id)["total"] > 5
    for quotation in read(world, list_quotations, reader, lead_id=person.lead_id)["items"]:
        read(world, get_quotation, reader, quotation_id=quotation["quotationReference"])


def test_its_documents_are_in_no_list_and_nobody_gets_a_link_any_more(world: World, person: Known) -> None:
    assert read(world, list_lead_documents, ADMIN, lead_id=person.lead_id)["items"] == []
    assert read(world, list_kyc_documents, ADMIN, customer_id=person.user_id)["items"] == []
    doc_ids = world.rows(
        "SELECT doc_id FROM document WHERE customer_id = %s OR lead_id = %s", person.user_id, person.lead_id
    )
    assert len(doc_ids) == 3
    for (doc_id,) in doc_ids:
        for look in (get_document, issue_link):
            with refused("NOT_FOUND"):
                world.call(look, ADMIN, doc_id=doc_id)
    log = read(world, get_kyc_log, ADMIN, customer_id=person.user_id)["items"]
    assert [(one["action"], one["actorName"], one["reason"]) for one in log] == [
        ("rejected", "Asha Mehta", "[erased]"), ("uploaded", "[erased]", None),
    ]  # fmt: skip


def test_its_partner_refreshes_as_before_and_the_audit_can_be_read(world: World, person: Known) -> None:
    everything = read(world, sync, CP_1)
    assert person.user_id in [one["customerId"] for one in everything["customers"]]
    assert read(world, list_audit, ADMIN, entity="user_account", entity_id=person.user_id)["total"] > 3


def test_an_erased_partner_and_kam_are_shown_and_do_not_come_back(world: World) -> None:
    number = world.value("SELECT nextval('cp_number')")
    account = {"user_id": f"CP-{number}", "role": "CP", "name": "Om", "phone": str(9_740_000_000 + number)}
    cp_id, kam, admin = rows.insert(world, "user_account", "user_id", **account), Staff(world), Staff(world, Role.ADMIN)
    rows.insert(world, "kam", "kam_id", kam_id=kam.user_id)
    rows.insert(world, "channel_partner", "cp_id", cp_id=cp_id, kam_id=kam.user_id)
    for user_id in (cp_id, kam.user_id, admin.user_id):
        world.owner.execute("SELECT erase_person(%s)", [user_id])
    partner = read(world, get_channel_partner, ADMIN, cp_id=cp_id)
    assert (partner["name"], partner["phone"], partner["status"]) == ("[erased]", None, "deactivated")
    assert (partner["kamName"], partner["needsKam"]) == ("[erased]", True)
    assert read(world, get_kam, ADMIN, kam_id=kam.user_id)["email"] is None
    for several in (list_channel_partners, list_kams, list_admins):
        assert "[erased]" in [one["name"] for one in read(world, several, ADMIN)["items"]]
    with refused("NOT_FOUND"):
        world.call(activate_channel_partner, ADMIN, cp_id=cp_id)


def test_nobody_fills_an_erased_account_again(world: World, person: Known) -> None:
    with refused("NOT_FOUND"):
        world.call(correct_customer, ADMIN, customer_id=person.user_id, name="Asha")

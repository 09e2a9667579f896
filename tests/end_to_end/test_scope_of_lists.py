"""A list holds what is in the caller's scope and nothing else, whatever ids the caller sends (rules.md 2.1)."""

from typing import Any

import pytest

from tests.app_process import Person, error
from tests.end_to_end.cast import Cast

EVERYBODY = ["admin", "kam", "other_kam", "partner", "other_partner", "customer", "other_customer"]
OURS = ["admin", "kam", "partner"]


@pytest.fixture(scope="module")
def ids(cast: Cast) -> dict[str, Any]:
    """A lead that was executed, with its quotation, commission and document, and whose all this is."""
    commission_id = cast.commission()
    lead_id, reference = cast.db.execute(
        "SELECT lead_id, quotation_ref FROM commission WHERE commission_id = %s", [commission_id]
    ).fetchone() or (None, None)
    cast.db.execute(
        "UPDATE quotation SET status = 'Shared', shared_with_customer = true WHERE quotation_reference = %s",
        [reference],
    )
    people = {name: getattr(cast, name).session["userId"] for name in EVERYBODY}
    return people | {"lead": lead_id, "quotation": reference, "commission": commission_id, "cast": cast}


def sees(cast: Cast, path: str) -> list[str]:
    """Who finds exactly one there; who may not ask at all finds nothing."""
    found = []
    for name in EVERYBODY:
        answer = getattr(cast, name).get(path)
        if not answer.ok:
            assert error(answer) == (403, "FORBIDDEN")
        elif answer.json()["data"]["total"]:
            assert answer.json()["data"]["total"] == len(answer.json()["data"]["items"]) == 1
            found.append(name)
    return found


@pytest.mark.parametrize(
    ("path", "seers"),
    [
        ("leads?search={lead}", [*OURS, "customer"]),
        ("quotations?leadId={lead}", [*OURS, "customer"]),
        ("commissions?leadId={lead}", OURS),
        ("customers?search={customer}", [*OURS, "customer"]),
        ("channelPartners?search={partner}", OURS),
        ("kams?search={kam}", ["admin", "kam"]),
    ],
)
def test_a_list_is_the_callers_scope(cast: Cast, ids: dict[str, Any], path: str, seers: list[str]) -> None:
    assert sees(cast, path.format(**ids)) == seers


@pytest.mark.parametrize(
    ("caller", "path"),
    [
        ("other_partner", "leads?assignedTo={partner}"),
        ("other_partner", "quotations?cpId={partner}"),
        ("other_partner", "commissions?cpId={partner}"),
        ("other_partner", "commissions?search={commission}"),
        ("other_kam", "leads?assignedTo={partner}"),
        ("other_kam", "channelPartners?kamId={kam}"),
        ("other_kam", "quotations?search={quotation}"),
        ("other_kam", "customers?search={customer}"),
        ("other_customer", "leads?assignedTo={partner}"),
        ("other_customer", "quotations?leadId={lead}"),
        ("customer", "customers?search={other_customer}"),
    ],
)
def test_an_id_sent_by_a_client_never_widens_its_scope(cast: Cast, ids: dict[str, Any], caller: str, path: str) -> None:
    assert getattr(cast, caller).data("GET", path.format(**ids))["total"] == 0


def test_an_unassigned_lead_is_the_admins_and_its_customers(cast: Cast) -> None:
    customer: Person = cast.new_customer()
    lead_id = customer.data("POST", "leads", {})["leadId"]
    found = {name: getattr(cast, name).get(f"leads/{lead_id}").status_code for name in EVERYBODY}
    assert found == dict(zip(EVERYBODY, [200, 403, 403, 404, 404, 404, 404], strict=True))
    assert customer.get(f"leads/{lead_id}").ok
    assert cast.admin.data("GET", f"leads?assignedTo=unassigned&search={lead_id}")["total"] == 1


def test_a_customer_sees_no_quotation_that_was_not_shared(cast: Cast) -> None:
    lead_id = cast.lead()
    cast.quotation(lead_id)
    assert cast.customer.data("GET", f"quotations?leadId={lead_id}&sharedWithCustomer=false")["total"] == 0
    assert cast.customer.data("GET", f"leads/{lead_id}")["quotationCount"] == 0
    assert cast.partner.data("GET", f"quotations?leadId={lead_id}")["total"] == 1

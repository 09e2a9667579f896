"""A customer sees what happens to its installation, not what is said and earned behind it (rules.md 2.1)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.cast import SYSTEM, Cast, india_day

SECRET = "Not for the customer's eyes"
INNER = {"breakdown", "remarks", "reason", "commission", "commissions", "dealerAddOnPerKw", "dealerAddOnTotal"}
INNER |= {"inflationPercent", "inflatedBase", "otherCharges", "hardwareSubtotal", "approvedAmount", "projectAmount"}


@pytest.fixture(scope="module")
def ids(cast: Cast) -> dict[str, str]:
    """A lead with a secret in every text that sellers and staff can write, executed and paid for."""
    site = {"address": "7 Lake View", "state": "Gujarat", "pinCode": "380058", "remarks": f"{SECRET} 1"}
    phone = cast.customer.session["user"]["phone"]
    lead_id = cast.partner.data("POST", "leads", {"customerName": "Chandrika", "phone": phone, **site})["leadId"]
    status, offer = f"leads/{lead_id}/status", {"leadId": lead_id, **SYSTEM, "overrideReason": f"{SECRET} 2"}
    again = {"newStatus": "New Lead", "remarks": f"{SECRET} 3"}
    cast.partner.data("PATCH", status, again)
    hidden, shown = (cast.partner.data("POST", "quotations", offer)["quotationReference"] for _ in range(2))
    cast.partner.data("PATCH", f"quotations/{shown}/share")
    staff = {"override": True, "reason": f"{SECRET} 4"}
    cast.kam.data("PATCH", f"quotations/{shown}/accept", staff)
    executed = {"newStatus": "Executed", "override": True, "overrideReason": f"{SECRET} 5", "remarks": f"{SECRET} 6"}
    cast.admin.data("PATCH", status, executed)
    commission = cast.partner.data("GET", f"commissions?leadId={lead_id}")["items"][0]["commissionId"]
    path = f"commissions/{commission}/approveOrPay"
    cast.admin.data("POST", path, {"action": "approve", "notes": f"{SECRET} 7"})
    cast.document(lead_id)
    cast.partner.data("PATCH", f"leads/{lead_id}", {"remarks": f"{SECRET} 8", "email": "c@solarium.test"})
    for partner in (cast.other_partner, cast.partner):
        to = {"cpId": partner.session["userId"], "reason": f"{SECRET} 9"}
        cast.admin.data("PATCH", f"leads/{lead_id}/reassign", to)
    return {"lead": lead_id, "hidden": hidden, "shown": shown, "commission": commission}


CUSTOMERS = [
    "leads",
    "leads/{lead}",
    "leads/{lead}/timeline",
    "leads/{lead}/docs",
    "quotations",
    "quotations/{shown}",
    "sync?force=true",
    "notifications",
    "customers",
]


def told(value: Any) -> Iterator[tuple[str, Any]]:
    """Every field that says something, with its value."""
    if isinstance(value, dict):
        yield from ((name, part) for name, part in value.items() if part not in (None, [], {}))
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from told(part)


@pytest.mark.parametrize("path", CUSTOMERS)
def test_no_remark_reason_margin_or_commission_reaches_the_customer(cast: Cast, ids: dict[str, str], path: str) -> None:
    answer = cast.customer.data("GET", path.format(**ids))
    assert ids["lead"] in json.dumps(answer) or path == "customers" or path.endswith("docs")
    assert {name for name, _ in told(answer)} & INNER == set()
    assert SECRET not in json.dumps(answer)
    assert ids["hidden"] not in json.dumps(answer)
    assert ids["commission"] not in json.dumps(answer)


def test_the_partner_sees_each_of_these_secrets(cast: Cast, ids: dict[str, str]) -> None:
    """Or the test above would prove nothing."""
    seen = json.dumps(
        [cast.partner.data("GET", path.format(**ids)) for path in (*CUSTOMERS, "commissions/{commission}")]
    )
    assert [number for number in range(1, 10) if f"{SECRET} {number}" not in seen] == [
        2
    ]  # no override was needed for it
    assert ids["hidden"] in seen


def test_the_customers_timeline_tells_status_documents_and_shared_quotations(cast: Cast, ids: dict[str, str]) -> None:
    entries = cast.customer.data("GET", f"leads/{ids['lead']}/timeline")
    actions = [entry["action"] for entry in entries["items"]]
    assert actions == ["override", "status", "quotationAccepted", "quotationShared", "created"]
    assert entries["total"] == len(actions)
    fields = {name for entry in entries["items"] for name in (*entry["before"], *entry["after"])}
    assert fields == {"status", "quotationReference"}
    synced = [entry for entry in cast.customer.data("GET", "sync?force=true")["timeline"] if ids["lead"] in entry["id"]]
    assert synced == entries["items"]


def test_the_customer_sees_the_offer_itself(cast: Cast, ids: dict[str, str]) -> None:
    mine, theirs = (who.data("GET", f"quotations/{ids['shown']}") for who in (cast.customer, cast.partner))
    assert theirs["breakdown"]["commission"] > 0
    assert mine == theirs | {"breakdown": None, "inputs": None}
    lead = cast.customer.data("GET", f"leads/{ids['lead']}")
    assert [quotation["quotationReference"] for quotation in lead["quotations"]] == [ids["shown"]]
    assert lead["quotationCount"] == 1


def test_the_customers_sync_has_no_commissions(cast: Cast, ids: dict[str, str]) -> None:
    synced = cast.customer.data("GET", "sync?force=true")
    assert synced["commissions"] == []
    assert synced["summary"]["commissions"] is None
    assert [lead["remarks"] for lead in synced["leads"]] == [None]
    assert synced["leads"][0]["leadId"] == ids["lead"]


def test_a_customer_cannot_price_a_system_or_read_the_catalogue(cast: Cast, ids: dict[str, str]) -> None:
    refused = [
        cast.customer.call("POST", "quotations/preview", {"leadId": ids["lead"], **SYSTEM}),
        cast.customer.get("masterdata"),
        cast.customer.get("commissions"),
        cast.customer.get(f"commissions/{ids['commission']}"),
        cast.customer.get("leads/summary"),
        cast.customer.get("channelPartners"),
        cast.customer.call("PATCH", f"leads/{ids['lead']}/status", {"newStatus": "Won", "followUpDate": india_day(1)}),
    ]
    assert {answer.status_code for answer in refused[:-1]} == {403}
    assert refused[-1].status_code == 422
    assert not any("breakdown" in answer.text for answer in refused)

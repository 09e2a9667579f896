"""What each move needs, and which fields the app names when something is missing or malformed (rules.md 1.4)."""

from typing import Any

import pytest
import requests

from tests.app_process import error
from tests.end_to_end.cast import REMARKS, Cast, india_day

REASON = "The portal was down when it happened."
LONG = "x" * 2001

# Target, a status it is reached from, what it needs; the follow-up date is taken, needed, or of no account.
NEEDS = [
    ("In Discussion", "New Lead", {"remarks", "followUpDate"}),
    ("Physical Meeting Assigned", "In Discussion", {"remarks", "followUpDate"}),
    ("Customer Accepted", "Physical Meeting Assigned", {"remarks", "followUpDate"}),
    ("Won", "Customer Accepted", {"remarks", "quotationRef"}),
    ("Pending at Solarium", "Won", {"remarks", "followUpDate", "quotationRef"}),
    ("Under Execution", "Pending at Solarium", {"remarks", "tokenNumber"}),
    ("Executed", "Under Execution", {"remarks", "quotationRef", "tokenNumber"}),
    ("Not Responding", "New Lead", {"remarks"}),
    ("Not Interested", "In Discussion", {"remarks"}),
    ("Other Territory", "Customer Accepted", {"remarks"}),
]
FOLLOWED_UP = [
    "In Discussion",
    "Physical Meeting Assigned",
    "Customer Accepted",
    "Won",
    "Pending at Solarium",
    "Under Execution",
]
EACH = pytest.mark.parametrize(("target", "source", "needs"), NEEDS, ids=[target for target, _, _ in NEEDS])


def full(cast: Cast, lead_id: str) -> dict[str, Any]:
    """Every field that a move may need."""
    reference = cast.quotation(lead_id)
    return {"remarks": REMARKS, "followUpDate": india_day(1), "quotationRef": reference, "tokenNumber": "TOK-7"}


def move(cast: Cast, lead_id: str, target: str, **fields: object) -> requests.Response:
    return cast.partner.call("PATCH", f"leads/{lead_id}/status", {"newStatus": target, **fields})


def named(answer: requests.Response) -> set[str]:
    """The fields that a 400 names."""
    assert error(answer) == (400, "VALIDATION_ERROR")
    details: dict[str, str] = answer.json()["error"]["details"]
    assert all(details.values())
    return set(details)


@EACH
def test_everything_that_is_missing_is_named_at_once(cast: Cast, target: str, source: str, needs: set[str]) -> None:
    assert named(move(cast, cast.lead(source), target)) == needs


@EACH
def test_a_missing_field_is_named_alone(cast: Cast, target: str, source: str, needs: set[str]) -> None:
    lead_id = cast.lead(source)
    fields = full(cast, lead_id)
    for name in needs:
        assert named(move(cast, lead_id, target, **{n: v for n, v in fields.items() if n != name})) == {name}


@EACH
def test_what_it_needs_is_enough(cast: Cast, target: str, source: str, needs: set[str]) -> None:
    lead_id = cast.lead(source)
    fields = full(cast, lead_id)
    moved = move(cast, lead_id, target, **{name: fields[name] for name in needs}).json()["data"]
    assert moved["status"] == target
    assert moved["remarks"] == REMARKS
    assert moved["followUpDate"] == (india_day(1) if target in FOLLOWED_UP else None)


@EACH
@pytest.mark.parametrize(
    "remarks", ["", "too short", "  short   \n", None, LONG], ids=["empty", "nine", "padded", "null", "2001"]
)
def test_short_and_overlong_remarks_are_refused(
    cast: Cast, target: str, source: str, needs: set[str], remarks: str | None
) -> None:
    lead_id = cast.lead(source)
    assert named(move(cast, lead_id, target, **full(cast, lead_id) | {"remarks": remarks})) == {"remarks"}


@EACH
def test_a_follow_up_is_from_today_to_today_and_thirty_days(
    cast: Cast, target: str, source: str, needs: set[str]
) -> None:
    if target not in FOLLOWED_UP:
        lead_id = cast.lead(source)
        answer = move(cast, lead_id, target, **full(cast, lead_id) | {"followUpDate": india_day(31)})
        assert answer.json()["data"]["followUpDate"] is None
        return
    for wrong in (india_day(-1), india_day(31), "2026-02-30", "tomorrow", 20260101, ""):
        lead_id = cast.lead(source)
        assert named(move(cast, lead_id, target, **full(cast, lead_id) | {"followUpDate": wrong})) == {"followUpDate"}
    for right in (india_day(0), india_day(30)):
        lead_id = cast.lead(source)
        answer = move(cast, lead_id, target, **full(cast, lead_id) | {"followUpDate": right})
        assert answer.json()["data"]["followUpDate"] == right


@EACH
def test_values_already_set_need_not_be_sent_again(cast: Cast, target: str, source: str, needs: set[str]) -> None:
    lead_id = cast.lead(source)
    reference = cast.quotation(lead_id)
    cast.db.execute(
        "UPDATE lead SET quotation_ref = %s, token_number = 'TOK-3' WHERE lead_id = %s", [reference, lead_id]
    )
    moved = move(cast, lead_id, target, remarks=REMARKS, followUpDate=india_day(1)).json()["data"]
    assert (moved["status"], moved["quotationRef"], moved["tokenNumber"]) == (target, reference, "TOK-3")


def test_another_quotation_or_token_than_the_one_set_is_a_conflict_that_names_both(cast: Cast) -> None:
    lead_id = cast.lead("Pending at Solarium")
    first, second = cast.quotation(lead_id), cast.quotation(lead_id)
    cast.db.execute("UPDATE lead SET quotation_ref = %s, token_number = 'TOK-3' WHERE lead_id = %s", [first, lead_id])
    answer = move(cast, lead_id, "Under Execution", remarks=REMARKS, quotationRef=second, tokenNumber="TOK-4")
    assert error(answer) == (409, "REFERENCE_SET")
    assert set(answer.json()["error"]["details"]) == {"quotationRef", "tokenNumber"}


def test_won_stands_on_a_quotation_of_this_lead_that_is_not_rejected(cast: Cast) -> None:
    lead_id = cast.lead("Customer Accepted")
    for wrong in (cast.quotation(cast.lead()), cast.quotation(lead_id, "Rejected"), "QUOT-999999999"):
        answer = move(cast, lead_id, "Won", remarks=REMARKS, quotationRef=wrong)
        assert error(answer) == (422, "RULE_VIOLATION")
        assert set(answer.json()["error"]["details"]) == {"quotationRef"}


def test_won_stands_on_the_accepted_quotation_if_there_is_one(cast: Cast) -> None:
    lead_id = cast.lead("Customer Accepted")
    other, accepted = cast.quotation(lead_id, "Shared"), cast.quotation(lead_id, "Accepted")
    assert error(move(cast, lead_id, "Won", remarks=REMARKS, quotationRef=other)) == (422, "RULE_VIOLATION")
    assert move(cast, lead_id, "Won", remarks=REMARKS, quotationRef=accepted).status_code == 200


@pytest.mark.parametrize(
    "status", ["In Discussion", "Physical Meeting Assigned", "Customer Accepted", "Pending at Solarium"]
)
def test_a_move_to_itself_needs_what_the_status_needs(cast: Cast, status: str) -> None:
    lead_id = cast.lead(status)
    assert named(move(cast, lead_id, status)) >= {"remarks", "followUpDate"}


def test_a_new_lead_stays_one_with_remarks_alone_and_keeps_its_follow_up(cast: Cast) -> None:
    lead_id = cast.lead(follow_up_date=india_day(9))
    assert named(move(cast, lead_id, "New Lead")) == {"remarks"}
    assert move(cast, lead_id, "New Lead", remarks=REMARKS).json()["data"]["followUpDate"] == india_day(9)


@pytest.mark.parametrize(
    "reason", [{}, {"overrideReason": "too short"}, {"remarks": "  short   "}], ids=["none", "short", "remarks"]
)
def test_an_override_needs_its_reason(cast: Cast, reason: dict[str, str]) -> None:
    body = {"newStatus": "Executed", "override": True, **reason}
    assert named(cast.kam.call("PATCH", f"leads/{cast.lead()}/status", body)) == {"overrideReason"}


@pytest.mark.parametrize(
    ("target", "follow_up"), [("Won", 1), ("Under Execution", 1), ("Executed", None), ("New Lead", 1)]
)
def test_an_override_waives_everything_else(cast: Cast, target: str, follow_up: int | None) -> None:
    lead_id = cast.lead("Not Responding", follow_up_date=None)
    body = {"newStatus": target, "override": True, "overrideReason": REASON}
    moved = cast.kam.data("PATCH", f"leads/{lead_id}/status", body)
    assert (moved["status"], moved["followUpDate"]) == (target, follow_up and india_day(follow_up))
    newest = next(e for e in cast.kam.data("GET", f"leads/{lead_id}/timeline")["items"] if e["action"] == "override")
    assert (newest["override"], newest["reason"], newest["remarks"]) == (True, REASON, None)
    assert newest["actorId"] == cast.kam.session["userId"]
    assert (newest["before"]["status"], newest["after"]["status"]) == ("Not Responding", target)


def test_remarks_are_reason_enough_for_an_override_and_it_may_change_a_reference(cast: Cast) -> None:
    lead_id = cast.lead("Under Execution", token_number="TOK-1")
    body = {"newStatus": "Pending at Solarium", "override": True, "remarks": REMARKS, "tokenNumber": "TOK-2"}
    assert cast.admin.data("PATCH", f"leads/{lead_id}/status", body)["tokenNumber"] == "TOK-2"


def test_override_on_a_legal_move_changes_nothing(cast: Cast) -> None:
    lead_id = cast.lead()
    body = {"newStatus": "In Discussion", "override": True, "overrideReason": REASON}
    assert named(cast.kam.call("PATCH", f"leads/{lead_id}/status", body)) == {"remarks", "followUpDate"}
    cast.kam.data("PATCH", f"leads/{lead_id}/status", body | {"remarks": REMARKS, "followUpDate": india_day(1)})
    newest = cast.kam.data("GET", f"leads/{lead_id}/timeline")["items"][0]
    assert (newest["action"], newest["override"], newest["reason"]) == ("status", False, None)


@pytest.mark.parametrize("status", ["Nonsense", "new lead", "", None, 3, ["Won"]])
def test_a_status_that_does_not_exist_is_refused_as_malformed(cast: Cast, status: object) -> None:
    answer = cast.partner.call("PATCH", f"leads/{cast.lead()}/status", {"newStatus": status, "remarks": REMARKS})
    assert named(answer) == {"newStatus"}


def test_the_older_name_of_the_field_works_too(cast: Cast) -> None:
    body = {"status": "Not Interested", "remarks": REMARKS}
    moved = cast.partner.data("PATCH", f"leads/{cast.lead()}/status", body)
    assert (moved["status"], moved["isTerminal"], moved["allowedNextStatuses"]) == ("Not Interested", True, [])

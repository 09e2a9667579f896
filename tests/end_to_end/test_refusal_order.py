"""Which refusal wins when a request deserves several (api.md 1)."""

from typing import Any

import pytest
import requests

from tests.app_process import Person, error
from tests.end_to_end.cast import REMARKS, SYSTEM, Cast

TOO_LARGE = b"x" * (1024 * 1024 + 1)
PER_MINUTE = 100
DOCS = "leads/LEAD-1/docs"


def illegal(lead_id: str, **more: object) -> dict[str, Any]:
    return {"newStatus": "Executed", "remarks": REMARKS, **more}


@pytest.fixture(scope="module")
def tired(cast: Cast) -> Person:
    """Somebody whose address has used up both of its counts."""
    person = cast.stranger()
    for _ in range(PER_MINUTE):
        assert error(person.call("POST", "auth/refresh", {"refreshToken": "x"})) == (401, "INVALID_TOKEN")
        assert error(person.call("POST", DOCS)) == (401, "AUTH_REQUIRED")
    return person


@pytest.mark.parametrize("path", ["nothing", "leads/LEAD-x", "leads/LEAD-1/nothing", "auth", "users/CP-1/block/now"])
def test_a_route_that_is_not_there_is_the_hosts_plain_404(cast: Cast, path: str) -> None:
    plain(cast.stranger().call("POST", path, TOO_LARGE))


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS"])
def test_a_wrong_method_is_the_hosts_plain_404(cast: Cast, method: str) -> None:
    plain(cast.stranger().call(method, "auth/login"))


def plain(answer: requests.Response) -> None:
    assert (answer.status_code, answer.content) == (404, b"")


def test_a_body_too_large_wins_over_a_tired_address(tired: Person) -> None:
    assert error(tired.call("POST", "auth/login", TOO_LARGE)) == (413, "BODY_TOO_LARGE")
    assert error(tired.call("POST", DOCS, TOO_LARGE)) == (413, "BODY_TOO_LARGE")


def test_a_tired_address_wins_over_a_missing_token_and_a_bad_body(tired: Person) -> None:
    for path in ("auth/login", "auth/refresh", "integrations/sendOTP", DOCS):
        assert error(tired.call("POST", path, b"no json")) == (429, "RATE_LIMITED")


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (None, "AUTH_REQUIRED"),
        ("", "AUTH_REQUIRED"),
        ("Basic YTpi", "AUTH_REQUIRED"),
        ("Bearer", "AUTH_REQUIRED"),
        ("Bearer nonsense", "INVALID_TOKEN"),
        ("Bearer e30.e30.", "INVALID_TOKEN"),
    ],
)
def test_a_missing_or_bad_token_wins_over_a_bad_body(cast: Cast, token: str | None, code: str) -> None:
    headers = {"Authorization": token} if token is not None else {}
    answer = cast.stranger().call("PATCH", "leads/LEAD-1/status", b"no json", Idempotency_Key="k" * 256, **headers)
    assert error(answer) == (401, code)


def test_a_session_that_ended_wins_over_a_bad_idempotency_key_role_and_body(cast: Cast) -> None:
    person = cast.new_customer()
    person.data("POST", "auth/logout")
    for path in ("quotations", "commissions/COMM-1/approveOrPay"):
        answer = person.call("POST", path, b"no json", Idempotency_Key="k" * 256)
        assert error(answer) == (401, "SESSION_EXPIRED")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("blocked = true", "USER_BLOCKED"),
        ("status = 'deactivated'", "ACCOUNT_DEACTIVATED"),
        ("blocked = true, status = 'deactivated'", "USER_BLOCKED"),
    ],
)
def test_a_closed_account_wins_over_the_role_and_the_body(cast: Cast, change: str, code: str) -> None:
    person = cast.new_customer()
    cast.db.execute(f"UPDATE user_account SET {change} WHERE user_id = %s", [person.session["userId"]])
    for ended in (False, True):
        if ended:
            cast.db.execute(
                "UPDATE session SET ended_at = now(), ended_by = 'account' WHERE session_id = %s",
                [person.session["sessionId"]],
            )
        answer = person.call("POST", "quotations", b"no json", Idempotency_Key="k" * 256)
        assert error(answer) == (403, code)


def test_the_role_wins_over_the_body(cast: Cast) -> None:
    assert error(cast.customer.call("POST", "quotations", b"no json", Idempotency_Key="k" * 256)) == (403, "FORBIDDEN")
    assert error(cast.partner.call("POST", "commissions/COMM-1/approveOrPay", {"x": 1})) == (403, "FORBIDDEN")
    assert error(cast.customer.get("channelPartners?nonsense=1")) == (403, "FORBIDDEN")


def test_the_body_and_the_query_win_over_the_scope(cast: Cast) -> None:
    lead_id = cast.lead()
    for person in (cast.other_kam, cast.other_partner, cast.other_customer):
        assert error(person.call("PATCH", f"leads/{lead_id}/status", {"x": 1})) == (400, "VALIDATION_ERROR")
        assert error(person.get(f"leads/{lead_id}/timeline?limit=101")) == (400, "VALIDATION_ERROR")


def test_the_scope_wins_over_the_state_and_the_rule(cast: Cast) -> None:
    lead_id = cast.lead()
    body = illegal(lead_id, expectedVersion=9)
    reference = cast.quotation(lead_id)
    for person, refusal in ((cast.other_kam, (403, "OUT_OF_SCOPE")), (cast.other_customer, (404, "NOT_FOUND"))):
        assert error(person.call("PATCH", f"leads/{lead_id}/status", body)) == refusal
        answer = {"override": True, "reason": "They said so."} if person is cast.other_kam else {}
        assert error(person.call("PATCH", f"quotations/{reference}/accept", answer)) == refusal


def test_the_state_wins_over_the_rule(cast: Cast) -> None:
    lead_id = cast.lead("Under Execution")
    stale = illegal(lead_id, expectedVersion=9, newStatus="New Lead")
    assert error(cast.partner.call("PATCH", f"leads/{lead_id}/status", stale)) == (409, "STALE_VERSION")
    too_high = {"leadId": lead_id, **SYSTEM, "extraStructureHeight": 9}
    assert error(cast.partner.call("POST", "quotations", too_high)) == (409, "LEAD_CLOSED")


def test_a_move_names_what_its_pair_needs_only_where_the_pair_is_allowed(cast: Cast) -> None:
    lead_id = cast.lead()
    illegal_and_bare = cast.partner.call("PATCH", f"leads/{lead_id}/status", {"newStatus": "Won"})
    assert error(illegal_and_bare) == (422, "INVALID_STATUS_TRANSITION")
    legal_and_bare = cast.partner.call("PATCH", f"leads/{lead_id}/status", {"newStatus": "In Discussion"})
    assert error(legal_and_bare) == (400, "VALIDATION_ERROR")
    customers = cast.customer.call("PATCH", f"leads/{lead_id}/status", {"newStatus": "In Discussion"})
    assert error(customers) == (403, "FORBIDDEN")
    forbidden = {"newStatus": "Won", "override": True}
    assert error(cast.partner.call("PATCH", f"leads/{lead_id}/status", forbidden)) == (403, "FORBIDDEN")


def test_a_price_that_cannot_be_read_wins_over_one_against_the_rules(cast: Cast) -> None:
    wrong = {"leadId": cast.lead(), **SYSTEM, "extraStructureHeight": 9, "dealerAddOnPerKw": "1800.005"}
    assert error(cast.partner.call("POST", "quotations/preview", wrong)) == (400, "VALIDATION_ERROR")

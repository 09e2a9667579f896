"""The same Idempotency-Key gives the first answer again, to the byte, and does nothing twice (api.md 1; I9)."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.app_process import Person, error
from tests.end_to_end.cast import REMARKS, Cast, india_day
from tests.end_to_end.people import new_phone
from tests.world import race

POISON = "This text makes the database fail."
SITE = {"customerName": "Rekha Trivedi", "address": "7 Lake View", "state": "Gujarat", "pinCode": "380058"}


def new_key() -> str:
    return secrets.token_urlsafe()


def talk() -> dict[str, Any]:
    return {"newStatus": "In Discussion", "remarks": REMARKS, "followUpDate": india_day(1)}


def same(first: requests.Response, again: requests.Response) -> bool:
    return (first.status_code, first.content) == (again.status_code, again.content)


def ask(person: Person, method: str, path: str, body: object, **headers: str) -> requests.Response:
    return person.call(method, path, body, **headers)


def twice(person: Person, method: str, path: str, body: object) -> tuple[requests.Response, requests.Response]:
    key = new_key()
    return (
        person.call(method, path, body, Idempotency_Key=key),
        person.call(method, path, body, Idempotency_Key=key),
    )


def test_a_creation_is_given_again_and_happens_once(cast: Cast) -> None:
    body = SITE | {"phone": new_phone()}
    first, again = twice(cast.partner, "POST", "leads", body)
    assert first.status_code == 201
    assert same(first, again)
    assert cast.partner.data("GET", f"leads?search={body['phone']}")["total"] == 1


def test_a_change_is_given_again_with_its_headers_and_happens_once(cast: Cast) -> None:
    lead_id = cast.lead()
    first, again = twice(cast.partner, "PATCH", f"leads/{lead_id}/status", talk())
    assert first.status_code == 200
    assert same(first, again)
    assert first.headers.get("ETag") == again.headers.get("ETag")
    assert first.headers["X-Correlation-ID"] != again.headers["X-Correlation-ID"]
    assert cast.partner.data("GET", f"leads/{lead_id}/timeline")["total"] == 2


def test_of_two_at_once_the_second_gets_the_same_bytes(cast: Cast) -> None:
    lead_id, key = cast.lead(), new_key()
    people = [cast.stranger() for _ in range(6)]
    for person in people:
        person.http.headers["Authorization"] = cast.partner.http.headers["Authorization"]
    answers = race(6, lambda n: people[n].call("PATCH", f"leads/{lead_id}/status", talk(), Idempotency_Key=key))
    assert len({answer.content for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {200}
    assert cast.partner.data("GET", f"leads/{lead_id}")["version"] == 2


def test_refusals_of_the_request_itself_are_kept_although_it_would_succeed_now(cast: Cast) -> None:
    lead_id, closed = cast.lead("Not Responding"), cast.lead("Under Execution")
    reference = cast.quotation(closed, "Shared")
    asked: dict[int, tuple[Person, str, str, object]] = {
        400: (cast.partner, "PATCH", f"leads/{cast.lead()}/status", talk() | {"remarks": "short"}),
        404: (cast.partner, "PATCH", f"leads/{lead_id}9/status", talk()),
        409: (cast.customer, "PATCH", f"quotations/{reference}/accept", None),
        422: (cast.partner, "PATCH", f"leads/{lead_id}/status", talk()),
    }
    key = new_key()
    firsts = {status: ask(*request, Idempotency_Key=f"{key}{status}") for status, request in asked.items()}
    assert [answer.status_code for answer in firsts.values()] == list(asked)

    cast.db.execute("UPDATE lead SET status = 'New Lead' WHERE lead_id = ANY (%s)", [[lead_id, closed]])
    for status, request in asked.items():
        assert same(firsts[status], ask(*request, Idempotency_Key=f"{key}{status}"))
    assert [ask(*asked[status]).status_code for status in (409, 422)] == [200, 200]


@pytest.mark.parametrize("what", ["body", "path", "method"])
def test_the_same_key_with_anything_else_is_a_conflict(cast: Cast, what: str) -> None:
    key, lead_id, other = new_key(), cast.lead(), cast.lead()
    path = f"leads/{lead_id}/status"
    assert cast.partner.call("PATCH", path, talk(), Idempotency_Key=key).status_code == 200
    answer = {
        "body": lambda: cast.partner.call("PATCH", path, talk() | {"remarks": "Something else."}, Idempotency_Key=key),
        "path": lambda: cast.partner.call("PATCH", f"leads/{other}/status", talk(), Idempotency_Key=key),
        "method": lambda: cast.partner.call("POST", "leads", talk(), Idempotency_Key=key),
    }[what]()
    assert error(answer) == (409, "IDEMPOTENCY_CONFLICT")


def test_a_key_is_its_users_own(cast: Cast) -> None:
    key, path = new_key(), f"leads/{cast.lead('In Discussion')}/status"
    assert cast.partner.call("PATCH", path, talk(), Idempotency_Key=key).json()["data"]["version"] == 2
    assert cast.kam.call("PATCH", path, talk(), Idempotency_Key=key).json()["data"]["version"] == 3


def test_a_key_is_free_again_after_a_day(cast: Cast) -> None:
    key, path = new_key(), f"leads/{cast.lead('In Discussion')}/status"
    cast.partner.call("PATCH", path, talk(), Idempotency_Key=key)
    cast.db.execute("UPDATE idempotency_key SET created_at = now() - interval '25 hours' WHERE key = %s", [key])
    assert cast.partner.call("PATCH", path, talk(), Idempotency_Key=key).json()["data"]["version"] == 3


def test_a_refusal_of_the_caller_is_not_kept(cast: Cast) -> None:
    """403: the same request succeeds once the partner has become the KAM's."""
    partner = cast.new_partner(cast.other_kam)
    key, path = new_key(), f"leads/{cast.lead(assigned_to=partner.session['userId'])}/status"
    assert error(cast.kam.call("PATCH", path, talk(), Idempotency_Key=key)) == (403, "OUT_OF_SCOPE")
    cast.db.execute(
        "UPDATE channel_partner SET kam_id = %s WHERE cp_id = %s",
        [cast.kam.session["userId"], partner.session["userId"]],
    )
    assert cast.kam.call("PATCH", path, talk(), Idempotency_Key=key).status_code == 200


def test_a_missing_session_is_not_kept(cast: Cast) -> None:
    """401: the same request succeeds with a live token."""
    key, path, stranger = new_key(), f"leads/{cast.lead()}/status", cast.stranger()
    assert error(stranger.call("PATCH", path, talk(), Idempotency_Key=key)) == (401, "AUTH_REQUIRED")
    assert cast.partner.call("PATCH", path, talk(), Idempotency_Key=key).status_code == 200


def test_a_limit_is_not_kept(cast: Cast) -> None:
    """429: the same request succeeds when the minute is over."""
    customer, key = cast.new_customer(), new_key()
    for _ in range(10):
        customer.data("POST", "leads", {})
    assert error(customer.call("POST", "leads", {}, Idempotency_Key=key)) == (429, "RATE_LIMITED")
    cast.db.execute("DELETE FROM rate_window WHERE key = %s", [f"leads:{customer.session['userId']}"])
    assert customer.call("POST", "leads", {}, Idempotency_Key=key).status_code == 201


@pytest.fixture
def _poisoned(cast: Cast) -> Iterator[None]:
    """A lead's remarks that the database chokes on, which is our fault and a 500."""
    cast.db.execute(
        "CREATE FUNCTION choke() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'choked'; END $$"
    )
    cast.db.execute(
        "CREATE TRIGGER choke BEFORE INSERT ON timeline_entry FOR EACH ROW"
        f" WHEN (NEW.remarks = '{POISON}') EXECUTE FUNCTION choke()"
    )
    yield
    cast.db.execute("DROP FUNCTION IF EXISTS choke CASCADE")


@pytest.mark.usefixtures("_poisoned")
def test_our_own_fault_is_not_kept_and_nothing_is_half_done(cast: Cast) -> None:
    lead_id, key, body = cast.lead(), new_key(), talk() | {"remarks": POISON}
    path = f"leads/{lead_id}/status"
    assert error(cast.partner.call("PATCH", path, body, Idempotency_Key=key)) == (500, "INTERNAL_ERROR")
    assert cast.partner.data("GET", f"leads/{lead_id}")["status"] == "New Lead"
    cast.db.execute("DROP FUNCTION choke CASCADE")
    moved = cast.partner.call("PATCH", path, body, Idempotency_Key=key)
    assert (moved.status_code, moved.json()["data"]["version"]) == (200, 2)


@pytest.mark.parametrize("key", ["k" * 256, "two words", "tab\there", "ключ", "\x7f"])
def test_a_key_is_1_to_255_visible_characters(cast: Cast, key: str) -> None:
    path = f"leads/{cast.lead()}/status"
    answer = cast.partner.call("PATCH", path, talk(), Idempotency_Key=key.encode())  # type: ignore[arg-type]
    assert error(answer) == (400, "VALIDATION_ERROR")
    assert set(answer.json()["error"]["details"]) == {"Idempotency-Key"}


def test_signing_in_and_reading_ignore_it(cast: Cast) -> None:
    key = new_key()
    tokens = {
        cast.stranger().data("POST", "auth/login", {"email": email, "password": password}, Idempotency_Key=key)["token"]
        for email, password in [("kam1@solarium.test", "Solarium#2026")] * 2
    }
    assert len(tokens) == 2
    for path in ("leads?limit=1", "notifications"):
        assert cast.partner.get(path, Idempotency_Key=key).status_code == 200

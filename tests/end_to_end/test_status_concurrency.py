"""Who comes last wins, and who wants to know is told (rules.md 1.5)."""

import json
from typing import Any

import pytest
import requests

from tests.app_process import error
from tests.end_to_end.cast import REMARKS, Cast, india_day
from tests.world import race


def change(status: str, days: int = 1, **more: object) -> dict[str, Any]:
    return {"newStatus": status, "remarks": f"{REMARKS} {days}", "followUpDate": india_day(days), **more}


def test_a_stale_version_is_told_what_changed_by_whom_and_when(cast: Cast) -> None:
    lead_id = cast.lead()
    path = f"leads/{lead_id}/status"
    cast.kam.data("PATCH", path, change("In Discussion", 3))
    cast.partner.data("PATCH", path, change("Physical Meeting Assigned", 4))

    answer = cast.partner.call("PATCH", path, change("Customer Accepted", 5, expectedVersion=1))

    assert error(answer) == (409, "STALE_VERSION")
    details = answer.json()["error"]["details"]
    assert details["currentVersion"] == 3
    status, follow_up = details["changed"]["status"], details["changed"]["followUpDate"]
    assert (status["from"], status["to"]) == ("New Lead", "Physical Meeting Assigned")
    assert status["by"] == cast.partner.session["user"]["name"]
    assert status["at"].endswith("Z")
    assert (follow_up["from"], follow_up["to"]) == (india_day(2), india_day(4))
    assert cast.partner.data("GET", f"leads/{lead_id}")["version"] == 3


def test_new_remarks_alone_are_a_change_too(cast: Cast) -> None:
    lead_id = cast.lead("In Discussion", remarks="What was said before.")
    path = f"leads/{lead_id}/status"
    cast.kam.data("PATCH", path, change("In Discussion", 2))
    answer = cast.partner.call("PATCH", path, change("Won", expectedVersion=1))
    changed = answer.json()["error"]["details"]["changed"]
    assert set(changed) == {"remarks"}
    assert (changed["remarks"]["from"], changed["remarks"]["to"]) == ("What was said before.", f"{REMARKS} 2")


def test_if_match_says_the_same_as_expected_version(cast: Cast) -> None:
    lead_id = cast.lead()
    path, etag = f"leads/{lead_id}/status", cast.partner.get(f"leads/{lead_id}").headers["ETag"]
    assert etag == '"1"'
    assert cast.partner.call("PATCH", path, change("In Discussion"), If_Match=etag).status_code == 200
    assert error(cast.partner.call("PATCH", path, change("In Discussion"), If_Match=etag)) == (409, "STALE_VERSION")
    etag = cast.partner.get(f"leads/{lead_id}").headers["ETag"]
    assert cast.partner.call("PATCH", path, change("Won", quotationRef=cast.quotation(lead_id)), If_Match=etag).ok


@pytest.mark.parametrize("if_match", ["1", '"0"', '"x"', 'W/"1"', "*", '"99999999999999999999"', '"१"'])
def test_an_if_match_that_is_no_version_is_refused(cast: Cast, if_match: str) -> None:
    path = f"leads/{cast.lead()}/status"
    answer = cast.partner.call("PATCH", path, change("In Discussion"), If_Match=if_match.encode())  # type: ignore[arg-type]
    assert error(answer) == (400, "VALIDATION_ERROR")
    assert set(answer.json()["error"]["details"]) == {"If-Match"}


def test_none_fails_merely_for_coming_second(cast: Cast) -> None:
    lead_id = cast.lead()
    answers = all_at_once(cast, lead_id, [change("In Discussion", days) for days in range(1, 9)])
    assert [answer.status_code for answer in answers] == [200] * 8
    assert_whole(cast, lead_id, moves=8)


def test_each_is_judged_against_the_status_it_finds(cast: Cast) -> None:
    lead_id = cast.lead()
    moves = [change("In Discussion"), change("Not Interested")] * 4
    answers = all_at_once(cast, lead_id, moves)
    refused = {error(answer) for answer in answers if not answer.ok}
    assert refused == {(422, "INVALID_STATUS_TRANSITION")}  # at least three want to leave Not Interested
    assert_whole(cast, lead_id, moves=sum(answer.ok for answer in answers))
    assert cast.partner.data("GET", f"leads/{lead_id}")["status"] == "Not Interested"


def all_at_once(cast: Cast, lead_id: str, changes: list[dict[str, Any]]) -> list[requests.Response]:
    """One caller per change, half of them the KAM."""
    callers = [cast.partner, cast.kam] * (len(changes) // 2)
    people = [cast.stranger() for _ in changes]
    for person, caller in zip(people, callers, strict=True):
        person.http.headers["Authorization"] = caller.http.headers["Authorization"]
    return race(len(changes), lambda n: people[n].call("PATCH", f"leads/{lead_id}/status", changes[n]))


def assert_whole(cast: Cast, lead_id: str, moves: int) -> None:
    """One entry and one version per move, and the lead as its last entry left it."""
    lead = cast.partner.data("GET", f"leads/{lead_id}")
    entries = cast.partner.data("GET", f"leads/{lead_id}/timeline")["items"]
    assert (lead["version"], len(entries)) == (1 + moves, 1 + moves)
    assert (lead["remarks"], lead["followUpDate"]) == (entries[0]["remarks"], state_after(entries)["followUpDate"])
    assert lead["status"] == state_after(entries)["status"]


def state_after(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """What the entries, newest first, add up to."""
    state: dict[str, Any] = {}
    for entry in reversed(entries):
        assert {name: state.get(name) for name in entry["before"] if name in state} == {
            name: value for name, value in entry["before"].items() if name in state
        }, json.dumps(entries, indent=1)
        state |= entry["after"]
    return state

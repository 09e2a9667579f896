"""Whatever is sent to whichever function by whomever: an answer in the envelope, never a fault of ours (api.md 1)."""

import itertools
import json
import unicodedata
from typing import Any

import pytest
import requests

import function_app
from shared_code.endpoints import REGISTRY, Endpoint
from tests.end_to_end import nasty
from tests.end_to_end.cast import SYSTEM, Cast
from tests.end_to_end.people import new_phone
from tests.end_to_end.reference import documented
from tests.end_to_end.target import Target, fields

assert function_app.app
ENDPOINTS = sorted(REGISTRY.values(), key=lambda endpoint: endpoint.name)
WRITES = [endpoint for endpoint in ENDPOINTS if endpoint.method != "GET"]
READS = [endpoint for endpoint in ENDPOINTS if endpoint.method == "GET"]


class Judge(Target):
    """Sends, and finds the answer sound."""

    def __init__(self, cast: Cast) -> None:
        super().__init__(cast)
        self.reference = documented(cast.stranger())

    def sound(self, endpoint: Endpoint, answer: requests.Response, sent: object) -> int:
        """The status of an answer that is as it must be, whatever was sent: an envelope, a refusal of the reference."""
        about = f"{answer.request.method} {str(answer.request.url)[:200]} {str(sent)[:200]}: {answer.text[:300]}"
        assert answer.status_code < 500, about
        said = json.loads(answer.content, parse_constant=_no_json)
        assert set(said) == {"success", "data", "error"}, about
        assert said["success"] is answer.ok, about
        if not answer.ok:
            assert (answer.status_code, said["error"]["code"]) in self.reference[endpoint.name], about
            assert said["error"]["requestId"] == answer.headers["X-Correlation-ID"], about
        return answer.status_code


def _no_json(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def named(endpoints: list[Endpoint]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("endpoint", endpoints, ids=[endpoint.name for endpoint in endpoints])


@pytest.fixture(scope="module")
def judge(cast: Cast) -> Judge:
    return Judge(cast)


@named(WRITES)
def test_a_body_that_is_no_question_is_refused_whoever_sends_it(judge: Judge, endpoint: Endpoint) -> None:
    path, ends = judge.path(endpoint), endpoint.name.startswith("logout")
    callers = [judge.caller(endpoint)] if ends else [*judge.callers.values(), judge.cast.stranger()]
    for caller, (what, body) in itertools.product(callers, nasty.BODIES.items()):
        answer = judge.fresh(endpoint, caller).call(endpoint.method, path, body)
        assert judge.sound(endpoint, answer, what) >= 400 or not body.strip() or ends, what


@named([endpoint for endpoint in {endpoint.ask: endpoint for endpoint in WRITES}.values() if fields(endpoint)])
def test_no_value_of_any_field_is_our_fault(judge: Judge, endpoint: Endpoint) -> None:
    places = dict.fromkeys([*nasty.leaves(judge.body(endpoint)), *((name,) for name in fields(endpoint))])
    for number, (place, literal) in enumerate(itertools.product(places, nasty.VALUES)):
        body = nasty.with_value(judge.body(endpoint), place, literal)
        answer = judge.caller(endpoint, number).call(endpoint.method, judge.path(endpoint), body)
        judge.sound(endpoint, answer, (place, literal))


@pytest.mark.parametrize("name", nasty.NAMES)
def test_whatever_a_customer_is_called_its_quotation_can_be_printed(judge: Judge, name: str) -> None:
    partner = judge.cast.partner
    site = {"customerName": name, "address": name, "city": name, "state": "GJ", "pinCode": "380058"}
    lead = partner.data("POST", "leads", site | {"phone": new_phone()})
    assert lead["customerName"] == unicodedata.normalize("NFC", name).strip()
    quotation = partner.data("POST", "quotations", {"leadId": lead["leadId"], **SYSTEM})
    link = partner.data("GET", f"quotations/{quotation['quotationReference']}/pdf")
    assert requests.get(link["url"], timeout=10).content.startswith(b"%PDF-")


@named([endpoint for endpoint in READS if fields(endpoint)])
def test_no_filter_is_our_fault(judge: Judge, endpoint: Endpoint) -> None:
    path = judge.path(endpoint)
    for number, (name, value) in enumerate(itertools.product(fields(endpoint), nasty.QUERIES)):
        judge.sound(endpoint, judge.caller(endpoint, number).get(f"{path}?{name}={value}"), (name, value))


@pytest.mark.parametrize("header", nasty.HEADERS)
def test_no_header_is_our_fault(judge: Judge, header: str) -> None:
    tried: dict[str, Any] = {endpoint.name: endpoint for endpoint in ENDPOINTS}
    for value in nasty.HEADER_VALUES:
        for name in ("sync", "update_status", "login"):
            endpoint, headers = tried[name], dict[str, Any]({header: value})
            body = judge.body(endpoint) if endpoint.method != "GET" else None
            person = judge.cast.stranger() if header == "Authorization" else judge.caller(endpoint, 0)
            answer = person.call(endpoint.method, judge.path(endpoint), body, **headers)
            judge.sound(endpoint, answer, headers)


@named(ENDPOINTS)
def test_an_unknown_field_is_refused_and_named(judge: Judge, endpoint: Endpoint) -> None:
    path, person = judge.path(endpoint), judge.caller(endpoint)
    body = judge.body(endpoint) | {"cpId2": "CP-1", "New Status": 1}
    answer = person.get(f"{path}?cpId2=1&x=") if endpoint.method == "GET" else person.call(endpoint.method, path, body)
    assert judge.sound(endpoint, answer, body) == 400
    assert set(answer.json()["error"]["details"]) >= {"cpId2"}


@named(WRITES)
def test_a_query_does_not_belong_to_a_write(judge: Judge, endpoint: Endpoint) -> None:
    path, person = judge.path(endpoint), judge.caller(endpoint)
    answer = person.call(endpoint.method, f"{path}?role=Admin", judge.body(endpoint))
    assert judge.sound(endpoint, answer, "a query") == 400
    assert set(answer.json()["error"]["details"]) == {"role"}

"""A question is read whole or refused, every wrong field named at once and no value repeated (api.md 1)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import Field

from shared_code import parsing
from shared_code.rules.refusal import Refusal
from shared_code.wire import Ask
from shared_code.wire.fields import Day, Figure, LeadId, LongText, Many, Name, Phone, Rupees, Short


class Question(Ask):
    lead_id: LeadId
    phone: Phone
    customer_name: Name | None = None
    remarks: LongText | None = None
    amount: Rupees | None = None
    system_kw: Figure | None = None
    paid_on: Day | None = None
    quantity: Annotated[int, Field(ge=1)] | None = None
    override: bool = False
    services: tuple[Short, ...] = ()
    expected_version: Annotated[int, Field(ge=1)] | None = None


class Filters(Ask):
    lead_id: LeadId | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 25
    unread: bool = False
    status: Many[Short] = ()
    created_from: Day | None = None


PATH = {"leadId": "LEAD-1"}
PHONE = '"phone": "9000000001"'


def asked(fields: str, if_match: str | None = None) -> Question:
    return parsing.of_body(Question, PATH, {}, f"{{{PHONE}, {fields}}}".encode(), if_match)


def refused(body: bytes, path: dict[str, str] = PATH, query: dict[str, str] | None = None, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as said:
        parsing.of_body(Question, path, query or {}, body, **more)
    assert said.value.code == "VALIDATION_ERROR"
    return said.value


def wrong(fields: str, **more: Any) -> dict[str, object]:
    return dict(refused(f"{{{PHONE}, {fields}}}".encode(), **more).details or {})


def wrong_filters(**query: str) -> set[str]:
    with pytest.raises(Refusal) as said:
        parsing.of_query(Filters, {}, query)
    return set(said.value.details or {})


def test_a_body_and_the_path_are_one_question() -> None:
    question = asked('"amount": 1500.5, "paidOn": "2026-01-31", "services": ["Rooftop"], "override": true')
    assert (question.lead_id, question.phone) == ("LEAD-1", "9000000001")
    assert (question.amount, question.paid_on) == (Decimal("1500.5"), date(2026, 1, 31))


def test_no_body_is_an_empty_object() -> None:
    for body in (b"", b" \r\n\t", b"{}"):
        assert refused(body).details == {"phone": "is missing"}


def test_everything_that_is_wrong_is_named_at_once() -> None:
    said = refused(b'{"phone": "12", "quantity": "x", "services": ["a", 5], "unheardOf": 1}', {"leadId": "QUOT-1"})
    assert set(said.details or {}) == {"leadId", "phone", "quantity", "services.1", "unheardOf"}


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"}", b"{'a': 1}", b"\xff\xfe{}", b"\xef\xbb\xbf{}", b'{"quantity": NaN}', b'{"quantity": Infinity}',
        b'{"remarks": "\\ud800"}', b'{"\\udc00": 1}', b'{"quantity": ' + b"9" * 5000 + b"}", b"[" * 100_000,
        b'{"a":' * 100_000, b'{"phone": "9000000001"} {}', b"[]", b"null", b"7", b'"text"', b"\0",
    ],
    ids=lambda body: repr(body[:24]),
)  # fmt: skip
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    assert refused(body).details is None


@pytest.mark.parametrize(
    "fields",
    [
        '"quantity": "5"', '"quantity": 5.5', '"quantity": true', '"quantity": 0', '"override": 1',
        '"override": "true"', '"services": "Rooftop"', '"services": {"0": "Rooftop"}', '"amount": true',
        '"amount": "Infinity"', '"amount": 1e30', '"amount": 0.005', '"amount": -1', '"systemKw": "1e999999999"',
        '"systemKw": "1e-999999999"', '"systemKw": "NaN"', '"paidOn": 20260131', '"paidOn": "0"',
        '"paidOn": "1764000000"', '"paidOn": "31.01.2026"', '"paidOn": "2026-02-30"', '"paidOn": "2026-01-31T00:00:00"',
        '"customerName": ""', '"customerName": "a\\u0000b"', '"customerName": ["a"]', '"remarks": 5',
    ],
)  # fmt: skip
def test_a_field_of_the_wrong_type_or_form_is_named(fields: str) -> None:
    assert list(wrong(fields)) == [fields[1:].partition('"')[0]]


def test_what_was_sent_is_never_repeated() -> None:
    secret = "a-password-in-the-wrong-field"
    said = refused(
        f'{{"phone": "{secret}", "quantity": "{secret}", "paidOn": "{secret}", "amount": "{secret}"}}'.encode()
    )
    assert secret not in f"{said.message} {said.details}"


def test_fields_have_their_names_on_the_wire_alone() -> None:
    assert wrong('"customer_name": "Chitra"') == {"customer_name": "is not a field of this request"}


def test_what_stands_in_the_path_stands_nowhere_else() -> None:
    assert set(wrong('"leadId": "LEAD-2"')) == {"leadId"}
    with pytest.raises(Refusal) as said:
        parsing.of_query(Filters, PATH, {"leadId": "LEAD-2"})
    assert set(said.value.details or {}) == {"leadId"}


def test_a_write_takes_nothing_from_its_address() -> None:
    assert set(refused(b"{}", query={"override": "true"}).details or {}) == {"override"}


def test_if_match_stands_for_the_expected_version_that_the_body_leaves_out() -> None:
    assert asked('"override": false', '"3"').expected_version == 3
    assert asked('"expectedVersion": 4', '"3"').expected_version == 4
    assert parsing.of_body(Filters, PATH, {}, b"", '"x"').lead_id == "LEAD-1"


def test_an_if_match_is_not_lost_where_the_body_says_null() -> None:
    assert asked('"expectedVersion": null', if_match='"7"').expected_version == 7


@pytest.mark.parametrize("header", ["3", '"0"', '"-1"', 'W/"3"', '"3", "4"', "*", '"三"', '"9999999999"', '""'])
def test_an_if_match_that_is_no_version_is_named(header: str) -> None:
    assert set(wrong('"override": false', if_match=header)) == {"If-Match"}


def test_a_query_is_read_from_its_words() -> None:
    query = {"limit": "10", "unread": "true", "status": "Won,,Executed,", "createdFrom": "2026-01-31"}
    filters = parsing.of_query(Filters, {}, query)
    assert (filters.limit, filters.unread, filters.status) == (10, True, ("Won", "Executed"))
    assert filters.created_from == date(2026, 1, 31)


def test_what_a_query_does_not_know_or_cannot_read_is_named() -> None:
    assert wrong_filters(created_from="2026-01-31") == {"created_from"}
    assert wrong_filters(limit="101", unread="perhaps", createdFrom="0", sort="x") == {
        "limit", "unread", "createdFrom", "sort",
    }  # fmt: skip

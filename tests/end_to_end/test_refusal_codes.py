"""Every code that the app can answer now, with its status, its envelope and a sentence (api.md 1)."""

import itertools
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.app_process import AppProcess, Person, error
from tests.end_to_end.cast import REMARKS, SYSTEM, Cast, india_day
from tests.end_to_end.people import new_phone

PDF = {"fileName": "light-bill.pdf", "contentType": "application/pdf", "fileSize": 1000}
SITE = {"customerName": "A", "address": "7 Lake View", "state": "Gujarat", "pinCode": "380058"}
PAYMENT = {"action": "pay", "paidOn": "2026-01-31", "method": "NEFT"}
NOBODY = {"email": "nobody@solarium.test", "password": "wrong"}
SIGN_IN, STATUS, SETTLE = "auth/login", "leads/{}/status", "commissions/{}/approveOrPay"


def move(person: Person, lead_id: str, target: str, **more: object) -> requests.Response:
    body = {"newStatus": target, "remarks": REMARKS, "followUpDate": india_day(1), **more}
    return person.call("PATCH", STATUS.format(lead_id), body)


def upload(c: Cast, **wrong: object) -> requests.Response:
    return c.partner.call("POST", f"leads/{c.lead()}/docs", PDF | wrong)


def with_token(c: Cast, token: str) -> requests.Response:
    return c.stranger().get("auth/me", Authorization=token)


def session_expired(c: Cast) -> requests.Response:
    person = c.new_customer()
    person.data("POST", "auth/logout")
    return person.get("auth/me")


def wrong_code(c: Cast, phone: str | None = None) -> requests.Response:
    """A code that was not sent, to a phone with a live one."""
    person, phone = c.stranger(), phone or new_phone()
    person.data("POST", SIGN_IN, {"phone": phone})
    return person.call("POST", SIGN_IN, {"phone": phone, "otp": "000000"})


def account(c: Cast, change: str) -> requests.Response:
    person = c.new_customer()
    c.db.execute(f"UPDATE user_account SET {change} WHERE user_id = %s", [person.session["userId"]])
    return person.get("auth/me")


def pending(c: Cast) -> requests.Response:
    phone = c.new_partners_phone(c.kam, "pending")
    person = c.stranger()
    person.data("POST", SIGN_IN, {"phone": phone})
    return person.call("POST", SIGN_IN, {"phone": phone, "otp": person.newest_code(phone)})


def otp_locked(c: Cast) -> requests.Response:
    person, phone = c.stranger(), new_phone()
    person.data("POST", SIGN_IN, {"phone": phone})
    sent = person.newest_code(phone)
    wrong = (f"{number:06d}" for number in itertools.count() if f"{number:06d}" != sent)
    for _ in range(5):
        tried = person.call("POST", SIGN_IN, {"phone": phone, "otp": next(wrong)})
        assert error(tried) == (401, "INVALID_OTP")
    return person.call("POST", SIGN_IN, {"phone": phone, "otp": sent})


def login_locked(c: Cast) -> requests.Response:
    person, nobody = c.stranger(), {"email": f"{secrets.token_hex(6)}@solarium.test", "password": "Wrong#12345"}
    for _ in range(5):
        assert error(person.call("POST", SIGN_IN, nobody)) == (401, "INVALID_CREDENTIALS")
    return person.call("POST", SIGN_IN, nobody)


def eighth_document(c: Cast) -> requests.Response:
    lead_id = c.lead()
    for _ in range(7):
        c.partner.data("POST", f"leads/{lead_id}/docs", PDF)
    return c.partner.call("POST", f"leads/{lead_id}/docs", PDF)


def reserved_document(c: Cast) -> requests.Response:
    return c.partner.get(f"documents/sas?docId={upload(c).json()['data']['docId']}")


def accept(c: Cast, status: str, lead_status: str = "In Discussion", **columns: object) -> requests.Response:
    return c.customer.call("PATCH", f"quotations/{c.quotation(c.lead(lead_status), status, **columns)}/accept")


def pay_twice_with_one_utr(c: Cast) -> requests.Response:
    body: dict[str, Any] = PAYMENT | {"utr": secrets.token_hex(8)}
    for path in [SETTLE.format(c.commission()) for _ in range(2)]:
        c.admin.data("POST", path, {"action": "approve"})
        answer = c.admin.call("POST", path, body)
    return answer


def pay_before_approval(c: Cast) -> requests.Response:
    return c.admin.call("POST", SETTLE.format(c.commission()), PAYMENT | {"utr": "UTR123456789"})


def same_key_other_body(c: Cast) -> requests.Response:
    path, key = STATUS.format(c.lead()), secrets.token_hex(8)
    c.partner.call("PATCH", path, {"newStatus": "Won"}, Idempotency_Key=key)
    return c.partner.call("PATCH", path, {"newStatus": "Executed"}, Idempotency_Key=key)


def incomplete_profile(c: Cast) -> requests.Response:
    return c.stranger().with_code(new_phone()).call("POST", "leads", {})


def eleventh_lead_in_a_minute(c: Cast) -> requests.Response:
    customer = c.new_customer()
    for _ in range(10):
        customer.data("POST", "leads", {})
    return customer.call("POST", "leads", {})


def provider_down(c: Cast) -> requests.Response:
    return c.stranger().call("POST", SIGN_IN, {"phone": new_phone()})


def price(c: Cast, **other: object) -> requests.Response:
    return c.partner.call("POST", "quotations/preview", {"leadId": c.lead(), **SYSTEM, **other})


def token_taken(c: Cast) -> requests.Response:
    return move(c.partner, c.lead("Under Execution", token_number="TOK-1"), "Under Execution", tokenNumber="TOK-2")


def two_prices_from_one_day(c: Cast) -> requests.Response:
    panel = f"masterdata/panels/{c.panel()}"
    c.admin.data("PATCH", panel, {"unitPrice": 1, "validFrom": "2199-01-01"})
    return c.admin.call("PATCH", panel, {"unitPrice": 2, "validFrom": "2199-01-01"})


DEACTIVATED = {"status": "deactivated"}
REFUSALS: dict[str, tuple[int, Callable[[Cast], requests.Response]]] = {
    "VALIDATION_ERROR": (400, lambda c: c.partner.call("PATCH", STATUS.format(c.lead()), {})),
    "FILE_TOO_LARGE": (400, lambda c: upload(c, fileSize=10 * 1024 * 1024 + 1)),
    "UNSUPPORTED_FILE_TYPE": (400, lambda c: upload(c, fileName="light-bill.exe")),
    "AUTH_REQUIRED": (401, lambda c: c.stranger().get("auth/me")),
    "INVALID_TOKEN": (401, lambda c: with_token(c, "Bearer nonsense")),
    "SESSION_EXPIRED": (401, session_expired),
    "INVALID_CREDENTIALS": (401, lambda c: c.stranger().call("POST", SIGN_IN, NOBODY)),
    "INVALID_OTP": (401, wrong_code),
    "OTP_EXPIRED": (401, lambda c: c.stranger().call("POST", SIGN_IN, {"phone": new_phone(), "otp": "123456"})),
    "FORBIDDEN": (403, lambda c: c.customer.get("masterdata")),
    "ACCOUNT_PENDING": (403, pending),
    "ACCOUNT_DEACTIVATED": (403, lambda c: account(c, "status = 'deactivated'")),
    "USER_BLOCKED": (403, lambda c: account(c, "blocked = true")),
    "OUT_OF_SCOPE": (403, lambda c: c.other_kam.get(f"leads/{c.lead()}")),
    "NOT_FOUND": (404, lambda c: c.other_partner.get(f"leads/{c.lead()}")),
    "DOCUMENT_LIMIT_EXCEEDED": (409, eighth_document),
    "DOCUMENT_STATE": (409, reserved_document),
    "QUOTATION_NOT_SHARED": (409, lambda c: accept(c, "Rejected")),
    "QUOTATION_EXPIRED": (409, lambda c: accept(c, "Shared", valid_until=india_day(-1))),
    "QUOTATION_ALREADY_ACCEPTED": (409, lambda c: accept(c, "Accepted")),
    "LEAD_CLOSED": (409, lambda c: accept(c, "Shared", "Under Execution")),
    "REFERENCE_SET": (409, token_taken),
    "DUPLICATE_PHONE": (409, lambda c: c.partner.call("POST", "leads", SITE | {"phone": "9000000003"})),
    "DUPLICATE_EMAIL": (409, lambda c: c.admin.call("POST", "admins", {"name": "A", "email": "KAM1@solarium.test"})),
    "LAST_ADMIN": (409, lambda c: c.admin.call("PATCH", f"admins/{c.admin.session['userId']}", DEACTIVATED)),
    "DUPLICATE_UTR": (409, pay_twice_with_one_utr),
    "COMMISSION_STATE": (409, pay_before_approval),
    "PERIOD_OVERLAP": (409, two_prices_from_one_day),
    "STALE_VERSION": (409, lambda c: move(c.partner, c.lead(), "In Discussion", expectedVersion=9)),
    "IDEMPOTENCY_CONFLICT": (409, same_key_other_body),
    "BODY_TOO_LARGE": (413, lambda c: c.partner.call("POST", "leads", b" " * (1024 * 1024 + 1))),
    "INVALID_STATUS_TRANSITION": (422, lambda c: move(c.partner, c.lead(), "Executed")),
    "RULE_VIOLATION": (422, lambda c: price(c, extraStructureHeight=0.7)),
    "MASTER_DATA_MISSING": (422, lambda c: price(c, inverterId="INV999")),
    "PROFILE_INCOMPLETE": (422, incomplete_profile),
    "OTP_LOCKED": (423, otp_locked),
    "LOGIN_LOCKED": (423, login_locked),
    "RATE_LIMITED": (429, eleventh_lead_in_a_minute),
}  # fmt: skip


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_has_its_status_its_envelope_and_a_sentence(cast: Cast, code: str) -> None:
    status, provoke = REFUSALS[code]
    answer = provoke(cast)
    assert error(answer) == (status, code)
    message = answer.json()["error"]["message"]
    assert message[0].isupper()
    assert message.endswith(".")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("Retry-After" in answer.headers) == (status in (423, 429))


def test_an_illegal_move_says_so_in_its_first_words(cast: Cast) -> None:
    said = move(cast.partner, cast.lead(), "Executed").json()["error"]["message"]
    assert said.startswith("Invalid status transition")


@pytest.fixture
def _no_sms(app: AppProcess) -> Iterator[None]:
    """MSG91 fails, whoever calls it."""
    faults = f"{app.url}/dev/faults"
    requests.post(faults, json={"provider": "msg91", "mode": "500"}, timeout=10).raise_for_status()
    yield
    requests.post(faults, json={"provider": "msg91", "mode": "off"}, timeout=10).raise_for_status()


@pytest.mark.usefixtures("_no_sms")
def test_a_code_that_could_not_be_sent_is_the_providers_fault(cast: Cast) -> None:
    assert error(provider_down(cast)) == (502, "SMS_DELIVERY_FAILED")


def test_a_secret_is_never_repeated_by_the_refusal_of_it(cast: Cast) -> None:
    for secret in ({"password": ["hunter-secret-2"]}, {"otp": "hunter-secret-2"}, {"phone": "hunter-secret-2"}):
        answer = cast.stranger().call("POST", SIGN_IN, {"email": "a@b.in", **secret})
        assert error(answer) == (400, "VALIDATION_ERROR")
        assert "hunter-secret" not in answer.text

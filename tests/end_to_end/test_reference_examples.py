"""Every example of a request in the reference, sent to the running app: it does what it shows (api.md 2.10)."""

import secrets
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
import requests
from pydantic.alias_generators import to_camel

import function_app
from localhost.demo_data import PASSWORD
from shared_code.endpoints import REGISTRY, Endpoint
from shared_code.sql.master_data import KINDS
from shared_code.wire.master_data import FIELDS
from tests.app_process import Person
from tests.end_to_end.cast import Cast, india_day
from tests.end_to_end.people import new_phone
from tests.end_to_end.reference import check_documented, operations
from tests.end_to_end.target import Target

assert function_app.app
BY_NAME = {endpoint.name: endpoint for endpoint in REGISTRY.values()}
SHOWN = [
    (name, title)
    for name, operation in sorted(operations().items())
    for title in operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
]


class Stage(Target):
    """Where an example is played: what its ids, phones and days stand for is the cast's own, here and today."""

    def __init__(self, cast: Cast) -> None:
        super().__init__(cast)
        self.years = iter(range(2100, 2199))
        self.rows: dict[str, dict[str, Any]] = {}

    def play(self, name: str, title: str) -> requests.Response:
        """Send it, after what has to come before it."""
        endpoint = BY_NAME[name]
        shown = operations()[name]["requestBody"]["content"]["application/json"]["examples"][title]["value"]
        body = {field: self._here(field, value) for field, value in shown.items()}
        path, person = self.path(endpoint), self._who(endpoint, body)
        if prepare := BEFORE.get(name):
            path, person, body = prepare(self, title, path, person, body)
        return person.call(endpoint.method, path, body)

    def _who(self, endpoint: Endpoint, body: dict[str, Any]) -> Person:
        """Somebody who may: staff where something is overridden, a customer where a customer's words are shown."""
        if body.get("override") or not endpoint.roles:
            return self.fresh(endpoint, self.cast.admin) if endpoint.roles else self.cast.stranger()
        return self.caller(endpoint)

    def _here(self, field: str, value: Any) -> Any:
        known: dict[str, Callable[[], Any]] = {
            "assignedTo": lambda: self.cast.partner.session["userId"],
            "cpId": lambda: self.cast.partner.session["userId"],
            "customerId": lambda: self.cast.customer.session["userId"],
            "email": lambda: f"{secrets.token_hex(6)}@solarium.test",
            "followUpDate": lambda: india_day(7),
            "leadId": lambda: self.cast.lead("In Discussion"),
            "paidOn": india_day,
            "phone": new_phone,
            "utr": lambda: f"UTR{secrets.token_hex(6)}",
            "validFrom": lambda: f"{next(self.years)}-01-01",
        }
        return known[field]() if field in known else value


Call = tuple[str, Person, dict[str, Any]]  # path, who calls, body


def signing_in(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    if "password" in body:
        body["email"] = stage.cast.new_staff("KAM").session["user"]["email"]
    if "otp" in body:
        person.data("POST", "auth/login", {"phone": body["phone"]})
        body["otp"] = person.newest_code(body["phone"])
    return path, person, body


def registering(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    if "otp" in body:
        first = (path, {**body, "otp": None}) if body["role"] == "CP" else ("auth/login", {"phone": body["phone"]})
        person.data("POST", *first)
        body["otp"] = person.newest_code(body["phone"])
    return path, person, body


def refreshing(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    return path, person, {"refreshToken": stage.cast.new_customer().session["refreshToken"]}


def resetting(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    email = stage.cast.new_staff("KAM").session["user"]["email"]
    person.data("POST", "auth/requestPasswordReset", {"email": email})
    link: str = inbox(stage.cast, email)["text"]
    return path, person, body | {"token": link.partition("token=")[2].split()[0]}


def inbox(cast: Cast, to: str) -> Any:
    """What was sent there last."""
    return requests.get(f"{cast.app.url}/dev/inbox.json", params={"to": to}, timeout=10).json()["items"][0]


def own_secret(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    return path, stage.cast.new_staff("KAM"), body


def correcting(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    somebody = stage.cast.new_customer() if path.startswith("customers") else stage.cast.new_partner(stage.cast.kam)
    return f"{path.partition('/')[0]}/{somebody.session['userId']}", person, body


def mailing(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    return path, person, body | {"to": stage.cast.new_staff("KAM").session["user"]["email"]}


def confirming(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    person = stage.cast.new_staff("KAM")
    secret = person.data("POST", "auth/totp", {"password": PASSWORD})["secret"]
    return path, person, {"code": pyotp.TOTP(secret).now()}


def entering(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    return path, stage.cast.customer if title.startswith("a customer") else stage.cast.admin, body


def moving(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    lead = stage.cast.lead("In Discussion")
    if "quotationRef" in body:
        body["quotationRef"] = stage.cast.quotation(lead, "Accepted")
    return f"leads/{lead}/status", person, body


def answering(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    return path, person if body else stage.cast.customer, body


def settling(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    path = f"commissions/{stage.cast.commission()}/approveOrPay"
    if body["action"] == "pay":
        person.data("POST", path, {"action": "approve"})
    return path, person, body


def reviewing(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    return f"documents/{stage.cast.paper()}/reject", person, body


def restoring(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    return f"documents/{stage.cast.document(stage.lead, versions=2)}/restore", person, body


def replacing(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    return f"documents/{stage.cast.document(stage.lead)}/replace", person, body


def adding(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    path = f"masterdata/{kind_of('add_master_data', title)}"
    if path.endswith("structures"):  # each height has a price already: the one that is shown ends before
        ends = {"isActive": False, "validFrom": f"{next(stage.years)}-01-01"}
        person.data("PATCH", "masterdata/structures/STR004", ends)
        body["validFrom"] = f"{next(stage.years)}-01-01"
    if path.endswith("fees"):  # and so has each choice of a distributor that is there
        discom = {"name": "For a test", "phases": ["Single"], "smartMeterOptions": [False]}
        body["discomId"] = person.data("POST", "masterdata/discoms", discom | {"stateCode": "GJ"})["discomId"]
    return path, person, body


def changing(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    kind = kind_of("change_master_data", title)
    row = stage.cast.admin.data("GET", "masterdata")[kind][-1]
    return f"masterdata/{kind}/{row[to_camel(KINDS[kind].id_column)]}", person, body


def setting(stage: Stage, title: str, path: str, person: Person, body: dict[str, Any]) -> Call:
    """Behind what other tests announce: what is announced can only be followed."""
    return path, person, body | {"validFrom": "2199-12-31"}


def kind_of(name: str, title: str) -> str:
    """Which kind of row an example is of: the reference shows as many as there are kinds, in their order."""
    titles = [shown for function, shown in SHOWN if function == name]
    return list(FIELDS)[titles.index(title)]


BEFORE: dict[str, Callable[[Stage, str, str, Person, dict[str, Any]], Call]] = {
    "login": signing_in,
    "register": registering,
    "refresh_session": refreshing,
    "complete_password_reset": resetting,
    "change_password": own_secret,
    "correct_customer": correcting,
    "edit_channel_partner": correcting,
    "send_email": mailing,
    "begin_totp": own_secret,
    "end_totp": own_secret,
    "confirm_totp": confirming,
    "create_lead": entering,
    "update_status": moving,
    "accept_quotation": answering,
    "reject_quotation": answering,
    "approve_or_pay": settling,
    "reject_document": reviewing,
    "replace_document": replacing,
    "restore_document": restoring,
    "add_master_data": adding,
    "change_master_data": changing,
    "change_settings": setting,
}


@pytest.fixture(scope="module")
def stage(cast: Cast) -> Stage:
    return Stage(cast)


@pytest.mark.parametrize(("name", "title"), SHOWN, ids=[f"{name}: {title}" for name, title in SHOWN])
def test_what_the_reference_shows_is_done(stage: Stage, name: str, title: str) -> None:
    answer = stage.play(name, title)
    assert answer.status_code in (200, 201), answer.text
    check_documented(name, answer)


def test_master_data_of_a_past_day_is_what_the_reference_says_too(cast: Cast) -> None:
    """Before the first settings began."""
    answer = cast.admin.get("masterdata?at=2001-01-01")
    assert answer.json()["data"]["settings"] == {}
    check_documented("get_master_data", answer)

"""The log tells who did what by ids, never a code, token, password, phone, address or name (rules.md 8)."""

import json

from tests.end_to_end.cast import Cast
from tests.end_to_end.people import new_phone

WRONG = {"email": "mistaken@solarium.test", "password": "Wrong#Password7"}
SITE = {"address": "99 Secret Lane", "city": "Hiddenpur", "state": "Gujarat", "pinCode": "380058"}


def test_what_people_send_is_not_in_the_log_and_what_they_did_is(cast: Cast) -> None:
    person, phone = cast.stranger(), new_phone()
    person.call("POST", "auth/login", WRONG)
    person.data("POST", "auth/login", {"phone": phone})
    code = person.newest_code(phone)
    person.call("POST", "auth/login", {"phone": phone, "otp": "000000"})
    session = person.data("POST", "auth/login", {"phone": phone, "otp": code})
    lead = cast.partner.data("POST", "leads", SITE | {"customerName": "Gupta Secretwala", "phone": phone})
    refused = cast.partner.call(
        "PATCH", f"leads/{lead['leadId']}/status", {"newStatus": "Won", "remarks": "Secretly said."}
    )

    log = cast.app.log.read_text()
    secrets = [phone, f'"{code}"', session["accessToken"], session["refreshToken"], *WRONG.values(), "Gupta Secretwala"]
    assert [secret for secret in (*secrets, SITE["address"], SITE["city"], "Secretly said.") if secret in log] == []
    lines = [json.loads(line[line.index("{") :]) for line in log.splitlines() if '{"event"' in line]
    move = next(line for line in lines if line["event"] == "move_refused" and line["leadId"] == lead["leadId"])
    assert move["move"] == {"from": "New Lead", "to": "Won"}
    assert move["userId"] == cast.partner.session["userId"]
    request = next(line for line in lines if line.get("requestId") == refused.headers["X-Correlation-ID"])
    assert request["requestId"] == move["requestId"]

"""From a stranger to a partner or customer at work, over HTTP and with the inbox (api.md 2.1, rules.md 7)."""

from typing import Any

import requests

from tests.app_process import Person, error
from tests.end_to_end.cast import Cast
from tests.end_to_end.people import new_phone

REGISTER, SIGN_IN = "auth/register", "auth/login"
SITE = {"address": "4 Canal Road", "state": "GJ", "pinCode": "395007"}
FIRM = {"organizationName": "Iyer Solar", "gstin": "24AAXCS7654A1Z1", "email": "ravi@iyer.test"}
SENT = {"otpSent": True, "expiresIn": 120, "resendAfter": 30}


def inbox(cast: Cast, to: str) -> list[dict[str, Any]]:
    """What that phone or address was sent, newest first."""
    items: list[dict[str, Any]] = requests.get(f"{cast.app.url}/dev/inbox.json?to={to}", timeout=10).json()["items"]
    return items


def half_a_minute_later(cast: Cast, phone: str) -> None:
    """Its next code may be sent."""
    cast.db.execute("UPDATE otp_challenge SET issued_at = issued_at - interval '31 s' WHERE phone = %s", [phone])


def news(person: Person, about: str) -> list[str]:
    """What the person was told about that partner."""
    items = person.data("GET", "notifications?limit=100")["items"]
    return [item["type"] for item in items if item["data"].get("cpId") == about]


def test_a_partner_registers_waits_is_let_in_and_works(cast: Cast) -> None:
    person, phone, admin = cast.stranger(), new_phone(), cast.admin
    form = {"role": "CP", "name": "Ravi Iyer", "phone": f"+91{phone}", **SITE, **FIRM}
    asked = person.call("POST", REGISTER, form)
    assert (asked.status_code, asked.json()["data"]) == (200, SENT)
    made = person.call("POST", REGISTER, form | {"otp": person.newest_code(phone)})
    cp_id = made.json()["data"]["userId"]
    assert (made.status_code, made.json()["data"]) == (201, {"userId": cp_id, "status": "pending"})

    person.data("POST", SIGN_IN, {"phone": phone})
    early = person.call("POST", SIGN_IN, {"phone": phone, "otp": person.newest_code(phone)})
    assert error(early) == (403, "ACCOUNT_PENDING")
    assert news(admin, cp_id) == ["partnerRegistered"]
    [waiting] = admin.data("GET", f"channelPartners?status=pending&search={cp_id}")["items"]
    registered = {"name": "Ravi Iyer", "phone": phone, **SITE, **FIRM, "state": "Gujarat", "needsKam": True}
    assert waiting.items() >= registered.items()

    assert admin.data("PATCH", f"channelPartners/{cp_id}/activate")["status"] == "active"
    assert inbox(cast, phone)[0]["text"] == "Your Solarium registration is approved."
    assert [mail["subject"] for mail in inbox(cast, FIRM["email"])] == ["Your Solarium registration is approved"]

    half_a_minute_later(cast, phone)
    person.with_code(phone)
    assert person.session["user"].items() >= {"id": cp_id, "role": "CP", "status": "active"}.items()
    assert (person.session["profileComplete"], person.session["isNewUser"]) == (True, False)
    lead = person.data("POST", "leads", {"customerName": "Meera Joshi", "phone": new_phone(), **SITE})
    assert lead["assignedTo"] == cp_id


def test_a_customer_signs_in_completes_its_profile_and_asks_for_an_installation(cast: Cast) -> None:
    phone = new_phone()
    person = cast.stranger().with_code(phone)
    assert (person.session["isNewUser"], person.session["profileComplete"]) == (True, False)
    assert error(person.call("POST", "leads", {})) == (422, "PROFILE_INCOMPLETE")

    half_a_minute_later(cast, phone)
    person.data("POST", SIGN_IN, {"phone": phone})
    form = {"role": "Customer", "name": "Meera Joshi", "phone": phone, "otp": person.newest_code(phone), **SITE}
    made = person.call("POST", REGISTER, form)
    session = made.json()["data"]
    assert (made.status_code, session["profileComplete"], session["isNewUser"]) == (201, True, False)
    assert session["userId"] == person.session["userId"]
    person.http.headers["Authorization"] = f"Bearer {session['accessToken']}"
    assert person.data("POST", "leads", {}).items() >= {"customerName": "Meera Joshi", "state": "Gujarat"}.items()

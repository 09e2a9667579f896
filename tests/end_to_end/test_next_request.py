"""What was ended, blocked, changed or reassigned is so on the very next request (rules.md 2.3, 5.4)."""

import secrets
import time

import jwt
import pytest
import requests

from tests.app_process import Person, error
from tests.end_to_end.cast import Cast
from tests.end_to_end.people import claims_of, new_phone

EXPIRED = (401, "SESSION_EXPIRED")
INVALID = (401, "INVALID_TOKEN")


def refreshed(cast: Cast, person: Person) -> requests.Response:
    """The answer to the refresh token of the person's session."""
    return cast.stranger().call("POST", "auth/refresh", {"refreshToken": person.session["refreshToken"]})


def change(cast: Cast, person: Person, assignments: str) -> None:
    cast.db.execute(f"UPDATE user_account SET {assignments} WHERE user_id = %s", [person.session["userId"]])


@pytest.mark.parametrize("path", ["auth/logout", "auth/logoutAll"])
def test_logging_out_twice_is_fine_and_the_session_is_over(cast: Cast, path: str) -> None:
    person = cast.new_customer()
    assert [person.call("POST", path).status_code for _ in range(3)] == [200, 200, 200]
    assert error(person.get("auth/me")) == EXPIRED
    assert error(refreshed(cast, person)) == EXPIRED


def test_logging_out_ends_one_session_and_logging_out_everywhere_ends_all(cast: Cast) -> None:
    phone = cast.new_customer()
    tablet, desk = cast.twin(phone), cast.twin(phone)
    phone.data("POST", "auth/logout")
    assert error(phone.get("auth/me")) == EXPIRED
    assert tablet.get("auth/me").status_code == 200
    tablet.data("POST", "auth/logoutAll")
    assert error(desk.get("auth/me")) == EXPIRED


@pytest.mark.parametrize("role", ["Admin", "KAM", "CP", "Customer"])
def test_a_blocked_user_is_refused_and_signs_in_again_when_unblocked(cast: Cast, role: str) -> None:
    person = cast.new(role)
    path = f"users/{person.session['userId']}/block"
    assert cast.admin.data("PATCH", path, {"blocked": True}) == {"userId": person.session["userId"], "blocked": True}
    assert error(person.get("auth/me")) == (403, "USER_BLOCKED")
    assert error(person.call("PATCH", "notifications/readAll")) == (403, "USER_BLOCKED")
    assert error(refreshed(cast, person)) == (403, "USER_BLOCKED")
    cast.admin.data("PATCH", path, {"blocked": False})
    assert error(person.get("auth/me")) == EXPIRED
    assert error(refreshed(cast, person)) == EXPIRED


@pytest.mark.parametrize(("role", "path"), [("Admin", "admins"), ("KAM", "kams")])
def test_deactivated_staff_is_refused_and_signs_in_again_when_active(cast: Cast, role: str, path: str) -> None:
    person = cast.new(role)
    path += f"/{person.session['userId']}"
    assert cast.admin.data("PATCH", path, {"status": "deactivated"})["status"] == "deactivated"
    assert error(person.get("leads")) == (403, "ACCOUNT_DEACTIVATED")
    assert error(refreshed(cast, person)) == (403, "ACCOUNT_DEACTIVATED")
    cast.admin.data("PATCH", path, {"status": "active"})
    assert error(person.get("leads")) == EXPIRED


def test_a_customer_whose_phone_is_another_signs_in_with_that(cast: Cast) -> None:
    person, phone = cast.new_customer(), new_phone()
    user_id = person.session["userId"]
    cast.admin.data("PATCH", f"customers/{user_id}", {"phone": phone, "override": True})
    assert error(person.get("auth/me")) == EXPIRED
    assert cast.stranger().with_code(phone).session["userId"] == user_id


def test_a_deactivated_partner_is_refused_also_when_its_session_was_ended_with_it(cast: Cast) -> None:
    partner = cast.new_partner(cast.kam)
    path = f"channelPartners/{partner.session['userId']}"
    cast.admin.data("PATCH", f"{path}/deactivate", {"reason": "Has left the business."})
    assert error(partner.get("leads")) == (403, "ACCOUNT_DEACTIVATED")
    assert error(refreshed(cast, partner)) == (403, "ACCOUNT_DEACTIVATED")
    cast.admin.data("PATCH", f"{path}/activate")
    assert error(partner.get("leads")) == EXPIRED


def test_the_role_of_the_database_counts_not_that_of_the_token(cast: Cast) -> None:
    admin, lead_id = cast.new_staff("Admin"), cast.lead()
    assert admin.get(f"leads/{lead_id}").status_code == 200
    change(cast, admin, "role = 'KAM'")
    assert error(admin.call("POST", "commissions/COMM-1/approveOrPay", {"action": "approve"})) == (403, "FORBIDDEN")
    assert error(admin.get(f"leads/{lead_id}")) == (403, "OUT_OF_SCOPE")


def test_a_reassigned_lead_is_gone_for_the_old_partner_and_there_for_the_new(cast: Cast) -> None:
    lead_id = cast.lead()
    to = {"cpId": cast.other_partner.session["userId"], "reason": "Nearer to the customer."}
    assert (cast.partner.get(f"leads/{lead_id}").ok, cast.other_partner.get(f"leads/{lead_id}").ok) == (True, False)
    cast.admin.data("PATCH", f"leads/{lead_id}/reassign", to)
    assert error(cast.partner.get(f"leads/{lead_id}")) == (404, "NOT_FOUND")
    assert error(cast.kam.get(f"leads/{lead_id}")) == (403, "OUT_OF_SCOPE")
    assert cast.other_partner.get(f"leads/{lead_id}").ok
    assert cast.other_kam.get(f"leads/{lead_id}").ok


def test_a_partner_given_to_another_kam_takes_its_leads_along(cast: Cast) -> None:
    partner = cast.new_partner(cast.kam)
    cp_id = partner.session["userId"]
    lead_id = cast.lead(assigned_to=cp_id)
    assert cast.kam.get(f"leads/{lead_id}").ok
    cast.db.execute(
        "UPDATE channel_partner SET kam_id = %s WHERE cp_id = %s", [cast.other_kam.session["userId"], cp_id]
    )
    assert error(cast.kam.get(f"leads/{lead_id}")) == (403, "OUT_OF_SCOPE")
    assert error(cast.kam.get(f"channelPartners/{cp_id}")) == (403, "OUT_OF_SCOPE")
    assert cast.other_kam.get(f"leads/{lead_id}").ok


@pytest.mark.parametrize(("role", "idle"), [("KAM", "31 minutes"), ("Admin", "31 minutes"), ("Customer", "31 days")])
def test_an_idle_session_is_over(cast: Cast, role: str, idle: str) -> None:
    person = cast.new(role)
    seen(cast, person, idle)
    assert error(person.get("auth/me")) == EXPIRED
    assert error(refreshed(cast, person)) == EXPIRED


def test_polling_notifications_is_not_activity_and_working_is(cast: Cast) -> None:
    kam = cast.new_staff("KAM")
    seen(cast, kam, "29 minutes")
    assert kam.get("notifications").ok
    assert cast.value(_IDLE, kam.session["sessionId"])
    assert kam.get("leads").ok
    assert not cast.value(_IDLE, kam.session["sessionId"])


_IDLE = "SELECT last_seen_at < now() - interval '28 minutes' FROM session WHERE session_id = %s"


def seen(cast: Cast, person: Person, ago: str) -> None:
    cast.db.execute(
        "UPDATE session SET last_seen_at = now() - %s::interval WHERE session_id = %s",
        [ago, person.session["sessionId"]],
    )


def test_a_token_that_the_app_did_not_sign_so_is_none_of_ours(cast: Cast) -> None:
    genuine = cast.customer.session["accessToken"]
    claims, (kid, key) = claims_of(cast.customer), cast.signing_key
    header = {"kid": kid}
    forged = [
        jwt.encode(claims, secrets.token_hex(32), "HS256", header),
        jwt.encode(claims, "", "none", header),
        jwt.encode(claims, key, "HS512", header),
        jwt.encode(claims, key, "HS256", {"kid": "other"}),
        jwt.encode(claims | {"aud": "elsewhere"}, key, "HS256", header),
        jwt.encode(claims | {"iss": "elsewhere"}, key, "HS256", header),
        jwt.encode(claims | {"role": "Owner"}, key, "HS256", header),
        jwt.encode({name: value for name, value in claims.items() if name != "sid"}, key, "HS256", header),
        genuine[:-2],
        f"{genuine}.{genuine}",
        cast.customer.session["refreshToken"],
    ]
    for token in forged:
        assert error(cast.stranger().get("auth/me", Authorization=f"Bearer {token}")) == INVALID
    assert cast.stranger().get("auth/me", Authorization=f"bearer {genuine}").ok


def test_a_role_claimed_in_a_genuine_token_gives_no_right(cast: Cast) -> None:
    claims = claims_of(cast.customer)
    promoted = cast.signed(claims | {"role": "Admin"})
    assert error(cast.stranger().get("kams", Authorization=f"Bearer {promoted}")) == (403, "FORBIDDEN")
    somebody_else = cast.signed(claims | {"sub": "ADM-1"})
    assert error(cast.stranger().get("kams", Authorization=f"Bearer {somebody_else}")) == EXPIRED


def test_an_access_token_is_over_when_its_time_is(cast: Cast) -> None:
    late = cast.signed(claims_of(cast.customer) | {"exp": int(time.time()) - 1})
    assert error(cast.stranger().get("auth/me", Authorization=f"Bearer {late}")) == EXPIRED


def test_a_token_holds_no_personal_data(cast: Cast) -> None:
    assert set(claims_of(cast.partner)) == {"sub", "role", "sid", "jti", "iat", "exp", "iss", "aud"}
    assert set(jwt.get_unverified_header(cast.partner.session["accessToken"])) == {"alg", "kid", "typ"}


def test_an_access_token_is_no_refresh_token(cast: Cast) -> None:
    body = {"refreshToken": cast.customer.session["accessToken"]}
    assert error(cast.stranger().call("POST", "auth/refresh", body)) == INVALID

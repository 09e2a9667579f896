"""What travels in the headers: ids, limits, caches, compression, origins (api.md 1)."""

import gzip
from datetime import UTC, datetime

import pytest
import requests

from tests.app_process import Person, error
from tests.end_to_end.cast import Cast
from tests.end_to_end.people import new_phone

PORTAL = "http://localhost:3000"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
LIMITS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After")


def test_a_success_has_its_envelope(cast: Cast) -> None:
    said = cast.partner.get("auth/me").json()
    assert set(said) == {"success", "data", "error"}
    assert (said["success"], said["error"]) == (True, None)


@pytest.mark.parametrize("wanted", ["a", "Web-7.3_x", "x" * 64])
def test_the_callers_correlation_id_comes_back_and_is_the_request_id(cast: Cast, wanted: str) -> None:
    assert cast.partner.get("auth/me", X_Correlation_ID=wanted).headers["X-Correlation-ID"] == wanted
    refused = cast.partner.get("leads?nonsense=1", X_Correlation_ID=wanted)
    assert error(refused) == (400, "VALIDATION_ERROR")
    assert refused.json()["error"]["requestId"] == wanted


@pytest.mark.parametrize("wanted", ["x" * 65, "two words", "<script>", "नमस्ते", "{}"])
def test_a_correlation_id_of_another_form_is_replaced(cast: Cast, wanted: str) -> None:
    answer = cast.partner.get("auth/me", X_Correlation_ID=wanted.encode())  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert answer.headers["X-Correlation-ID"] not in ("", wanted)


def test_a_trace_is_the_correlation_id_of_a_caller_without_one(cast: Cast) -> None:
    trace = f"00-{TRACE}-00f067aa0ba902b7-01"
    assert cast.partner.get("auth/me", traceparent=trace).headers["X-Correlation-ID"] == TRACE
    both = cast.partner.get("auth/me", traceparent=trace, X_Correlation_ID="mine")
    assert both.headers["X-Correlation-ID"] == "mine"
    assert cast.partner.get("auth/me", traceparent=f"00-{TRACE}").headers["X-Correlation-ID"] != TRACE


def test_the_request_id_is_in_the_audit_of_what_the_request_wrote(cast: Cast) -> None:
    body = {"newStatus": "Not Interested", "remarks": "They chose somebody else."}
    lead_id = cast.lead()
    cast.kam.call("PATCH", f"leads/{lead_id}/status", body, X_Correlation_ID=f"audit-{lead_id}")
    written = cast.db.execute(
        "SELECT actor_id, actor_role FROM audit_log WHERE request_id = %s AND entity_id = %s",
        [f"audit-{lead_id}", lead_id],
    ).fetchall()
    assert written == [(cast.kam.session["userId"], "KAM")]


def limited(answer: requests.Response, limit: int, seconds: int) -> None:
    """The answer says which limit it was and when to come again."""
    assert error(answer) == (429, "RATE_LIMITED")
    assert all(name in answer.headers for name in LIMITS)
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == (str(limit), "0")
    for name in ("Retry-After", "X-RateLimit-Reset"):
        assert 1 <= int(answer.headers[name]) <= seconds


def test_the_hundred_and_first_sign_in_of_an_address_within_a_minute_is_refused(cast: Cast) -> None:
    tired = cast.stranger()
    for number in range(100):
        path = ("auth/login", "auth/refresh", "integrations/sendOTP")[number % 3]
        assert error(tired.call("POST", path, {})) == (400, "VALIDATION_ERROR")
    limited(tired.call("POST", "auth/login", {}), 100, 60)
    assert error(tired.call("POST", "leads/LEAD-1/docs")) == (401, "AUTH_REQUIRED")  # another count
    assert error(cast.stranger().call("POST", "auth/login", {})) == (400, "VALIDATION_ERROR")  # another address


def test_uploads_have_a_count_of_their_own(cast: Cast) -> None:
    tired = cast.stranger()
    for _ in range(100):
        assert error(tired.call("POST", "leads/LEAD-1/docs")) == (401, "AUTH_REQUIRED")
    limited(tired.call("POST", "leads/LEAD-1/docs"), 100, 60)
    assert error(tired.call("POST", "auth/login", {})) == (400, "VALIDATION_ERROR")


def test_what_a_caller_says_of_its_address_does_not_count(cast: Cast) -> None:
    tired = cast.stranger()
    for number in range(100):
        tired.call("POST", "auth/refresh", {}, X_Forwarded_For=f"203.0.113.{number}")
    limited(tired.call("POST", "auth/refresh", {}, X_Forwarded_For="203.0.113.200"), 100, 60)
    victim = cast.stranger()
    assert error(victim.call("POST", "auth/refresh", {})) == (400, "VALIDATION_ERROR")


def test_me_and_logout_are_in_no_count(cast: Cast) -> None:
    person = cast.new_customer()
    refused = {error(person.call("POST", "auth/refresh", {}))[0] for _ in range(101)}
    assert refused == {400, 429}
    assert person.get("auth/me").status_code == 200
    assert person.call("POST", "auth/logout").status_code == 200


def test_the_sixth_code_within_fifteen_minutes_is_refused_with_the_limit(cast: Cast) -> None:
    phone, person = new_phone(), cast.stranger()
    now = datetime.now(UTC)
    cast.db.execute("INSERT INTO otp_guard (phone, sent_at) VALUES (%s, %s)", [phone, [now] * 5])
    limited(person.call("POST", "auth/login", {"phone": phone}), 5, 900)


@pytest.mark.parametrize("path", ["masterdata", "sync"])
def test_a_client_that_has_the_newest_answer_gets_304_and_nothing_else(cast: Cast, path: str) -> None:
    first = cast.partner.get(path)
    etag = first.headers["ETag"]
    assert etag.startswith('"')
    assert first.headers["Cache-Control"] == "private, no-cache"
    for known in (etag, f'"{"0" * 64}", {etag}', f"W/{etag}"):
        again = cast.partner.get(path, If_None_Match=known)
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    other = cast.partner.get(path, If_None_Match=f'"{"0" * 64}"')
    assert (other.status_code, other.headers["ETag"]) == (200, etag)


def test_a_sync_may_be_forced_and_changes_its_etag_with_its_content(cast: Cast) -> None:
    etag = cast.partner.get("sync").headers["ETag"]
    assert cast.partner.get("sync?force=true", If_None_Match=etag).status_code == 200
    cast.lead()
    changed = cast.partner.get("sync", If_None_Match=etag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


def test_identical_polls_are_limited_beyond_a_burst(cast: Cast) -> None:
    partner = cast.new_partner(cast.kam)
    etag = partner.get("sync").headers["ETag"]
    for _ in range(7):
        assert partner.get("sync", If_None_Match=etag).status_code == 304
    limited(partner.get("sync", If_None_Match=etag), 7, 30)
    assert partner.get("sync?force=true").status_code == 200


@pytest.mark.parametrize("path", ["auth/me", "leads", "notifications", "quotations", "leads/LEAD-0"])
def test_nothing_else_is_kept_by_a_cache(cast: Cast, path: str) -> None:
    headers = cast.partner.get(path).headers
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_a_large_answer_is_compressed_for_who_takes_it(cast: Cast) -> None:
    assert raw(cast.partner, "gzip, deflate") == raw(cast.partner, "identity")
    assert "Content-Encoding" not in cast.partner.get("auth/me", Accept_Encoding="gzip").headers


def raw(person: Person, accepts: str) -> bytes:
    """The catalogue as it came, unpacked by hand."""
    answer = person.http.get(
        f"{person.url}/api/v1/masterdata", headers={"Accept-Encoding": accepts}, stream=True, timeout=10
    )
    sent = answer.raw.read(decode_content=False)
    assert int(answer.headers["Content-Length"]) == len(sent)
    if accepts == "identity":
        assert "Content-Encoding" not in answer.headers
        return sent
    assert answer.headers["Content-Encoding"] == "gzip"
    return gzip.decompress(sent)


def test_the_portal_may_call_and_see_what_it_needs(cast: Cast) -> None:
    preflight = cast.stranger().call(
        "OPTIONS", "leads/LEAD-1/status", Origin=PORTAL, Access_Control_Request_Method="PATCH",
        Access_Control_Request_Headers="authorization, content-type, idempotency-key",
    )  # fmt: skip
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == PORTAL
    assert "idempotency-key" in preflight.headers["Access-Control-Allow-Headers"]
    answer = cast.partner.get("auth/me", Origin=PORTAL)
    assert answer.headers["Access-Control-Allow-Origin"] == PORTAL
    shown = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert set(shown) == {"ETag", "X-Correlation-ID", *LIMITS}


def test_another_origin_gets_no_leave(cast: Cast) -> None:
    answer = cast.partner.get("auth/me", Origin="https://elsewhere.test")
    assert "Access-Control-Allow-Origin" not in answer.headers
    preflight = cast.stranger().call(
        "OPTIONS", "leads", Origin="https://elsewhere.test", Access_Control_Request_Method="GET"
    )
    assert "Access-Control-Allow-Origin" not in preflight.headers

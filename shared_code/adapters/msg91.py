"""Sends SMS through MSG91: the sign-in code, and that a channel partner is approved (integrations.md)."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from shared_code.adapters import calls
from shared_code.adapters.circuit import Circuit
from shared_code.adapters.lane import Lane


@dataclass(frozen=True)
class Msg91:
    """Where MSG91 is, the key it knows us by, and the two templates it has approved."""

    provider: ClassVar[str] = "msg91"
    lane: ClassVar[Lane] = Lane(None, calls.AT_ONCE)
    circuit: ClassVar[Circuit] = Circuit("msg91")
    base_url: str
    auth_key: str = field(repr=False)
    otp_template_id: str
    approval_template_id: str
    timeout_seconds: float
    retry_wait_seconds: float


def check_free(gateway: Msg91, request_id: str) -> None:
    """Refuse a code that could not even be tried now, before it is written down. Raises lane.Busy."""
    calls.check_free(gateway, "sendCode", request_id)


def send_code(gateway: Msg91, phone: str, code: str, expires_in: int, request_id: str) -> None:
    """Send a one-time code to a phone of ten digits; `expires_in` seconds are told in whole minutes (rules.md 5.1).

    Raises calls.ProviderFailed, lane.Busy.
    """
    query = {
        "template_id": gateway.otp_template_id,
        "mobile": f"91{phone}",
        "otp": code,
        "otp_expiry": str(max(1, expires_in // 60)),
    }
    _post(gateway, "sendCode", request_id, "/api/v5/otp", params=query)


def send_approval(gateway: Msg91, phone: str, request_id: str) -> None:
    """Tell a channel partner, by its phone of ten digits, that its registration is approved (rules.md 7).

    Raises calls.ProviderFailed, lane.Busy.
    """
    body = {"template_id": gateway.approval_template_id, "short_url": "0", "recipients": [{"mobiles": f"91{phone}"}]}
    _post(gateway, "sendApproval", request_id, "/api/v5/flow/", json=body)


def _post(gateway: Msg91, operation: str, request_id: str, path: str, **request: Any) -> None:
    from shared_code.adapters import bounded_http

    url, headers = f"{gateway.base_url}{path}", {"authkey": gateway.auth_key}

    def attempt() -> None:
        answer = bounded_http.post(url, gateway.timeout_seconds, headers=headers, **request)
        _check(answer.status, answer.body)

    calls.call(gateway, operation, request_id, attempt)


def _check(status: int, body: bytes) -> None:
    """MSG91 took it only if the answer says so: it reports errors inside a 200 too."""
    said = calls.said(body)
    if not isinstance(said, dict):
        raise calls.refused(status, "unreadable answer")
    if status != 200 or said.get("type") != "success":
        raise calls.refused(status, said.get("message"))

"""Sends e-mail through SendGrid (integrations.md, SendGrid)."""

import io
import logging
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, ClassVar
from urllib.request import Request
from urllib.response import addinfourl

from shared_code.adapters import calls
from shared_code.adapters.circuit import Circuit
from shared_code.adapters.lane import Lane
from shared_code.adapters.mails import Mail


@dataclass(frozen=True)
class SendGrid:
    """Where SendGrid is, the key it knows us by, and whom our mails are from: an address, or `Name <address>`."""

    provider: ClassVar[str] = "sendgrid"
    lane: ClassVar[Lane] = Lane(None, calls.AT_ONCE)
    circuit: ClassVar[Circuit] = Circuit("sendgrid")
    base_url: str
    api_key: str = field(repr=False)
    sender: str
    timeout_seconds: float
    retry_wait_seconds: float


def prepare() -> None:
    """Import what the first mail needs, so that it takes no longer than the others."""
    from sendgrid.helpers import mail  # type: ignore[import-untyped]

    from shared_code.adapters import bounded_http

    del mail, bounded_http


def send(gateway: SendGrid, to: str, mail: Mail, request_id: str) -> None:
    """Hand one mail for one address to SendGrid. Raises calls.ProviderFailed, lane.Busy."""
    from sendgrid import SendGridAPIClient  # type: ignore[import-untyped]

    # At level DEBUG the client logs its headers, the key among them, and the whole mail.
    logging.getLogger("python_http_client").setLevel(logging.INFO)
    body = _body(gateway.sender, to, mail)

    def attempt() -> None:
        endpoint = SendGridAPIClient(gateway.api_key, host=gateway.base_url).client.mail.send
        endpoint._make_request = _transport
        answer = endpoint.post(request_body=body, timeout=gateway.timeout_seconds)
        _check(answer.status_code, answer.body)

    calls.call(gateway, "sendMail", request_id, attempt)


def _body(sender: str, to: str, mail: Mail) -> dict[str, Any]:
    from sendgrid.helpers import mail as parts

    message = parts.Mail(sender, to, mail.subject, mail.text, mail.html)
    # A rewritten link would show our single-use token to one more party, and point to a stranger's domain.
    tracking = parts.TrackingSettings()
    tracking.click_tracking = parts.ClickTracking(False, False)
    tracking.open_tracking = parts.OpenTracking(False)
    message.tracking_settings = tracking
    body: dict[str, Any] = message.get()
    return body


def _transport(_opener: object, request: Request, timeout: float) -> addinfourl:
    """Takes the place of the client's own way to the network, whose timeout is for each read and not for the call."""
    from shared_code.adapters import bounded_http

    answer = bounded_http.post(request.full_url, timeout, headers=dict(request.header_items()), data=request.data)
    return addinfourl(io.BytesIO(answer.body), Message(), request.full_url, answer.status)


def _check(status: int, body: bytes) -> None:
    """Only 202 is a mail taken: 200 is the answer of sandbox mode, which sends nothing and which we never ask for."""
    if status == 202:
        return
    if status == 200 and not body:
        raise calls.refused(status, "sandbox mode, nothing was sent")
    try:
        errors = calls.said(body)["errors"]
        words = "; ".join(f"{error.get('field') or 'request'}: {error.get('message')}" for error in errors)
    except (LookupError, TypeError, AttributeError, RecursionError):
        words = "unreadable answer"
    raise calls.refused(status, words)

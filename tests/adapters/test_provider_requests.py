"""What goes over the wire to MSG91 and SendGrid: their protocols to the letter, nothing more (integrations.md)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from shared_code.adapters import mails, msg91, sendgrid_mail

PHONE, CODE, TO = "9000000001", "481516", "kavita+portal@solarium.test"
LINK = "https://portal.solarium.test/set-password?token=t"
SAYS = {"/api/v5/otp": (200, b'{"type":"success"}'), "/api/v5/flow/": (200, b'{"type":"success"}')}


@contextmanager
def listening() -> Iterator[tuple[str, list[Any]]]:
    """Where a provider takes everything, and what it was sent: path, query, headers, body."""
    heard: list[Any] = []

    class Provider(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            target = urlsplit(self.path)
            heard.append((target.path, dict(parse_qsl(target.query)), self.headers, body))
            status, said = SAYS.get(target.path, (202, b""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Provider) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()
        thread.join()


def by_sms(url: str) -> msg91.Msg91:
    return msg91.Msg91(url, "authkey-2342", "otp-template", "approval & template", 30, 0)


def by_mail(url: str, sender: str = "Solarium <no-reply@solarium.test>") -> sendgrid_mail.SendGrid:
    return sendgrid_mail.SendGrid(url, "SG.key-2342", sender, 30, 0)


def test_a_code_travels_in_the_query_and_the_key_in_a_header() -> None:
    with listening() as (url, heard):
        msg91.send_code(by_sms(url), PHONE, CODE, 120, "r1")
    [(path, query, headers, body)] = heard
    assert (path, body, headers["authkey"]) == ("/api/v5/otp", b"", "authkey-2342")
    assert query == {"template_id": "otp-template", "mobile": f"91{PHONE}", "otp": CODE, "otp_expiry": "2"}


def test_an_approval_travels_in_json() -> None:
    with listening() as (url, heard):
        msg91.send_approval(by_sms(url), PHONE, "r1")
    [(path, query, headers, body)] = heard
    assert (path, query, headers["authkey"]) == ("/api/v5/flow/", {}, "authkey-2342")
    assert headers["Content-Type"] == "application/json"
    recipients = [{"mobiles": f"91{PHONE}"}]
    assert json.loads(body) == {"template_id": "approval & template", "short_url": "0", "recipients": recipients}


@pytest.mark.parametrize(
    "name", ["Kavita", "चंद्रिका 🌞", "K\r\nBcc: eve@example.in\r\n\r\n", '", "to": [{"email": "e@e.in"}]']
)
def test_a_mail_has_one_recipient_and_our_subject_whatever_the_name(name: str) -> None:
    mail = mails.password_reset(name, LINK, timedelta(minutes=30))
    with listening() as (url, heard):
        sendgrid_mail.send(by_mail(url), TO, mail, "r1")
    [(path, query, headers, body)] = heard
    assert (path, query) == ("/v3/mail/send", {})
    assert (headers["Authorization"], headers["Content-Type"]) == ("Bearer SG.key-2342", "application/json")
    sent = json.loads(body)
    assert sent == {
        "from": {"email": "no-reply@solarium.test", "name": "Solarium"},
        "personalizations": [{"to": [{"email": TO}]}],
        "subject": "Reset your Solarium password",
        "content": [{"type": "text/plain", "value": mail.text}, {"type": "text/html", "value": mail.html}],
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
        },
    }


def test_no_proxy_and_no_password_file_of_the_machine_comes_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    with listening() as (url, heard):
        msg91.send_code(by_sms(url), PHONE, CODE, 120, "r1")
        sendgrid_mail.send(by_mail(url), TO, mails.partner_approved("Kavita"), "r2")
    assert [headers["Authorization"] for _, _, headers, _ in heard] == [None, "Bearer SG.key-2342"]
    assert [headers["Cookie"] for _, _, headers, _ in heard] == [None, None]

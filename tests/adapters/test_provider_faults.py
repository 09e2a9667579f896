"""What becomes of a message whose provider fails, through the real client libraries (integrations.md, Every call)."""

import json
import logging
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler

import pytest

from localhost.standins import StandIns
from localhost.standins.faults import MODES, PROVIDERS
from localhost.standins.standins import running
from shared_code.adapters import msg91, sendgrid_mail
from shared_code.adapters.calls import ProviderFailed
from shared_code.adapters.mails import Mail
from tests.relay import Piece, Relay
from tests.tls import serving, sign_certificate

HASTY, PATIENT, WAIT, SLACK = 0.4, 10.0, 0.05, 2.0  # seconds
GIVEN_UP, TRIED_AGAIN = 3 * HASTY + 2 * WAIT, 2 * WAIT
MOST = 9  # attempts that a fault holds for

# fault            attempts  outcome    why                  seconds, at least and SLACK more at most
TABLE = [
    ("500",               3, "failed",  "status 500",        TRIED_AGAIN),
    ("503",               3, "failed",  "status 503",        TRIED_AGAIN),  # with Retry-After
    ("429",               1, "refused", "refused (429)",     0),
    ("timeout",           3, "failed",  "timeout",           GIVEN_UP),
    ("drip",              3, "failed",  "timeout",           GIVEN_UP),
    ("halfopen",          3, "failed",  "timeout",           GIVEN_UP),  # half an answer, then nothing
    ("reset",             3, "failed",  "connection failed", TRIED_AGAIN),
    ("error200",          1, "refused", "refused (200)",     0),
    ("garbage",           1, "refused", "refused (200)",     0),
    ("empty",             1, "refused", "refused (200)",     0),
    ("own certificate",   3, "failed",  "connection failed", TRIED_AGAIN),
    ("other's certificate", 3, "failed", "connection failed", TRIED_AGAIN),
]  # fmt: skip

PHONE, CODE, MSG91_KEY = "9000000001", "481516", "authkey-2342"
TO, TOKEN, SENDGRID_KEY = "kavita@solarium.test", "token-77", "SG.key-2342"
SECRETS = (PHONE, CODE, MSG91_KEY, TO, TOKEN, SENDGRID_KEY)


def send_sms(url: str, timeout: float) -> None:
    gateway = msg91.Msg91(url, MSG91_KEY, "otp-template", "approval-template", timeout, WAIT)
    msg91.send_code(gateway, PHONE, CODE, 120, "request-7")


def send_mail(url: str, timeout: float) -> None:
    gateway = sendgrid_mail.SendGrid(url, SENDGRID_KEY, "no-reply@solarium.test", timeout, WAIT)
    sendgrid_mail.send(gateway, TO, Mail("Hello", f"Hello {TOKEN}", f"<p>Hello {TOKEN}</p>"), "request-7")


SEND = {"msg91": send_sms, "sendgrid": send_mail}
OPERATION = {"msg91": "sendCode", "sendgrid": "sendMail"}


@pytest.fixture(scope="module")
def standins() -> Iterator[StandIns]:
    with running(drip_seconds=0.05) as standins:
        yield standins


@contextmanager
def failing(provider: str, fault: str, standins: StandIns) -> Iterator[tuple[str, Callable[[], int]]]:
    """Where a provider fails in that way, and how often it has been asked there."""
    standins.faults.set(provider, fault, MOST)
    yield getattr(standins, f"{provider}_url"), lambda: MOST - standins.faults.as_json()[provider]["count"]
    standins.faults.set(provider, "off")


class Unheard(StreamRequestHandler):
    """Nobody gets as far as this who does not trust the certificate."""

    def handle(self) -> None:
        self.wfile.write(b'HTTP/1.1 202 Accepted\r\nContent-Length: 18\r\n\r\n{"type":"success"}')


@contextmanager
def unknown(fault: str, folder: Path) -> Iterator[tuple[str, Callable[[], int]]]:
    """Where somebody else answers over TLS, and how often a conversation began. No word of ours may reach it."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    sign_certificate(certificate, key, "127.0.0.2" if fault == "other's certificate" else "127.0.0.1")
    heard: list[Piece] = []

    def listen(piece: Piece) -> None:
        heard.append(piece)
        piece.pass_on(piece.content)

    with pytest.MonkeyPatch.context() as patch, serving(certificate, key, Unheard) as address:
        if fault == "other's certificate":
            patch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate))
        with Relay(address, listen) as relay:
            yield f"https://127.0.0.1:{relay.port}", lambda: len({piece.connection for piece in heard})
    sent = b"".join(piece.content for piece in heard if piece.to_server)
    assert [secret for secret in SECRETS if secret.encode() in sent] == []


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(("fault", "attempts", "outcome", "why", "seconds"), TABLE, ids=[row[0] for row in TABLE])
def test_a_failing_provider_is_given_up_after_so_many_attempts_and_in_time(
    standins: StandIns,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    provider: str,
    fault: str,
    attempts: int,
    outcome: str,
    why: str,
    seconds: float,
) -> None:
    place = failing(provider, fault, standins) if fault in MODES else unknown(fault, tmp_path)
    with place as (url, asked):
        began = time.monotonic()
        with pytest.raises(ProviderFailed) as failed, caplog.at_level(logging.DEBUG):
            SEND[provider](url, HASTY if why == "timeout" else PATIENT)
        assert seconds <= time.monotonic() - began < seconds + SLACK
        assert (failed.value.attempts, asked()) == (attempts, attempts)
    assert not standins.inbox.find()
    [line] = [json.loads(record.getMessage()) for record in caplog.records if record.name == "solarium"]
    assert line.pop("reason").startswith(why)
    assert line.pop("durationMs") >= 0
    assert line == {
        "event": "providerCall", "provider": provider, "operation": OPERATION[provider], "outcome": outcome,
        "attempts": attempts, "requestId": "request-7",
    }  # fmt: skip
    told = caplog.text + "".join(traceback.format_exception(failed.value))
    assert [secret for secret in SECRETS if secret in told] == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_message_that_is_taken_is_told_in_one_line_without_a_secret(
    standins: StandIns, caplog: pytest.LogCaptureFixture, provider: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        SEND[provider](getattr(standins, f"{provider}_url"), PATIENT)
    assert standins.inbox.find({"msg91": PHONE, "sendgrid": TO}[provider])
    [line] = [json.loads(record.getMessage()) for record in caplog.records if record.name == "solarium"]
    assert (line["outcome"], line["attempts"], line["reason"]) == ("taken", 1, None)
    assert [secret for secret in SECRETS if secret in caplog.text] == []


def test_the_table_has_every_fault_that_the_stand_ins_know() -> None:
    assert set(MODES) - {"off"} <= {row[0] for row in TABLE}

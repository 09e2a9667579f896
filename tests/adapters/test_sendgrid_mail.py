"""Mail through the real client library, against a SendGrid that works, fails and misbehaves (integrations.md)."""

import json
import logging
import time
import traceback
from collections.abc import Iterator

import pytest

from localhost.standins import StandIns
from localhost.standins.standins import running
from shared_code.adapters import sendgrid_mail
from shared_code.adapters.calls import ProviderFailed
from shared_code.adapters.mails import Mail

HASTY, PATIENT, WAIT = 0.25, 10.0, 0.02  # seconds
TO, SECOND_TO, KEY = "kavita@solarium.test", "asha@solarium.test", "SG.key-2342"
MAIL = Mail("Ein Wort: ₹ नमस्ते", "Hello token-77", "<p>Hello token-77</p>")


@pytest.fixture(scope="module")
def everything() -> Iterator[StandIns]:
    with running(drip_seconds=0.05) as standins:
        yield standins


@pytest.fixture
def standins(everything: StandIns) -> Iterator[StandIns]:
    yield everything
    everything.faults.set("sendgrid", "off")


def gateway(
    standins: StandIns, timeout: float = PATIENT, sender: str = "Solarium <no-reply@solarium.test>"
) -> sendgrid_mail.SendGrid:
    return sendgrid_mail.SendGrid(standins.sendgrid_url, KEY, sender, timeout, WAIT)


def test_a_mail_arrives_with_both_its_parts(standins: StandIns) -> None:
    sendgrid_mail.send(gateway(standins), "meera@solarium.test", MAIL, "r1")
    message = standins.inbox.find("meera@solarium.test")[0]
    assert (message.channel, message.subject) == ("email", MAIL.subject)
    assert (message.text, message.html) == (MAIL.text, MAIL.html)


def test_no_link_is_rewritten_and_no_opening_is_watched() -> None:
    body = sendgrid_mail._body("no-reply@solarium.test", TO, MAIL)
    assert body["tracking_settings"] == {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
    }


@pytest.mark.parametrize(
    ("fault", "attempts", "reason", "timeout"),
    [
        ("500", 3, "status 500", PATIENT),
        ("503", 3, "status 503", PATIENT),
        ("429", 1, "refused (429): request: Too many requests", PATIENT),
        ("timeout", 3, "timeout", HASTY),
        ("drip", 3, "timeout", HASTY),
        ("halfopen", 3, "timeout", HASTY),
        ("reset", 3, "connection failed", PATIENT),
        ("error200", 1, "refused (200): request: Message could not be sent", PATIENT),
        ("garbage", 1, "refused (200): unreadable answer", PATIENT),
        ("empty", 1, "refused (200): sandbox mode, nothing was sent", PATIENT),
    ],
)
def test_a_failing_provider_is_given_up_in_time(
    standins: StandIns, fault: str, attempts: int, reason: str, timeout: float
) -> None:
    standins.faults.set("sendgrid", fault)
    before = time.monotonic()
    with pytest.raises(ProviderFailed) as failed:
        sendgrid_mail.send(gateway(standins, timeout), TO, MAIL, "r1")
    assert time.monotonic() - before < 3 * HASTY + 2 * WAIT + 2
    assert (failed.value.attempts, failed.value.reason) == (attempts, reason)
    assert not standins.inbox.find(TO)


def test_a_failure_that_passes_is_overcome(standins: StandIns) -> None:
    standins.faults.set("sendgrid", "500", 2)
    sendgrid_mail.send(gateway(standins), "ravi@solarium.test", MAIL, "r1")
    assert len(standins.inbox.find("ravi@solarium.test")) == 1


def test_what_sendgrid_objects_to_is_told_and_final(standins: StandIns) -> None:
    with pytest.raises(ProviderFailed) as failed:
        sendgrid_mail.send(gateway(standins, sender="nobody@"), TO, MAIL, "r1")
    assert failed.value.attempts == 1
    assert failed.value.reason.startswith("refused (400): from.email: ")


@pytest.mark.parametrize("fault", ["off", "500", "reset", "error200"])
def test_one_log_line_and_no_secret_anywhere(standins: StandIns, caplog: pytest.LogCaptureFixture, fault: str) -> None:
    standins.faults.set("sendgrid", fault)
    said = ""
    with caplog.at_level(logging.DEBUG):
        try:
            sendgrid_mail.send(gateway(standins), SECOND_TO, MAIL, "request-7")
        except ProviderFailed as failed:
            said = "".join(traceback.format_exception(failed)) + repr(gateway(standins))
    line = json.loads(next(r.getMessage() for r in caplog.records if r.name == "solarium"))
    assert (line["event"], line["provider"], line["requestId"]) == ("providerCall", "sendgrid", "request-7")
    for secret in (SECOND_TO, KEY, "token-77"):
        assert secret not in caplog.text + said

"""Mail through the real client library, against a SendGrid that works, or objects (integrations.md)."""

from collections.abc import Iterator

import pytest

from localhost.standins import StandIns
from localhost.standins.standins import running
from shared_code.adapters import sendgrid_mail
from shared_code.adapters.calls import ProviderFailed
from shared_code.adapters.mails import Mail

PATIENT, WAIT = 10.0, 0.02  # seconds
TO, KEY = "kavita@solarium.test", "SG.key-2342"
MAIL = Mail("Ein Wort: ₹ नमस्ते", "Hello token-77", "<p>Hello token-77</p>")


@pytest.fixture(scope="module")
def everything() -> Iterator[StandIns]:
    with running(drip_seconds=0.05) as standins:
        yield standins


@pytest.fixture
def standins(everything: StandIns) -> Iterator[StandIns]:
    yield everything
    everything.faults.set("sendgrid", "off")


def gateway(standins: StandIns, sender: str = "Solarium <no-reply@solarium.test>") -> sendgrid_mail.SendGrid:
    return sendgrid_mail.SendGrid(standins.sendgrid_url, KEY, sender, PATIENT, WAIT)


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


def test_a_failure_that_passes_is_overcome(standins: StandIns) -> None:
    standins.faults.set("sendgrid", "500", 2)
    sendgrid_mail.send(gateway(standins), "ravi@solarium.test", MAIL, "r1")
    assert len(standins.inbox.find("ravi@solarium.test")) == 1


def test_what_sendgrid_objects_to_is_told_and_final(standins: StandIns) -> None:
    with pytest.raises(ProviderFailed) as failed:
        sendgrid_mail.send(gateway(standins, sender="nobody@"), TO, MAIL, "r1")
    assert failed.value.attempts == 1
    assert failed.value.reason.startswith("refused (400): from.email: ")

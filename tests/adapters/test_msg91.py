"""SMS through the real client library, against a MSG91 that works, or objects (integrations.md)."""

from collections.abc import Iterator

import pytest

from localhost.standins import StandIns
from localhost.standins.standins import running
from shared_code.adapters import msg91
from shared_code.adapters.calls import ProviderFailed

PATIENT, WAIT = 10.0, 0.02  # seconds
PHONE, CODE, KEY = "9000000001", "481516", "authkey-2342"


@pytest.fixture(scope="module")
def everything() -> Iterator[StandIns]:
    with running(drip_seconds=0.05) as standins:
        yield standins


@pytest.fixture
def standins(everything: StandIns) -> Iterator[StandIns]:
    yield everything
    everything.faults.set("msg91", "off")


def gateway(standins: StandIns, key: str = KEY) -> msg91.Msg91:
    return msg91.Msg91(standins.msg91_url, key, "otp-template", "approval-template", PATIENT, WAIT)


def newest(standins: StandIns, to: str) -> dict[str, str]:
    message = standins.inbox.find(to)[0].as_json()
    return {name: message[name] for name in ("channel", "text", "code") if name in message}


def test_a_code_arrives_in_the_words_of_the_approved_template(standins: StandIns) -> None:
    msg91.send_code(gateway(standins), "9000000011", "012345", 120, "r1")
    text = "Your One-Time Password (OTP) is 012345. Valid for 2 minutes."
    assert newest(standins, "9000000011") == {"channel": "sms", "text": text, "code": "012345"}


def test_an_approval_arrives_in_the_words_of_the_approved_template(standins: StandIns) -> None:
    msg91.send_approval(gateway(standins), "9000000012", "r1")
    assert newest(standins, "9000000012") == {"channel": "sms", "text": "Your Solarium registration is approved."}


@pytest.mark.parametrize(("fault", "phone"), [("503", "9000000013"), ("reset", "9000000015")])
def test_a_failure_that_passes_is_overcome(standins: StandIns, fault: str, phone: str) -> None:
    standins.faults.set("msg91", fault, 2)
    msg91.send_code(gateway(standins), phone, CODE, 120, "r1")
    assert len(standins.inbox.find(phone)) == 1


def test_a_wrong_key_is_not_tried_again(standins: StandIns) -> None:
    with pytest.raises(ProviderFailed) as failed:
        msg91.send_code(gateway(standins, key=""), PHONE, CODE, 120, "r1")
    assert (failed.value.attempts, failed.value.reason) == (1, "refused (200): authkey missing")


def test_nobody_listens() -> None:
    nowhere = msg91.Msg91("http://127.0.0.1:9", KEY, "t", "t", PATIENT, WAIT)
    with pytest.raises(ProviderFailed, match="connection failed") as failed:
        msg91.send_code(nowhere, PHONE, CODE, 120, "r1")
    assert failed.value.attempts == 3

"""A bad day at MSG91, seen from outside: who waits for a code hears it in time, everybody else notices nothing.

The circuit of a process is shared by all who call it, so this app is the tests' own.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from localhost.standins.faults import MODES
from tests.app_process import AppProcess, Person, error
from tests.end_to_end.people import new_phone
from tests.racing import until

TIMEOUT, WAIT = 1.0, 0.05  # seconds
GIVEN_UP = 3 * TIMEOUT + 2 * WAIT
SLACK = 3.0
FAILED, BUSY = (502, "SMS_DELIVERY_FAILED"), (503, "PROVIDER_BUSY")


@pytest.fixture(scope="module")
def outage_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    settings = {"PROVIDER_TIMEOUT_SECONDS": str(TIMEOUT), "PROVIDER_RETRY_WAIT_SECONDS": str(WAIT)}
    with AppProcess(tmp_path_factory.mktemp("outage"), **settings) as running:
        yield running


@pytest.fixture(scope="module")
def partner(outage_app: AppProcess) -> Person:
    return outage_app.by_phone("9000000001")


def let(app: AppProcess, mode: str) -> None:
    """From now on MSG91 fails in that way, or, `off`, works."""
    order = {"provider": "msg91", "mode": mode}
    requests.post(f"{app.url}/dev/faults", json=order, timeout=10).raise_for_status()


def ask(app: AppProcess, address: str | None = None) -> requests.Response:
    """Somebody new asks for a code."""
    return app.person(address).call("POST", "auth/login", {"phone": new_phone()})


@pytest.mark.parametrize("fault", [mode for mode in MODES if mode != "off"])
def test_who_asks_for_a_code_hears_in_time_that_it_could_not_be_sent_and_the_next_one_gets_one(
    outage_app: AppProcess, partner: Person, fault: str
) -> None:
    let(outage_app, fault)
    began = time.monotonic()
    assert error(ask(outage_app)) == FAILED
    assert time.monotonic() - began < GIVEN_UP + SLACK
    assert partner.get("leads").status_code == 200
    let(outage_app, "off")
    assert ask(outage_app).status_code == 200


def test_of_fifty_at_once_eight_wait_for_msg91_and_the_requests_of_others_go_on(
    outage_app: AppProcess, partner: Person
) -> None:
    let(outage_app, "timeout")
    answers: list[requests.Response] = []
    lock = threading.Lock()

    def caller(number: int) -> None:
        answer = ask(outage_app, f"127.60.0.{number + 1}")
        with lock:
            answers.append(answer)

    with ThreadPoolExecutor(50) as threads:
        for number in range(50):
            threads.submit(caller, number)
        until(lambda: len(answers) >= 42)
        assert partner.get("leads").status_code == 200
        assert partner.get("sync").status_code == 200
    told = Counter(map(error, answers))
    assert told == {FAILED: 8, BUSY: 42}
    assert {answer.headers["Retry-After"] for answer in answers if answer.status_code == 503} == {"5"}


def test_after_the_outage_codes_are_sent_again_within_half_a_minute(outage_app: AppProcess, partner: Person) -> None:
    let(outage_app, "reset")
    until(lambda: error(ask(outage_app)) == BUSY)
    left = int(ask(outage_app).headers["Retry-After"])
    assert 0 < left <= 30
    assert partner.get("leads").status_code == 200
    let(outage_app, "off")
    time.sleep(left)
    person, phone = outage_app.person(), new_phone()
    person.data("POST", "auth/login", {"phone": phone})
    assert person.data("POST", "auth/login", {"phone": phone, "otp": person.newest_code(phone)})["accessToken"]
    assert ask(outage_app).status_code == 200

"""Deadline, lane and circuit hold whatever hangs; what was left behind ends by itself (integrations.md, Every call)."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from localhost.standins.standins import running
from shared_code.adapters import bounded_http, calls, msg91
from shared_code.adapters.lane import Busy
from tests.raw_answers import HEAD, server
from tests.rules.samples import refused
from tests.world import race

NOWHERE = msg91.Msg91("http://127.0.0.1:9", "k", "t", "t", timeout_seconds=0.2, retry_wait_seconds=0.02)
PATIENT = msg91.Msg91("http://127.0.0.1:9", "k", "t", "t", timeout_seconds=30, retry_wait_seconds=0)
FIVE_THEN_BUSY = ["ProviderFailed"] * 5 + ["Busy"] * 2


def test_a_call_that_hangs_before_any_socket_exists_is_left_behind() -> None:
    """As a name lookup may: no timeout of a client library reaches it."""
    forever = threading.Event()
    before = time.monotonic()
    with pytest.raises(calls.ProviderFailed, match="timeout") as failed:
        calls.call(NOWHERE, "hang", "r1", lambda: forever.wait(10))
    assert time.monotonic() - before < 3 * 0.2 + 2
    assert failed.value.attempts == 3
    forever.set()


def test_a_mistake_of_ours_is_not_taken_for_a_failure_of_the_provider() -> None:
    with pytest.raises(ZeroDivisionError):
        calls.call(NOWHERE, "mistake", "r1", lambda: 1 // 0)


@pytest.mark.parametrize(("passing", "codes_"), [(True, FIVE_THEN_BUSY), (False, ["ProviderFailed"] * 7)])
def test_only_calls_without_an_answer_open_the_circuit(passing: bool, codes_: list[str]) -> None:
    """Five calls, not five attempts; a 4xx and an error in a 200 are answers."""

    def fail() -> None:
        raise calls.AttemptFailed("test", passing=passing)

    assert [ending(fail) for _ in range(7)] == codes_


def test_an_answer_of_any_kind_ends_a_row_of_failures() -> None:
    def refuse() -> None:
        raise calls.refused(400, "no")

    for answer in (refuse, lambda: None):
        assert [ending(fail_to_connect) for _ in range(4)] == ["ProviderFailed"] * 4
        ending(answer)
    assert [ending(fail_to_connect) for _ in range(5)] == ["ProviderFailed"] * 5


def test_a_mistake_of_ours_opens_no_circuit() -> None:
    assert {ending(lambda: 1 // 0) for _ in range(6)} == {"ZeroDivisionError"}


def test_of_fifty_at_once_eight_are_inside_and_the_others_are_refused_at_once() -> None:
    with running() as standins:
        standins.faults.set("msg91", "timeout", 100)
        gateway = msg91.Msg91(standins.msg91_url, "k", "t", "t", 1, 0)
        refused_after = []

        def send(number: int) -> None:
            began = time.monotonic()
            try:
                msg91.send_code(gateway, str(9_000_000_000 + number), "123456", 120, "r1")
            except Busy:
                refused_after.append(time.monotonic() - began)
                raise

        endings = Counter(type(outcome).__name__ for outcome in race(50, send))
        assert endings == {"ProviderFailed": 8, "Busy": 42}
        assert max(refused_after) < 2
        assert standins.faults.as_json()["msg91"]["count"] == 100 - 8 * 3


def test_a_full_lane_says_nothing_about_the_provider() -> None:
    inside, leave = threading.Semaphore(0), threading.Event()

    def wait() -> None:
        inside.release()
        leave.wait(30)

    with ThreadPoolExecutor(8) as threads:
        for _ in range(8):
            threads.submit(calls.call, PATIENT, "wait", "r1", wait)
        assert all(inside.acquire(timeout=30) for _ in range(8))
        assert [ending(lambda: None) for _ in range(6)] == ["Busy"] * 6
        leave.set()
    assert ending(lambda: None) == "ok"


@pytest.mark.parametrize("asks", ["call", "check"])
def test_who_is_refused_before_any_attempt_is_told_in_the_log_too(asks: str, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(5):
        ending(fail_to_connect)
    caplog.clear()
    with refused("PROVIDER_BUSY") as refusal:
        calls.call(NOWHERE, "sendCode", "r7", lambda: None) if asks == "call" else msg91.check_free(NOWHERE, "r7")
    assert refusal.value.retry_after == 30
    [line] = map(json.loads, caplog.messages)
    assert line == {
        "event": "providerCall", "provider": "msg91", "operation": "sendCode", "outcome": "busy", "attempts": 0,
        "durationMs": line["durationMs"], "reason": "circuit open", "requestId": "r7",
    }  # fmt: skip


def ending(attempt: Callable[[], object]) -> str:
    """How a call ends: `ok`, or the kind of error."""
    try:
        calls.call(NOWHERE, "test", "r1", attempt)
    except Exception as error:  # noqa: BLE001 -- named
        return type(error).__name__
    return "ok"


def fail_to_connect() -> None:
    raise calls.AttemptFailed("connection failed", passing=True)


def test_only_harmless_words_of_the_provider_are_kept() -> None:
    words = "number +919000000001 of ravi@solarium.test with key 4eacd09f is invalid: " + "a" * 43
    assert calls.refused(400, words).reason == "refused (400): number … of … with key … is invalid: …"


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([HEAD, b"X-Slow: 1\r\n"], id="headers drip"),
        pytest.param([HEAD + b"Content-Length: 1000\r\n\r\n", b"x"], id="body drips"),
        pytest.param([HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"], id="chunks drip"),
    ],
)
def test_reading_itself_ends_at_the_deadline(pieces: list[bytes]) -> None:
    with server(*pieces, pause=0.05, endless=True) as url:
        before = time.monotonic()
        with pytest.raises(calls.AttemptFailed, match="timeout"):
            bounded_http.post(url, 0.4)
        assert time.monotonic() - before < 1.4


def test_an_endless_answer_is_cut() -> None:
    with server(HEAD + b"\r\n", b"x" * 65536, pause=0, endless=True) as url:
        assert len(bounded_http.post(url, 10).body) == bounded_http.LONGEST_ANSWER


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    with (
        server(HEAD + b"Content-Length: 1000\r\n\r\nhalf", pause=0, endless=False) as url,
        pytest.raises(calls.AttemptFailed, match="connection failed"),
    ):
        bounded_http.post(url, 10)


def test_a_redirection_is_not_followed() -> None:
    with server(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n", pause=0, endless=False) as url:
        assert bounded_http.post(url, 10, headers={"authkey": "k"}).status == 302


def test_threads_left_behind_end_by_themselves() -> None:
    with running(drip_seconds=0.05) as standins:
        standins.faults.set("msg91", "drip")
        gateway = msg91.Msg91(standins.msg91_url, "k", "t", "t", 0.2, 0.01)
        with pytest.raises(calls.ProviderFailed):
            msg91.send_approval(gateway, "9000000001", "r1")
        ends = time.monotonic() + 3
        while any(thread.name == "provider call" for thread in threading.enumerate()):
            assert time.monotonic() < ends
            time.sleep(0.02)


def test_the_client_libraries_load_with_the_first_message_only() -> None:
    script = (
        "import sys; from shared_code.adapters import msg91, sendgrid_mail; "
        "print(sorted({'requests', 'sendgrid', 'tenacity', 'urllib3'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"

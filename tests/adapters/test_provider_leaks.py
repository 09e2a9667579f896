"""Two hundred calls that fail leave nothing behind: no thread, no connection on either side (integrations.md)."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import pytest

from localhost.standins.faults import MODES, PROVIDERS
from localhost.standins.standins import StandIns, running
from shared_code.adapters import msg91, sendgrid_mail
from shared_code.adapters.calls import AT_ONCE, ProviderFailed
from shared_code.adapters.mails import Mail
from tests.racing import until

CALLS, TIMEOUT = 200, 0.1
ALWAYS = 10**9  # failures in a row


def held() -> tuple[int, int]:
    """Threads, and files and connections, of this process; the stand-ins are in it."""
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))


def fail(standins: StandIns, provider: str) -> str:
    try:
        if provider == "msg91":
            gateway = msg91.Msg91(standins.msg91_url, "k", "t", "t", TIMEOUT, 0)
            msg91.send_code(gateway, "9000000001", "123456", 120, "r1")
        else:
            mailing = sendgrid_mail.SendGrid(standins.sendgrid_url, "k", "no-reply@solarium.test", TIMEOUT, 0)
            sendgrid_mail.send(mailing, "kavita@solarium.test", Mail("Hello", "Hello", "<p>Hello</p>"), "r1")
    except ProviderFailed:
        return "failed"
    return "sent"


def test_two_hundred_failing_calls_leave_no_thread_and_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared_code.adapters.circuit.FAILURES", ALWAYS)
    faults = [mode for mode in MODES if mode != "off"]
    with running(drip_seconds=0.02) as standins, ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda _: fail(standins, "msg91"), range(CALLS)))  # what is loaded and kept is loaded now
        before = held()
        outcomes = Counter[str]()
        for fault in faults:
            for provider in PROVIDERS:
                standins.faults.set(provider, fault)
            each = [provider for provider, _ in product(PROVIDERS, range(CALLS // len(faults) // len(PROVIDERS)))]
            outcomes.update(threads.map(lambda provider: fail(standins, provider), each))
        assert outcomes == {"failed": CALLS}
        until(lambda: all(now <= then for now, then in zip(held(), before, strict=True)))

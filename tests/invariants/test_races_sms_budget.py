"""Of all phones together, an SMS that was not taken counts for nothing, however many fail at once (rules.md 5.2)."""

import itertools
from collections import Counter

import pytest

from functions.auth.login import login
from localhost.standins import StandIns
from shared_code.adapters.circuit import Circuit
from shared_code.adapters.lane import Lane
from shared_code.adapters.msg91 import Msg91
from tests.racing import CALLERS
from tests.world import World, codes, race

_phones = itertools.count(9_730_000_000)


@pytest.fixture(autouse=True)
def _way_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Msg91, "lane", Lane(None, CALLERS))


def spent(world: World) -> dict[str, int]:
    """How many SMS of this minute and this day have gone out; both begin now."""
    return dict(world.rows("UPDATE rate_window SET started_at = now() WHERE key ^@ 'sms:' RETURNING key, count"))


def ask(world: World, phones: list[str]) -> Counter[str]:
    return Counter(codes(race(len(phones), lambda n: world.call(login, None, phone=phones[n]))))


@pytest.mark.parametrize("fault", ["error200", "reset"])
def test_what_failed_is_given_back_once_and_what_was_taken_stays_counted(
    world: World, providers: StandIns, fault: str
) -> None:
    ask(world, [str(next(_phones))])
    before = spent(world)
    taken = 10
    phones = [str(next(_phones)) for _ in range(CALLERS)]
    Msg91.circuit = Circuit("msg91")
    attempts = 3 if fault == "reset" else 1
    providers.faults.set("msg91", fault, (CALLERS - taken) * attempts)
    outcomes = ask(world, phones)
    providers.faults.set("msg91", "off")
    sent = sum(len(providers.inbox.find(phone)) for phone in phones)
    assert outcomes["ok"] == sent
    assert outcomes.total() - outcomes["ok"] > 0
    assert {key: count - before[key] for key, count in spent(world).items()} == {"sms:minute": sent, "sms:day": sent}

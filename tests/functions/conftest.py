"""What the workflows' tests meet outside: providers that keep what they are sent, and fail when told to."""

from collections.abc import Callable, Iterator

import pytest

from localhost.standins import StandIns
from localhost.standins.standins import running
from tests.handset import Handset
from tests.world import World


@pytest.fixture(scope="module")
def _running() -> Iterator[StandIns]:
    with running() as standins:
        yield standins


@pytest.fixture
def standins(_running: StandIns, world: World) -> Iterator[StandIns]:
    """MSG91 and SendGrid, in good health at first."""
    with world.with_settings(msg91_base_url=_running.msg91_url, sendgrid_base_url=_running.sendgrid_url):
        yield _running
    for provider in ("msg91", "sendgrid"):
        _running.faults.set(provider, "off")


@pytest.fixture
def new(world: World, standins: StandIns) -> Callable[..., Handset]:
    """Phones: `new()` is nobody's yet, `new("9000000001")` a known one."""
    return lambda number=None: Handset(world, standins, number)


@pytest.fixture
def phone(new: Callable[..., Handset]) -> Handset:
    """A phone that is nobody's yet."""
    return new()

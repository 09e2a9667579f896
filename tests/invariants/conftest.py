"""What races and kills meet outside."""

from collections.abc import Iterator

import pytest

from localhost.standins import StandIns
from localhost.standins.standins import running
from tests.world import World


@pytest.fixture(scope="module")
def providers(world: World) -> Iterator[StandIns]:
    """MSG91 and SendGrid, in good health at first."""
    with (
        running() as standins,
        world.with_settings(msg91_base_url=standins.msg91_url, sendgrid_base_url=standins.sendgrid_url),
    ):
        yield standins

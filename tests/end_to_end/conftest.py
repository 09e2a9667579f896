"""What the tests over HTTP share: people and records of the module's own."""

from collections.abc import Iterator

import pytest

from tests.app_process import AppProcess
from tests.end_to_end.cast import Cast


@pytest.fixture(scope="module")
def cast(app: AppProcess) -> Iterator[Cast]:
    """People of this module alone: what others do to theirs does not touch them."""
    with Cast(app) as cast:
        yield cast

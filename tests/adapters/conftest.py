"""What the tests of adapters share: storage as it is in Azure."""

from collections.abc import Iterator

import pytest

from shared_code import settings as configuration
from shared_code.settings import Settings
from tests.azure_cloud import Cloud, running_cloud


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A storage account that is reached by identity and over TLS alone."""
    with running_cloud(tmp_path_factory.mktemp("cloud")) as cloud:
        yield cloud


@pytest.fixture
def in_azure(cloud: Cloud, azurite: str) -> Settings:
    """The settings of an app there that has just started."""
    cloud.start_anew()
    return cloud.settings(configuration.current())

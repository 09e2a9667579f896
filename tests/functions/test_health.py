"""Whether an instance can serve: database, migrations and storage are there, or it says which is not (api.md 2.10)."""

import pytest

from functions.health import get_liveness, get_readiness
from shared_code.sql.pool import open_pool
from tests.rules.samples import refused
from tests.world import DEAD_STORAGE, World


def test_an_instance_with_everything_is_ready(world: World) -> None:
    assert world.data(get_readiness, None) == {"status": "ready"}


def test_a_database_behind_the_code_is_not_ready(world: World) -> None:
    newest = world.value("SELECT max(name) FROM schema_migration")
    world.owner.execute("UPDATE schema_migration SET name = name || '.renamed' WHERE name = %s", [newest])
    with refused("NOT_READY", "migrations"):
        world.call(get_readiness, None)
    world.owner.execute("UPDATE schema_migration SET name = %s WHERE name = %s", [newest, f"{newest}.renamed"])
    assert world.data(get_readiness, None) == {"status": "ready"}


def test_without_database_and_storage_it_is_alive_and_says_what_is_missing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_storage = world.with_settings(azure_storage_connection_string=DEAD_STORAGE)
    with open_pool("host=127.0.0.1 port=1", 1) as nowhere, without_storage:
        monkeypatch.setattr(world, "pool", nowhere)
        assert world.data(get_liveness, None) == {"status": "alive"}
        with refused("NOT_READY", "database", "storage") as caught:
            world.call(get_readiness, None)
    assert "127.0.0.1" not in str(caught.value.details)

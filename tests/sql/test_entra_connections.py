"""In Azure the database knows the app by tokens of its identity (integrations.md, Settings)."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from azure.core.exceptions import AzureError
from psycopg import conninfo, sql

from shared_code import settings as configuration
from shared_code.adapters import credential
from shared_code.sql.pool import SCOPE, EntraConnection, open_pool
from tests.azure_cloud import CLIENT_ID, Identity, running_identity
from tests.racing import until

ROLE = "entra_app"


@pytest.fixture
def identity(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Identity]:
    """The identity service of an instance that has just started."""
    settings = configuration.current().model_copy(update={"identity_client_id": CLIENT_ID})
    monkeypatch.setattr(configuration, "current", lambda: settings)
    with running_identity() as identity:
        yield identity


@pytest.fixture
def place(database: str, identity: Identity) -> Iterator[str]:
    """A database to which the app's present token opens the door, and no other word."""
    token = credential.of_app(CLIENT_ID).get_token(SCOPE).token
    with psycopg.connect(database, autocommit=True) as owner:
        role = sql.Identifier(ROLE)
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(token)))
        yield conninfo.make_conninfo(database, user=ROLE, password="")
        owner.execute(sql.SQL("DROP ROLE {}").format(role))


def test_the_pool_connects_with_one_token_for_all_connections(place: str, identity: Identity) -> None:
    with open_pool(place, 3, EntraConnection) as pool, pool.connection() as one, pool.connection() as another:
        for connection in (one, another):
            [(user,)] = connection.execute("SELECT current_user").fetchall()
            assert user in (ROLE, ROLE.encode())
    assert identity.asked == 1


def test_the_pool_asks_again_by_itself_when_the_identity_service_has_refused(place: str, identity: Identity) -> None:
    credential.of_app.cache_clear()
    identity.asked, identity.client_id = 0, "somebody else"
    with open_pool(place, 1, EntraConnection) as pool:
        until(lambda: identity.asked)
        identity.client_id = CLIENT_ID
        until(lambda: identity.asked > 1)
        assert pool.get_stats()["connections_errors"] >= 1


def test_an_identity_service_that_never_answers_holds_a_connection_up_for_three_and_a_half_seconds(
    database: str, identity: Identity
) -> None:
    identity.answering.clear()
    began = time.monotonic()
    with pytest.raises(AzureError):
        EntraConnection.connect(database)
    assert 3.5 <= time.monotonic() - began < 3.5 + 2
    assert identity.asked == 1

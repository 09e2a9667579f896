"""What all tests stand on: real PostgreSQL, real Azurite, and the real app in a process of its own."""

import os
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from localhost import demo_data, machine
from shared_code.adapters.circuit import Circuit
from shared_code.adapters.msg91 import Msg91
from shared_code.adapters.sendgrid_mail import SendGrid
from tests.app_process import AppProcess
from tests.world import World

TEMPLATE = "world_template"

# Laws are not timed: the machine may be busy.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")


@pytest.fixture(autouse=True)
def _closed_circuits() -> None:
    """Every test may ask the providers, however often they have failed the one before."""
    for gateway in (Msg91, SendGrid):
        gateway.circuit = Circuit(gateway.provider)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """After a run, the figures that its tests have recorded: how much they tried."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "figure":
                terminalreporter.write_line(str(value))


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[machine.Machine]:
    """Database server and storage of this run. They are not durable: nothing here outlives the run."""
    with machine.started(tmp_path_factory.mktemp("ground"), {}, say=lambda _: None, durable=False) as ground:
        os.environ.update(ground.settings)
        yield ground


@pytest.fixture(scope="session")
def azurite(ground: machine.Machine) -> str:
    """The storage emulator's connection string."""
    return ground.settings["AZURE_STORAGE_CONNECTION_STRING"]


@pytest.fixture(scope="session")
def _templates(ground: machine.Machine) -> machine.Machine:
    """The migrated database as it is, and one with the demo's people and catalogue, to be cloned."""
    _clone(ground, "solarium", TEMPLATE)
    demo_data.load(_named(ground.owner_url, TEMPLATE))
    return ground


@pytest.fixture(scope="module")
def database(ground: machine.Machine) -> Iterator[str]:
    """The owner's URL of a migrated database of this module alone, with nothing in it."""
    yield from _cloned(ground, "solarium")


@pytest.fixture(scope="module")
def world(_templates: machine.Machine) -> Iterator[World]:
    """The demo's people and catalogue in a database of this module alone, and workflows called with values."""
    yield from _world(_templates)


@pytest.fixture
def own_world(_templates: machine.Machine) -> Iterator[World]:
    """The same for this test alone, which may spoil it."""
    yield from _world(_templates)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    """The app as `make run` starts it, with database, storage and stand-ins of its own."""
    with AppProcess(tmp_path_factory.mktemp("app")) as running:
        yield running


def _world(templates: machine.Machine) -> Iterator[World]:
    for owner_url in _cloned(templates, TEMPLATE):
        name = psycopg.conninfo.conninfo_to_dict(owner_url)["dbname"]
        with World(owner_url, _named(templates.settings["DATABASE_URL"], str(name))) as world:
            yield world


def _cloned(ground: machine.Machine, template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    _clone(ground, template, name)
    yield _named(ground.owner_url, name)
    with psycopg.connect(_named(ground.owner_url, "postgres"), autocommit=True) as db:
        db.execute(
            sql.SQL("DROP DATABASE {}").format(sql.Identifier(name))
        )  # waits for connections that are just ending


def _clone(ground: machine.Machine, template: str, name: str) -> None:
    with psycopg.connect(_named(ground.owner_url, "postgres"), autocommit=True) as db:
        db.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))


def _named(url: str, database: str) -> str:
    """The same server, another database."""
    return psycopg.conninfo.make_conninfo(url, dbname=database)

"""What one DATA_DIR gives the app, keeps for it, and is protected from."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from localhost import machine
from localhost.children import StartError
from localhost.postgres import LOGIN
from shared_code import settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The DATA_DIR of the machine below."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[machine.Machine]:
    """A machine with everything of its own."""
    with machine.started(folder, {}, durable=False) as ground:
        yield ground


def signed_in(url: str) -> object:
    """Who that URL signs in as."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_user").fetchone()
        return row and row[0]


def test_the_app_accepts_its_settings(running: machine.Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        monkeypatch.delenv(name)
    for name, value in running.settings.items():
        monkeypatch.setenv(name, value)
    settings.current.cache_clear()
    accepted = settings.current()
    settings.current.cache_clear()
    assert accepted.environment == "local"
    assert accepted.sms_per_minute == 10_000
    assert accepted.sms_per_day == 100_000


def test_the_app_signs_in_to_a_migrated_database_with_its_own_rights(running: machine.Machine) -> None:
    assert signed_in(running.settings["DATABASE_URL"]) == LOGIN
    with psycopg.connect(running.settings["DATABASE_URL"]) as app:
        assert app.execute("SELECT count(*) FROM lead").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("DROP TABLE lead")


def test_the_upload_trigger_watches_the_same_storage(running: machine.Machine) -> None:
    assert running.settings["UPLOADS_STORAGE"] == running.settings["AZURE_STORAGE_CONNECTION_STRING"]


def test_given_servers_and_settings_are_used(running: machine.Machine, tmp_path: Path) -> None:
    storage = running.settings["AZURE_STORAGE_CONNECTION_STRING"]
    given = {"DATABASE_URL": running.owner_url, "AZURE_STORAGE_CONNECTION_STRING": storage, "SMS_PER_DAY": "7"}
    with machine.started(tmp_path, given) as other:
        assert signed_in(other.settings["DATABASE_URL"]) == LOGIN
        assert other.settings["UPLOADS_STORAGE"] == storage
        assert other.settings["SMS_PER_DAY"] == "7"
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]


def test_another_database_gets_another_storage(running: machine.Machine, tmp_path: Path) -> None:
    with machine.started(tmp_path, {"DATABASE_URL": running.owner_url}):
        assert not (tmp_path / "azurite").exists()
        assert len(list(tmp_path.glob("azurite-*"))) == 1


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://owner:hidden@127.0.0.1:1/solarium"}
    with pytest.raises(StartError, match="does not answer") as refusal, machine.started(tmp_path, given):
        pass
    assert "hidden" not in str(refusal.value)


@pytest.mark.parametrize("url", ["postgres//owner:hidden@h/x", "host=h password=hidden", "postgresql://o:%hidden@h/x"])
def test_an_address_that_is_none_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(StartError, match="DATABASE_URL is not") as refusal:
        machine.started(tmp_path, {"DATABASE_URL": url}).__enter__()
    assert "hidden" not in str(refusal.value)


@pytest.mark.parametrize("storage", ["hidden", "AccountName=a;AccountKey=aGlkZGVu;BlobEndpoint=http://127.0.0.1:1/a;"])
def test_a_storage_that_cannot_be_used_is_named_at_once(running: machine.Machine, tmp_path: Path, storage: str) -> None:
    given = {"DATABASE_URL": running.owner_url, "AZURE_STORAGE_CONNECTION_STRING": storage}
    with pytest.raises(StartError, match="AZURE_STORAGE_CONNECTION_STRING") as refusal:
        machine.started(tmp_path, given).__enter__()
    assert "hidden" not in str(refusal.value)
    assert "aGlkZGVu" not in str(refusal.value)


def test_only_a_local_environment_gets_demo_people(tmp_path: Path) -> None:
    given = {"ENVIRONMENT": "prod", "DATABASE_URL": "postgresql://127.0.0.1:1/solarium"}
    with pytest.raises(StartError, match="ENVIRONMENT"), machine.started(tmp_path, given):
        pass


def test_pages_of_the_usual_ports_may_call_unless_others_are_named(running: machine.Machine) -> None:
    assert {"http://localhost:3000", "http://localhost:7071"} <= set(running.allowed_origins)
    named = machine.Machine(running.settings | {"ALLOWED_ORIGINS": "https://a.test, https://b.test:8443"}, "")
    assert named.allowed_origins == ["https://a.test", "https://b.test:8443"]


@pytest.mark.parametrize("text", ["http://localhost:3000/", "localhost:3000", "https://Portal.test", "https://a.test,"])
def test_an_origin_that_no_browser_sends_is_named_before_anything_starts(tmp_path: Path, text: str) -> None:
    with pytest.raises(StartError, match="ALLOWED_ORIGINS"), machine.started(tmp_path, {"ALLOWED_ORIGINS": text}):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]


def test_secrets_are_kept_for_the_owner_alone(running: machine.Machine, folder: Path) -> None:
    kept = folder / "secrets.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert json.loads(kept.read_text())["OTP_PEPPER"] == running.settings["OTP_PEPPER"]


def test_a_folder_in_use_is_refused_to_a_second_run_and_to_a_reset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_WAIT_SECONDS", 0)
    with machine.own_folder(tmp_path):
        with pytest.raises(StartError, match="already running"), machine.own_folder(tmp_path):
            pass
        with pytest.raises(StartError, match="already running"):
            machine.reset(tmp_path)


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StartError, match="holds something else"), machine.own_folder(tmp_path):
        pass
    with pytest.raises(StartError, match="holds something else"):
        machine.reset(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_reset_leaves_nothing_of_a_run(tmp_path: Path) -> None:
    with machine.own_folder(tmp_path):
        (tmp_path / "postgres" / "data").mkdir(parents=True)
        (tmp_path / "secrets.json").write_text("{}")
    machine.reset(tmp_path)
    assert not (tmp_path / "postgres").exists()
    assert not (tmp_path / "secrets.json").exists()
    with machine.own_folder(tmp_path):
        pass


def test_reset_makes_no_folder(tmp_path: Path) -> None:
    machine.reset(tmp_path / "never")
    assert not (tmp_path / "never").exists()

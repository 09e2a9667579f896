"""`make admin` where nobody can sign in yet: an Admin, and one link that sets its password once (running.md)."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.auth.login import login
from functions.auth.password_reset import complete_password_reset
from tests.app_process import ROOT
from tests.rules.samples import refused
from tests.test_readme import MAKE
from tests.world import World

PORTAL = "https://portal.solarium.example"
PASSWORD = "Rooftop#Garden7"


def make_admin(database: str, portal: str = PORTAL, **given: str) -> "subprocess.CompletedProcess[str]":
    """What an operator types, with the owner's DATABASE_URL and none of the app's other settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = kept | {"DATABASE_URL": database} | ({"PORTAL_BASE_URL": portal} if portal else {})
    command = ["make", "admin", *(f"{name}={value}" for name, value in given.items()), *MAKE]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)


def token(said: str, portal: str = PORTAL) -> str:
    """The token of the link that was printed."""
    [link] = [word for word in said.split() if word.startswith(f"{portal}/set-password?")]
    return parse_qs(urlsplit(link).query)["token"][0]


def test_the_first_admin_sets_its_password_once_and_signs_in(world: World) -> None:
    done = make_admin(world.owner_url, EMAIL="Asha.Owner@solarium.test", NAME="Asha  Owner")
    assert (done.returncode, done.stderr) == (0, "")
    printed = token(done.stdout)
    world.call(complete_password_reset, None, token=printed, new_password=PASSWORD)
    with refused("INVALID_TOKEN"):
        world.call(complete_password_reset, None, token=printed, new_password=PASSWORD)
    session = world.data(login, None, email="asha.owner@solarium.test", password=PASSWORD)
    assert session["user"].items() >= {"role": "Admin", "name": "Asha  Owner", "status": "active"}.items()
    audited = world.rows("SELECT action, actor_id, actor_role FROM audit_log WHERE entity_id = %s", session["userId"])
    assert audited[0] == ("insert", "operator", "System")


def test_the_link_lives_for_half_an_hour(world: World) -> None:
    printed = token(make_admin(world.owner_url, EMAIL="late@solarium.test", NAME="Late").stdout)
    late = datetime.now(UTC) + timedelta(minutes=30)
    with refused("INVALID_TOKEN"):
        world.call(complete_password_reset, None, late, token=printed, new_password=PASSWORD)


def test_without_the_portals_address_the_link_is_printed_and_what_to_do_with_it(world: World) -> None:
    done = make_admin(world.owner_url, "", EMAIL="nowhere@solarium.test", NAME="Nowhere")
    assert done.returncode == 0
    assert "PORTAL_BASE_URL is not set" in done.stderr
    assert token(done.stdout, "http://localhost:3000")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"EMAIL": "ADMIN@solarium.test", "NAME": "Again"}, "belongs to another account"),
        ({"EMAIL": "kam1@solarium.test", "NAME": "Again"}, "belongs to another account"),
        ({"EMAIL": "nobody", "NAME": "Nobody"}, "email: must be an e-mail address"),
        ({"EMAIL": "nobody@solarium.test", "NAME": "N" * 101}, "name: at most 100 characters"),
        ({"NAME": "Nobody"}, "make admin EMAIL=... NAME=..."),
    ],
)
def test_who_cannot_be_made_is_refused_with_a_sentence(world: World, given: dict[str, str], said: str) -> None:
    admins = "SELECT count(*) FROM user_account WHERE role = 'Admin'"
    before = world.value(admins)
    done = make_admin(world.owner_url, **given)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert (done.stdout, world.value(admins)) == ("", before)


def test_a_database_that_is_not_there_is_named_as_the_reason() -> None:
    done = make_admin("postgresql://owner:hidden@127.0.0.1:1/solarium", EMAIL="a@solarium.test", NAME="A")
    assert done.returncode != 0
    assert "Is DATABASE_URL right" in done.stderr
    assert "hidden" not in done.stderr

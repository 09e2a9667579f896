"""After a kill -9 what was answered is there, and what is asked again is done once (data.md I9, I12)."""

import itertools
import os
import signal
import threading

import psycopg
import pytest
import requests

from tests.app_process import AppProcess, Person
from tests.racing import CALLERS, until
from tests.timelines import breaches
from tests.world import REMARKS, SITE

CLIENTS = 16


class Clients:
    """Apps of one partner that create leads and move them until nobody answers.

    `asked`: the keys under which they asked; `created`: what was answered, the lead of a key; `moved`: leads.
    """

    def __init__(self, partner: Person, name: str) -> None:
        self.partner, self.name = partner, name
        self.asked: list[str] = []
        self.created: dict[str, str] = {}
        self.moved: list[str] = []

    def work(self, client: int) -> None:
        """Be one of the apps."""
        try:
            for number in itertools.count():
                key = f"{self.name}-{client}-{number}"
                self.asked.append(key)
                self.created[key] = self.create(key)
                self.move(self.created[key])
                self.moved.append(self.created[key])
        except (requests.RequestException, AssertionError):
            return  # no answer, or one that says that it failed

    def create(self, key: str) -> str:
        """A lead that can be found by its key, which is where it came from."""
        lead = {"customerName": "Ravi Shah", "phone": "9833333333", "source": key} | SITE
        return str(self.partner.data("POST", "leads", lead, Idempotency_Key=key)["leadId"])

    def move(self, lead_id: str) -> None:
        """A move that is legal again and again."""
        self.partner.data("PATCH", f"leads/{lead_id}/status", {"newStatus": "Not Interested", "remarks": REMARKS})


@pytest.fixture(scope="module")
def own_app(tmp_path_factory: pytest.TempPathFactory) -> AppProcess:
    """An app that may be killed."""
    return AppProcess(tmp_path_factory.mktemp("killed"))


@pytest.mark.parametrize("database_first", [False, True])
def test_what_was_answered_survives_a_kill_and_what_is_asked_again_is_done_once(
    own_app: AppProcess, database_first: bool
) -> None:
    with own_app:
        clients = Clients(own_app.by_phone(f"900000000{1 + database_first}"), f"killed-{database_first}")
        _work_until_killed(own_app, clients, database_first)
    with own_app, psycopg.connect(own_app.owner_url) as db:
        again = {key: clients.create(key) for key in clients.asked}
        found = db.execute("SELECT source, status, lead_id FROM lead WHERE starts_with(source, %s)", [clients.name])
        there = found.fetchall()
        assert again | clients.created == again
        assert sorted(again.items()) == sorted((source, lead_id) for source, _, lead_id in there)
        assert {lead_id for _, status, lead_id in there if status == "Not Interested"} >= set(clients.moved)
        assert [fault for _, _, lead_id in there for fault in breaches(db, lead_id)] == []


def _work_until_killed(app: AppProcess, clients: Clients, database_first: bool) -> None:
    working = [threading.Thread(target=clients.work, args=[number]) for number in range(CLIENTS)]
    for thread in working:
        thread.start()
    until(lambda: len(clients.moved) >= CALLERS)
    if database_first:
        os.kill(app.database_pid, signal.SIGKILL)
        until(lambda: not _answers(app.owner_url))
    os.kill(app.pid, signal.SIGKILL)
    for thread in working:
        thread.join()


def _answers(database_url: str) -> bool:
    try:
        psycopg.connect(database_url).close()
    except psycopg.OperationalError:
        return False
    return True

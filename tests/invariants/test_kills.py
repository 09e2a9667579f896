"""After a kill -9 what was answered is there, and what is asked again is done once (data.md I9, I12)."""

import os
import signal
import threading
from collections.abc import Callable

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

    def __init__(self, partner: Person) -> None:
        self.partner = partner
        self.asked: list[str] = []
        self.created: dict[str, str] = {}
        self.moved: list[str] = []

    def work_until(self, killed: Callable[[], None]) -> None:
        """Be all apps at once, while `killed` happens in the middle of it."""
        working = [threading.Thread(target=self._work, args=[number]) for number in range(CLIENTS)]
        enough = len(self.moved) + CALLERS
        for thread in working:
            thread.start()
        until(lambda: len(self.moved) >= enough, seconds=60)
        killed()
        for thread in working:
            thread.join()

    def create(self, key: str) -> str:
        """A lead that can be found by its key, which is where it came from."""
        lead = {"customerName": "Ravi Shah", "phone": "9833333333", "source": key} | SITE
        return str(self.partner.data("POST", "leads", lead, Idempotency_Key=key)["leadId"])

    def _work(self, client: int) -> None:
        try:
            while True:
                key = f"killed-{client}-{len(self.asked)}"
                self.asked.append(key)
                self.created[key] = lead_id = self.create(key)
                lost = {"newStatus": "Not Interested", "remarks": REMARKS}
                self.partner.data("PATCH", f"leads/{lead_id}/status", lost)
                self.moved.append(lead_id)
        except (requests.RequestException, AssertionError):
            return  # no answer, or one that says that it failed


@pytest.fixture
def own_app(tmp_path_factory: pytest.TempPathFactory) -> AppProcess:
    """An app that may be killed and started again."""
    return AppProcess(tmp_path_factory.mktemp("killed"))


def test_what_was_answered_survives_a_kill_and_what_is_asked_again_is_done_once(own_app: AppProcess) -> None:
    with own_app as app:
        clients = Clients(app.by_phone("9000000001"))
        clients.work_until(lambda: _kill(app))
    with own_app as app:
        check_nothing_lost_nor_doubled(app, clients)
        clients.work_until(lambda: _kill_database_first(app))
    with own_app as app:
        check_nothing_lost_nor_doubled(app, clients)


def check_nothing_lost_nor_doubled(app: AppProcess, clients: Clients) -> None:
    """The clients ask again, with the keys they had, whatever they were told; then what is there is what they know."""
    again = {key: clients.create(key) for key in clients.asked}
    assert again | clients.created == again
    with psycopg.connect(app.owner_url) as db:
        there = db.execute(
            "SELECT source, lead_id, status FROM lead WHERE source = ANY (%s)", [clients.asked]
        ).fetchall()
        assert sorted(again.items()) == sorted((source, lead_id) for source, lead_id, _ in there)
        assert {lead_id for _, lead_id, status in there if status == "Not Interested"} >= set(clients.moved)
        assert [fault for _, lead_id, _ in there for fault in breaches(db, lead_id)] == []


def _kill(app: AppProcess) -> None:
    os.kill(app.pid, signal.SIGKILL)


def _kill_database_first(app: AppProcess) -> None:
    os.kill(app.database_pid, signal.SIGKILL)
    until(lambda: not _answers(app.owner_url))
    _kill(app)


def _answers(database_url: str) -> bool:
    try:
        psycopg.connect(database_url).close()
    except psycopg.OperationalError:
        return False
    return True

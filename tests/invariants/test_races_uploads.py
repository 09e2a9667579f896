"""An upload has one outcome though its trigger fires twice, and late (data.md I11; rules.md 6.5)."""

import threading
from typing import Any

import pytest

from functions.documents.check_upload import check_upload, give_up_check
from functions.documents.sweep_uploads import expire_reservations
from shared_code.adapters import upload_check
from shared_code.sql import checks
from tests.racing import MEET_SECONDS, rounds, spoil
from tests.uploads import Upload, pdf
from tests.world import World, codes, race

FIRST_ONLY = r"AND (v\.)?state (= 'Checking'|IN \('Reserved', 'Checking', 'Expired'\))"  # in what writes an outcome


@pytest.fixture
def _twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs are in the middle of it at the same time."""
    both, check = threading.Barrier(2), upload_check.check

    def meet_and_check(*given: Any) -> Any:
        both.wait(MEET_SECONDS)
        return check(*given)

    monkeypatch.setattr(upload_check, "check", meet_and_check)


def fire_twice(world: World, hostile: bool) -> Upload:
    upload = Upload(world, world.lead()).put(pdf(hostile))
    assert codes(race(2, lambda _: upload.check(pdf(hostile)))) == ["ok", "ok"]
    return upload


def outcomes(upload: Upload) -> tuple[str, int, int]:
    """Where it stands, how often the timeline tells of it, how often its uploader was told of a refusal."""
    return upload.state, len(upload.entries), len(upload.refusals)


@rounds
@pytest.mark.usefixtures("_twice")
@pytest.mark.parametrize(
    ("hostile", "one"), [(False, ("Accepted", 1, 0)), (True, ("Rejected", 0, 1))], ids=["good", "hostile"]
)
def test_a_trigger_that_fires_twice_at_once_and_once_more_has_one_outcome(
    world: World, hostile: bool, one: tuple[str, int, int], turn: int
) -> None:
    upload = fire_twice(world, hostile)
    assert outcomes(upload) == one
    upload.check(pdf(hostile))
    assert outcomes(upload) == one


def all_at_once(world: World, *runs: tuple[Any, ...]) -> None:
    assert codes(race(len(runs), lambda n: world.run(*runs[n]))) == ["ok"] * len(runs)


@rounds
def test_a_check_and_its_giving_up_at_once_have_one_outcome(world: World, turn: int) -> None:
    content = pdf()
    upload = Upload(world, world.lead()).put(content)
    check, give_up = (check_upload, upload.name, content), (give_up_check, upload.name)
    all_at_once(world, check, give_up, check, give_up)
    assert outcomes(upload) in [("Accepted", 1, 0), ("Rejected", 0, 1)]


@rounds
def test_a_late_check_and_the_expiry_at_once_have_one_outcome(world: World, turn: int) -> None:
    content = pdf()
    upload = Upload(world, world.lead()).put(content).expire()
    check, expire = (check_upload, upload.name, content), (expire_reservations,)
    all_at_once(world, check, expire, check, expire)
    assert outcomes(upload) == ("Rejected", 0, 1)


@pytest.mark.usefixtures("_twice")
@pytest.mark.parametrize("hostile", [False, True])
def test_act_then_mark_tells_more_than_once(world: World, hostile: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, checks, FIRST_ONLY)
    _, entries, refusals = outcomes(fire_twice(world, hostile))
    assert max(entries, refusals) > 1

"""A process killed while it finalises leaves nothing half done, and may be asked again (data.md I7, I9, I12)."""

import os
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from random import Random

import pytest
from azure.storage.blob import ContainerClient

from tests.edge import Edge, edge_of
from tests.finaliser import End, Finalise, Request, end_of, finalise, finalise_row_first
from tests.whole_quotations import Quotations
from tests.wires import DATABASE, STORAGE, Place, Turn
from tests.world import CP_1, World

ENOUGH = 24  # kills, after which each place around COMMIT has had its turn
KILLS = int(os.environ.get("KILLS") or ENOUGH)
SEED = int(os.environ.get("SEED") or 1)
LAST = 3  # turns: COMMIT, its answer, good-bye
NOTHING, PDF, ROW, ANSWER = LEFT = "nothing", "a PDF without a row", "a row with its PDF", "an answer"


class Finalising:
    """Lets processes of their own finalise, each one quotation of one lead under one key."""

    def __init__(self, world: World, storage: str, quotations: Quotations) -> None:
        self._world, self.quotations = world, quotations
        self._servers = {DATABASE: world.app_url, STORAGE: storage}

    def request(self) -> Request:
        """Nobody has made it before."""
        token = Edge(self._world).token(CP_1)
        proof = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
        return Request(self._world.lead(), proof)

    def end(self, request: Request, place: Place | None, how: Finalise = finalise) -> End:
        """How a process ends that is killed at the place."""
        return end_of(how, request, self._servers, place)

    def turns(self, how: Finalise = finalise) -> list[Turn]:
        """What passes when nobody kills."""
        return self.end(self.request(), None, how).turns


@pytest.fixture(scope="module")
def finalising(world: World, azurite: str) -> Iterator[Finalising]:
    with edge_of(world), ContainerClient.from_connection_string(azurite, "quotations") as pdfs:
        yield Finalising(world, azurite, Quotations(world, pdfs))


def dealt(turns: list[Turn]) -> Iterator[Place]:
    """Places to be killed at, without end: of each step one by one, and of a step each once before one comes again.

    A turn is cut before its first byte arrives, or somewhere within.
    """
    storing = [number for number, turn in enumerate(turns) if turn.server == "storage"]
    after = range(storing[-1] + 1, len(turns))
    steps = range(storing[0]), storing, after[:-LAST], after[-LAST:]
    dice = Random(SEED)
    return chain.from_iterable(zip(*(_of_step(dice, turns, step) for step in steps if step), strict=True))


def _of_step(dice: Random, turns: list[Turn], step: Sequence[int]) -> Iterator[Place]:
    cuts = [(number, within) for number in step for within in (False, True)]
    while True:
        for number, within in dice.sample(cuts, len(cuts)):
            yield Place(number, dice.randrange(1, turns[number].size) if within else 0)


def left(finalising: Finalising, place: Place | None) -> str:
    """What a kill at the place leaves, or none; it is whole, and the same request makes one quotation of it."""
    request, quotations = finalising.request(), finalising.quotations
    stored = quotations.stored()
    end = finalising.end(request, place)
    assert end.killed or end.data
    assert quotations.faults(request.lead_id) == []
    there, more = quotations.references(request.lead_id), quotations.stored() > stored
    again = finalise(request)
    assert quotations.references(request.lead_id) == [again["quotationReference"]]
    assert quotations.faults(request.lead_id) == []
    assert there in ([], [again["quotationReference"]])
    assert end.data is None or (there and end.data == again)
    return ANSWER if end.data else ROW if there else PDF if more else NOTHING


def test_a_kill_at_any_step_leaves_nothing_half_done(finalising: Finalising) -> None:
    assert left(finalising, None) == ANSWER
    turns, tally = finalising.turns(), Counter[tuple[int, str]]()
    for number, place in enumerate(islice(dealt(turns), KILLS)):
        try:
            tally[place.turn, left(finalising, place)] += 1
        except Exception as error:
            error.add_note(f"SEED={SEED}, kill {number}: {place} of {turns[place.turn]}")
            raise
    print("\n" + table(turns, tally))  # noqa: T201 -- shown by `make kills`
    assert KILLS < ENOUGH or {what for _, what in tally} == set(LEFT)


def test_row_first_and_pdf_later_leaves_a_row_without_its_pdf(finalising: Finalising) -> None:
    def without_pdf(place: Place) -> list[str]:
        request = finalising.request()
        finalising.end(request, place, finalise_row_first)
        return finalising.quotations.without_pdf(request.lead_id)

    turns = finalising.turns(finalise_row_first)
    assert any(without_pdf(place) for place in islice(dealt(turns), ENOUGH))


def table(turns: list[Turn], tally: Counter[tuple[int, str]]) -> str:
    """What the kills left, in all and by the turn they cut."""
    lines = [f"{tally.total()} kills, SEED={SEED}, left"]
    lines += [f"{sum(tally[number, what] for number in range(len(turns))):6} {what}" for what in LEFT]
    lines += ["by what they cut"]
    for number, turn in enumerate(turns):
        counts = ", ".join(f"{tally[number, what]} {what}" for what in LEFT if tally[number, what])
        lines += [f"{'to' if turn.to_server else 'from':>6} {turn.server}, {turn.size} bytes: {counts or '-'}"]
    return "\n".join(lines)

"""That nothing which nobody thought of fools the check (rules.md 6.4), and that `make fuzz` would tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.corpus.forking import Forking
from tests.corpus.fuzz import Search
from tests.corpus.graphs import documents
from tests.corpus.judge import dangers
from tests.corpus.sample import PDF

GULLIBLE = "lambda: inside.answer(lambda content, content_type: content)"
BROKEN = "lambda: inside.answer(lambda content, content_type: content.nothing)"


@pytest.fixture(scope="module")
def forking() -> Iterator[Forking]:
    with Forking() as checker:
        yield checker


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=documents())
def test_no_document_however_it_hangs_together_passes_with_a_danger(forking: Forking, content: bytes) -> None:
    outcome = forking.examine(content, PDF)
    assert outcome.failure is None
    assert outcome.clean is None or dangers(outcome.clean, PDF) == []


def test_no_mutant_passes_with_a_danger(forking: Forking, tmp_path: Path) -> None:
    tally = Search(forking, "test", seconds=3, found=tmp_path).run()
    assert tally["files"] > 20
    assert (tally["escapes"], tally["exceptions"]) == (0, 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("answer", "found"), [(GULLIBLE, "escapes"), (BROKEN, "exceptions")])
def test_a_checker_that_fails_is_found_out_and_the_files_are_kept(answer: str, found: str, tmp_path: Path) -> None:
    with Forking(answer) as checker:
        tally = Search(checker, "test", seconds=1, found=tmp_path).run()
    assert tally[found] == len(list(tmp_path.iterdir())) > 0

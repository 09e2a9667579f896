"""That no hostile file passes and no ordinary one is refused, over some hundred of each (rules.md 6.4)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from tests.corpus import heavy
from tests.corpus.everything import hostile, ordinary
from tests.corpus.forking import Forking, Outcome
from tests.corpus.judge import dangers
from tests.corpus.sample import PDF, Sample

CPU_MS, MEMORY_MB = 5_500, 768


@pytest.fixture(scope="module")
def forking() -> Iterator[Forking]:
    with Forking() as checker:
        yield checker


def test_the_corpus_is_wide() -> None:
    assert len(hostile()) >= 250
    assert len({sample.kind for sample in hostile()}) >= 60
    assert len(ordinary()) >= 160
    assert len({sample.kind for sample in ordinary()}) >= 20


def test_what_is_hostile_is_refused_for_what_it_is_or_comes_out_clean(forking: Forking) -> None:
    wrong = {}
    for sample in hostile():
        outcome = forking.examine(sample.content, sample.content_type)
        escaped = dangers(outcome.clean, sample.content_type) if outcome.clean else []
        if escaped or outcome.failure or outcome.reason != sample.reason:
            wrong[str(sample)] = (outcome.reason, outcome.failure, escaped)
    assert wrong == {}


def rewritten(content: bytes) -> bytes:
    """The same document in the checker's way of writing, with everything in it."""
    target = BytesIO()
    with pikepdf.open(BytesIO(content)) as document:
        document.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable, fix_metadata_version=False)
    return target.getvalue()


@pytest.mark.filterwarnings("ignore")  # pikepdf warns of what is odd
def test_the_judge_sees_what_the_checker_refuses() -> None:
    """Else its silence would mean nothing."""
    harmless_anew = {"two files in one", "type does not agree", "protected"}
    seen = [it for it in hostile() if it.content_type == PDF and it.kind not in harmless_anew]
    assert [str(sample) for sample in seen if not dangers(rewritten(sample.content), PDF)] == []
    telling = [it for it in hostile() if it.content_type != PDF and not it.reason and "more pixels" not in it.kind]
    assert [str(sample) for sample in telling if not dangers(sample.content, sample.content_type)] == []


def test_what_is_ordinary_is_accepted_and_looks_the_same(forking: Forking) -> None:
    wrong = {}
    for sample in ordinary():
        outcome = forking.examine(sample.content, sample.content_type)
        if outcome.clean is None:
            wrong[str(sample)] = outcome.reason or outcome.failure
        elif found := dangers(outcome.clean, sample.content_type):
            wrong[str(sample)] = str(found)
        elif not alike(sample, outcome.clean):
            wrong[str(sample)] = "does not look the same"
    assert wrong == {}


def alike(sample: Sample, clean: bytes) -> bool:
    if sample.content_type != PDF:
        with Image.open(BytesIO(sample.content)) as before, Image.open(BytesIO(clean)) as after:
            return near(ImageOps.exif_transpose(before), after)
    pages = list(zip(shown(sample.content), shown(clean), strict=True))
    return all(before[0] == after[0] and near(before[1], after[1]) for before, after in pages)


def near(before: Image.Image, after: Image.Image) -> bool:
    difference = ImageChops.difference(*(picture.convert("RGBA").convert("RGB") for picture in (before, after)))
    return before.size == after.size and max(ImageStat.Stat(difference).mean) < 2


def shown(content: bytes) -> list[tuple[str, Image.Image]]:
    """Text and picture of each page, by a third reader."""
    with pypdfium2.PdfDocument(content) as document:
        return [(page.get_textpage().get_text_bounded(), page.render(scale=0.3).to_pil()) for page in document]


@pytest.mark.parametrize("kind", heavy.HEAVY, ids=[name for name, *_ in heavy.HEAVY])
def test_what_is_made_to_exhaust_is_judged_within_the_limits(forking: Forking, kind: heavy.Kind) -> None:
    _, content_type, reason, make = kind
    outcome = forking.examine(make(), content_type)
    assert (outcome.failure, outcome.reason) == (None, reason)
    assert outcome.clean is None or dangers(outcome.clean, content_type) == []
    assert outcome.cpu_ms < CPU_MS
    assert outcome.peak_mb < MEMORY_MB


def high_water() -> int:
    """The most memory this process has used, in KB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells")
def test_what_exhausts_the_checker_costs_us_nothing(forking: Forking) -> None:
    bombs = [heavy.content(heavy.flate(heavy.zeros(megabytes))) for megabytes in (70, 190, 210)]
    Path("/proc/self/clear_refs").write_text("5")
    before = high_water()
    outcomes: list[Outcome] = [forking.examine(bomb, PDF) for bomb in bombs]
    assert [outcome.reason for outcome in outcomes] == [None, "FILE_TOO_COMPLEX", "FILE_TOO_COMPLEX"]
    assert high_water() - before < 20_000

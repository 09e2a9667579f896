"""`python -m bench.checks`: what it costs to check one uploaded file, by its kind and size (rules.md 6.4)."""

import io
import os
import platform
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Final

from PIL import Image
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from shared_code.adapters import child
from tests.corpus.forking import Forking
from tests.corpus.sample import JPEG, PDF, PNG

RESULTS: Final = Path(__file__).parent / "CHECKS.md"
TIMES: Final = 5
START: Final = "from shared_code.adapters.upload_check import inside; inside.serve()"
HEAD: Final = """# What checking an upload costs

{machine}. CPU and most memory of the process that checks one file, medians of {times}. To them comes the start of that
process, {start:.0f} ms of CPU; one stands ready, so nobody waits for it. Limits: 5 s of CPU, 768 MB of address space.

| file | KB | KB clean | CPU ms | peak MB |
|------|---:|---------:|-------:|--------:|
"""


def photo(width: int, height: int, content_type: str = JPEG, smooth: bool = False) -> bytes:
    """A photo of a noisy sensor; smooth: a screenshot."""
    picture = Image.linear_gradient("L").resize((width, height)) if smooth else Image.effect_noise((width, height), 12)
    target = io.BytesIO()
    picture.convert("RGB").save(target, content_type.removeprefix("image/"), quality=80)
    return target.getvalue()


def text(pages: int) -> bytes:
    """Pages full of lines."""
    target = io.BytesIO()
    canvas = Canvas(target)
    for page in range(pages):
        for line in range(50):
            canvas.drawString(72, 60 + 14 * line, f"Page {page}, line {line}: 1 234.56 kWh at 7.10 a unit")
        canvas.linkURL("https://www.example.com", (72, 40, 200, 55))
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def scans(pages: int) -> bytes:
    """Pages that are photos of 1240 x 1754 pixels."""
    target = io.BytesIO()
    canvas = Canvas(target)
    for _ in range(pages):
        canvas.drawImage(ImageReader(io.BytesIO(photo(1240, 1754))), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


FILES: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "JPEG, 1600 x 1200": (JPEG, lambda: photo(1600, 1200)),
    "JPEG, 12 megapixels": (JPEG, lambda: photo(4000, 3000)),
    "JPEG, 50 megapixels": (JPEG, lambda: photo(10_000, 5_000, smooth=True)),
    "PNG, screenshot 1080 x 2400": (PNG, lambda: photo(1080, 2400, PNG, smooth=True)),
    "PNG, photo of 3 megapixels": (PNG, lambda: photo(2000, 1500, PNG)),
    "PNG, 50 megapixels": (PNG, lambda: photo(10_000, 5_000, PNG, smooth=True)),
    "PDF, 1 page of text": (PDF, lambda: text(1)),
    "PDF, 20 pages of text": (PDF, lambda: text(20)),
    "PDF, 200 pages of text": (PDF, lambda: text(200)),
    "PDF, 1 scan": (PDF, lambda: scans(1)),
    "PDF, 8 scans": (PDF, lambda: scans(8)),
}


def main() -> None:
    """Measure, print, and write it to CHECKS.md."""
    with Forking() as checker:
        rows = "".join(row(checker, name, content_type, make()) for name, (content_type, make) in FILES.items())
    page = (
        HEAD.format(
            machine=f"{os.cpu_count()} cores, Python {platform.python_version()}", times=TIMES, start=median(starts())
        )
        + rows
    )
    print(page)
    RESULTS.write_text(page)


def row(checker: Forking, name: str, content_type: str, content: bytes) -> str:
    """One file's line."""
    outcomes = [checker.examine(content, content_type) for _ in range(TIMES)]
    if any(outcome.clean is None for outcome in outcomes):
        raise RuntimeError(f"{name}: {outcomes[0]}")
    cpu, peak = median(it.cpu_ms for it in outcomes), median(it.peak_mb for it in outcomes)
    return f"| {name} | {len(content) >> 10} | {len(outcomes[0].clean or b'') >> 10} | {cpu:.0f} | {peak:.0f} |\n"


def starts() -> Iterator[float]:
    """CPU of a checker that is started and gets no file; milliseconds."""
    for _ in range(TIMES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        process = child.start(START)
        process.communicate()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        yield (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


if __name__ == "__main__":
    main()

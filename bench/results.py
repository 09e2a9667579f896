"""Keeps what was measured in RESULTS.md, a section for each measurement: writing one leaves the others."""

import re
from pathlib import Path
from typing import Final

RESULTS: Final = Path(__file__).parent / "RESULTS.md"


def keep(title: str, text: str) -> None:
    """Put the text under its heading, in place of what stood there."""
    RESULTS.write_text(with_section(RESULTS.read_text() if RESULTS.exists() else "# Measurements\n", title, text))


def with_section(page: str, title: str, text: str) -> str:
    """The page with that section: where it was, or at the end."""
    sections = [part.strip() for part in re.split(r"^(?=## )", page, flags=re.MULTILINE)]
    titles = [part.partition("\n")[0] for part in sections]
    heading = f"## {title}"
    place = titles.index(heading) if heading in titles else len(sections)
    sections[place : place + 1] = [f"{heading}\n\n{text.strip()}"]
    return "\n\n".join(sections) + "\n"

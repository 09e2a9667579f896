"""Schemathesis tries every operation of the reference with all its checks, and finds nothing (api.md 2.10).

As much as there is time for; `make fuzz-api` goes on for longer, as each role.
"""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.end_to_end.reference import operations
from tests.reference.fuzz import command, environment, ground
from tests.reference.ground import WHOEVER_MAY

BOUNDED = ["--max-examples", "2", "--warnings", "off"]


def test_schemathesis_finds_nothing(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    with ground(tmp_path) as laid:
        ran = subprocess.run(
            command(laid, BOUNDED), env=environment(laid, WHOEVER_MAY), cwd=tmp_path,
            capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-2_000:]
    tested, cases = re.search(r"Tested: (\d+)", ran.stdout), re.search(r"(\d+) generated, (\d+) passed", ran.stdout)
    assert tested
    assert cases
    assert int(tested[1]) == len(operations())
    assert cases[1] == cases[2]
    assert int(cases[1]) > 30 * len(operations())
    record_property("figure", f"Schemathesis: {cases[0]} on {tested[1]} operations")

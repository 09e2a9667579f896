"""`make fuzz-api`: let Schemathesis try every operation of the reference, as nobody and as each role.

EXAMPLES: how many of each operation and phase, 50. CALLERS: some of nobody, Customer, CP, KAM, Admin. ARGS: more for
Schemathesis. Exits 1 if it finds anything.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.app_process import ROOT, AppProcess
from tests.end_to_end.cast import Cast
from tests.reference.ground import CALLER, CALLERS, GROUND, lay

CONFIG = Path(__file__).with_name("schemathesis.toml")


def main() -> None:
    """Start an app, lay the ground, try as each caller."""
    callers = (os.environ.get("CALLERS") or " ".join(CALLERS)).split()
    more = ["--max-examples", os.environ.get("EXAMPLES") or "50", *sys.argv[1:]]
    failed = []
    with tempfile.TemporaryDirectory(prefix="solarium-fuzz-") as folder, ground(Path(folder)) as laid:
        for caller in callers:
            sys.stdout.write(f"== as {caller}\n")
            sys.stdout.flush()
            if subprocess.run(command(laid, more), env=environment(laid, caller), cwd=folder, check=False).returncode:
                failed.append(caller)
    sys.exit(f"Failures as {', '.join(failed)}." if failed else 0)


@contextmanager
def ground(folder: Path) -> Iterator[Path]:
    """An app of its own, which may be spoilt, with people and records; answers the file that says where they are."""
    plenty = {"SMS_PER_MINUTE": "1000000", "SMS_PER_DAY": "1000000"}
    with AppProcess(folder, **plenty) as app, Cast(app) as cast:
        lay(app, cast, folder / "ground.json")
        yield folder / "ground.json"


def command(laid: Path, more: Sequence[str]) -> list[str]:
    """What runs Schemathesis once, on the reference as the app serves it: of a file it leaves nothing out."""
    api = json.loads(laid.read_text())["api"]
    document = laid.with_name("openapi.json")
    document.write_bytes(requests.get(f"{api}/openapi.json", timeout=10).content)
    program = str(Path(sys.executable).with_name("st"))
    return [program, "--config-file", str(CONFIG), "run", str(document), "--url", api, *more]


def environment(laid: Path, caller: str) -> dict[str, str]:
    """What its process is to know."""
    hooks = {"SCHEMATHESIS_HOOKS": "tests.reference.hooks", "PYTHONPATH": str(ROOT)}
    return os.environ | hooks | {GROUND: str(laid), CALLER: caller}


if __name__ == "__main__":
    main()

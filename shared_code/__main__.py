"""The operators' commands: `python -m shared_code migrate | catalogue | recompute | openapi` (running.md)."""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path


def main() -> None:
    """Run the command that the command line names; DATABASE_URL is the owner's."""
    parser = argparse.ArgumentParser(prog="python -m shared_code", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring the database to the newest schema")
    commands.add_parser("catalogue", help="validate and load prices and fees").add_argument("file", type=Path)
    commands.add_parser("recompute", help="price every stored quotation again, and compare")
    commands.add_parser("openapi", help="write the reference").add_argument("file", type=Path)
    chosen = parser.parse_args()
    command = {"migrate": _migrate, "catalogue": _catalogue, "recompute": _recompute, "openapi": _openapi}
    command[chosen.command](vars(chosen))


def _migrate(_: Mapping[str, object]) -> None:
    from shared_code.sql.migrations import migrate

    applied = migrate(_owner_url())
    print("\n".join(f"applied {name}" for name in applied) or "nothing to apply")


def _catalogue(chosen: Mapping[str, object]) -> None:
    from shared_code.catalogue import load_file

    counts = load_file(_owner_url(), Path(str(chosen["file"])))
    print("\n".join(f"{count:5} {kind}" for kind, count in counts.items()))


def _recompute(_: Mapping[str, object]) -> None:
    from shared_code.recompute import recompute

    if recompute(_owner_url()):
        sys.exit(1)


def _openapi(chosen: Mapping[str, object]) -> None:
    import function_app
    from functions import reference

    del function_app  # importing it declares every endpoint
    Path(str(chosen["file"])).write_bytes(reference.openapi_json())


def _owner_url() -> str:
    url = os.environ.get("DATABASE_URL")
    if not url:
        sys.exit("DATABASE_URL must name the database, as its owner.")
    return url


if __name__ == "__main__":
    main()

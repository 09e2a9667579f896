"""The operators' commands: `python -m shared_code migrate | admin | catalogue | recompute | openapi` (running.md)."""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

PORTAL_HERE = "http://localhost:3000"


def main() -> None:
    """Run the command that the command line names; DATABASE_URL is the owner's."""
    parser = argparse.ArgumentParser(prog="python -m shared_code", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring the database to the newest schema")
    admin = commands.add_parser("admin", help="create an Admin and print a link to set the password")
    admin.add_argument("email")
    admin.add_argument("name")
    commands.add_parser("catalogue", help="validate and load prices and fees").add_argument("file", type=Path)
    commands.add_parser("recompute", help="price every stored quotation again, and compare")
    commands.add_parser("openapi", help="write the reference").add_argument("file", type=Path)
    chosen = parser.parse_args()
    command = {
        "migrate": _migrate,
        "admin": _admin,
        "catalogue": _catalogue,
        "recompute": _recompute,
        "openapi": _openapi,
    }
    from psycopg import Error

    from shared_code.quotations.catalogue import CatalogueError
    from shared_code.sql.migrations import MigrationChangedError

    try:
        command[chosen.command](vars(chosen))
    except (CatalogueError, MigrationChangedError, OSError) as error:
        sys.exit(f"Cannot go on. {error}")
    except Error as error:
        sys.exit(f"Cannot go on. {error}\nIs DATABASE_URL right, and was `make migrate` run?")


def _migrate(_: Mapping[str, object]) -> None:
    from shared_code.sql.migrations import migrate

    applied = migrate(_owner_url())
    print("\n".join(f"applied {name}" for name in applied) or "nothing to apply")


def _admin(chosen: Mapping[str, object]) -> None:
    from shared_code.access.first_admin import create
    from shared_code.rules.refusal import Refusal

    portal = os.environ.get("PORTAL_BASE_URL")
    try:
        link = create(_owner_url(), portal or PORTAL_HERE, str(chosen["email"]), str(chosen["name"]))
    except Refusal as refusal:
        sys.exit("\n".join([refusal.message, *(f"{name}: {why}" for name, why in (refusal.details or {}).items())]))
    print(f"The password of {chosen['email']} is set with this link, once, within 30 minutes:\n{link}")
    if not portal:
        print(f"PORTAL_BASE_URL is not set: put your portal's address in the place of {PORTAL_HERE}.", file=sys.stderr)


def _catalogue(chosen: Mapping[str, object]) -> None:
    from shared_code.quotations.catalogue import load_file

    counts = load_file(_owner_url(), Path(str(chosen["file"])))
    print("\n".join(f"{count:5} {kind}" for kind, count in counts.items()))


def _recompute(_: Mapping[str, object]) -> None:
    from shared_code.quotations.recompute import recompute

    if recompute(_owner_url()):
        sys.exit(1)


def _openapi(chosen: Mapping[str, object]) -> None:
    import function_app
    from functions import reference

    del function_app  # importing it declares every endpoint
    Path(str(chosen["file"])).write_bytes(reference.openapi_json())


def _owner_url() -> str:
    from shared_code.settings import is_database_address

    url = os.environ.get("DATABASE_URL")
    if not url:
        sys.exit("DATABASE_URL must name the database, as its owner. Of an app that runs here: $(make database)")
    if not is_database_address(url):
        sys.exit("DATABASE_URL is not an address like postgresql://owner:password@host:5432/solarium.")
    return url


if __name__ == "__main__":
    main()

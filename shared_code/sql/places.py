"""States, as people write them (api.md 1, Text)."""

from datetime import datetime
from typing import Final, LiteralString

from shared_code.rules.refusal import missing_master_data
from shared_code.sql.pool import Db, Rows, scalars

IN_FORCE: Final[LiteralString] = (
    "SELECT name FROM state WHERE lower(%(state)s) IN (lower(state_code), lower(name)) AND is_active"
    " AND tstzrange(valid_from, valid_to) @> %(now)s"
)


def state_name(db: Db, state: str | None, now: datetime) -> "Rows[str]":
    """The name of the state in force under that code or name, in any case; no row when there is none."""
    return scalars(db, IN_FORCE, state=state, now=now)


def known(name: str | None) -> str:
    """The name that was found. Raises Refusal `MASTER_DATA_MISSING`."""
    if name is None:
        raise missing_master_data({"state": "no state of this code or name"})
    return name

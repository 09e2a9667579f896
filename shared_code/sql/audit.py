"""The audit that the database writes of every change, read page by page (data.md, Entities; api.md 2.8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, LiteralString

from shared_code.sql import lists
from shared_code.sql.pool import Db, Rows

_ITEM: Final[LiteralString] = """json_build_object(
    'id', a.id::text, 'entity', a.entity, 'entityId', a.entity_id, 'action', a.action, 'actorId', a.actor_id,
    'actorRole', a.actor_role, 'at', iso(a.at), 'before', coalesce(a.before, '{}'), 'after', coalesce(a.after, '{}'),
    'requestId', a.request_id)"""


@dataclass(frozen=True)
class Wanted(lists.Wanted):
    """What the audit is asked for; None is no filter. Its days are those on which something was changed."""

    entity: str | None = None
    entity_id: str | None = None
    actor_id: str | None = None


_FILTERS: Final[Mapping[str, LiteralString]] = {
    "entity": "a.entity = %(entity)s",
    "entity_id": "a.entity_id = %(entity_id)s",
    "actor_id": "a.actor_id = %(actor_id)s",
    **lists.created_between("a.at"),
}


def page(db: Db, wanted: Wanted) -> "Rows[bytes]":
    """Entries in the order of time, the newest first unless told otherwise, as a list's `data`."""
    return lists.list_page(
        db,
        item=_ITEM,
        row_id="a.id",
        source="audit_log a",
        where=["true", *lists.chosen(_FILTERS, wanted)],
        order=lists.by_time("a.at", "a.id", wanted),
        wanted=wanted,
        params={},
    )

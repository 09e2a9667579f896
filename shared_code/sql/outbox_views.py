"""Messages as an Admin looks at them: those that wait, that went, that were given up (api.md 2.8)."""

from dataclasses import dataclass
from typing import Final, LiteralString

from shared_code.sql import lists
from shared_code.sql.pool import Db, Rows, scalars

_ITEM: Final[
    LiteralString
] = """json_build_object('messageId', m.message_id::text, 'channel', m.channel, 'template', m.template,
    'to', right(m.recipient, 4), 'state', m.state, 'attempts', m.attempts,
    'nextAttemptAt', CASE m.state WHEN 'waiting' THEN iso(m.next_attempt_at) END,
    'lastError', m.last_error, 'createdAt', iso(m.created_at))"""


@dataclass(frozen=True)
class Wanted(lists.Wanted):
    """What the list of messages is asked for; nothing named is no filter."""

    state: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    template: tuple[str, ...] = ()


def page(db: Db, wanted: Wanted) -> "Rows[bytes]":
    """The messages, newest first unless told otherwise, as a list's `data`."""
    filters: dict[str, LiteralString] = {
        "state": "m.state = ANY (%(state)s)",
        "channel": "m.channel = ANY (%(channel)s)",
        "template": "m.template = ANY (%(template)s)",
        **lists.created_between("m.created_at"),
    }
    return lists.list_page(
        db,
        item=_ITEM,
        row_id="m.message_id",
        source="outbox_message m",
        where=["true", *lists.chosen(filters, wanted)],
        order=lists.by_time("m.created_at", "m.message_id", wanted),
        wanted=wanted,
        params={},
    )


def one(db: Db, message_id: str) -> "Rows[bytes]":
    """A message as the list shows it."""
    return scalars(
        db, f"SELECT {_ITEM} FROM outbox_message m WHERE m.message_id = %(message_id)s::bigint", message_id=message_id
    )

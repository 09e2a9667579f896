"""Keeps what the stand-ins were sent, for people to read a code and for tests to find it."""

import re
from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import count, islice
from typing import Literal

KEPT = 5000  # messages, the newest

Channel = Literal["sms", "email"]


@dataclass(frozen=True)
class Message:
    """One SMS, or one mail to one recipient. `to` is a phone of ten digits or a mail address, `at` is ISO 8601 UTC."""

    id: str
    channel: Channel
    to: str
    at: str
    text: str
    code: str | None = None
    subject: str | None = None
    html: str | None = None

    def as_json(self) -> dict[str, str]:
        """The message as `/dev/inbox.json` shows it: what it does not have is left out."""
        return {name: value for name, value in asdict(self).items() if value is not None}


class Inbox:
    """The newest messages."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque(maxlen=KEPT)
        self._ids = count(1)

    def keep(self, channel: Channel, to: str, text: str, **parts: str | None) -> None:
        """Add a message that arrives now; `parts` are `code`, or `subject` and `html`."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._messages.appendleft(Message(str(next(self._ids)), channel, to, at, text, **parts))

    def find(self, to: str = "", search: str = "", limit: int = KEPT) -> list[Message]:
        """Newest first: those sent exactly to `to`, and whose recipient contains `search`, if given."""
        wanted, part = _recipient(to), _recipient(search)
        found = (m for m in list(self._messages) if wanted in ("", m.to.lower()) and part in m.to.lower())
        return list(islice(found, limit))


def _recipient(written: str) -> str:
    """A mail address in lower case, a phone without what may stand before its ten digits."""
    plain = written.strip().lower()
    digits = re.sub(r"[\s()-]", "", plain)
    return re.sub(r"^(\+?91|0)(?=\d{10}$)", "", digits) if re.fullmatch(r"\+?\d+", digits) else plain

"""Whom our mails are for: people that may sign in, by address."""

from dataclasses import dataclass
from typing import Final, LiteralString

from shared_code.sql.pool import Db, Rows, rows

ACTIVE: Final[LiteralString] = "status = 'active' AND NOT blocked"
STAFF: Final[LiteralString] = f"role IN ('Admin', 'KAM') AND {ACTIVE}"


@dataclass(frozen=True)
class Addressee:
    """Whom a mail is for."""

    user_id: str
    role: str
    name: str | None
    email: str

    @property
    def called(self) -> str:
        """How a mail greets the person."""
        return self.name or self.email


_FIND: Final[LiteralString] = "SELECT user_id, role, name, email FROM user_account WHERE"


def staff(db: Db, email: str) -> "Rows[Addressee]":
    """The active Admin or KAM of that address, in whatever case."""
    return rows(db, Addressee, f"{_FIND} lower(email) = lower(%(email)s) AND {STAFF}", email=email)


def partner(db: Db, email: str) -> "Rows[Addressee]":
    """An active channel partner of that address, in whatever case; of several the newest."""
    return rows(
        db,
        Addressee,
        f"{_FIND} lower(email) = lower(%(email)s) AND role = 'CP' AND {ACTIVE}"
        " ORDER BY created_at DESC, user_id LIMIT 1",
        email=email,
    )

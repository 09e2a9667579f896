"""Accounts as they are changed: contact, status, block; each under the lock of its row (api.md 2.8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, LiteralString

from shared_code.rules.scope import Role
from shared_code.sql import sessions
from shared_code.sql.pool import Db, Rows, rows, scalars

CONTACT: Final[tuple[LiteralString, ...]] = ("name", "phone", "email", "address", "city", "state", "pin_code")


@dataclass(frozen=True)
class Standing:
    """An account while its row is locked. phone: ten digits; blocked: beside the status, by an Admin's order."""

    user_id: str
    role: str
    name: str | None
    phone: str | None
    email: str | None
    status: str
    blocked: bool

    @property
    def may_act(self) -> bool:
        """Whether it is let in."""
        return self.status == "active" and not self.blocked


_STANDING: Final[LiteralString] = "SELECT user_id, role, name, phone, email, status, blocked FROM user_account"


def find(db: Db, user_id: str) -> "Rows[Standing]":
    """An account as it stands at this moment."""
    return rows(db, Standing, f"{_STANDING} WHERE user_id = %(user_id)s", user_id=user_id)


def lock(db: Db, user_id: str, role: Role | None = None) -> "Rows[Standing]":
    """Lock an account, of that role if one is given. What hangs on its status waits for this row.

    Its live sessions are locked first, as each request of that person does with its own. Who calls this must not be
    activity of a session that could be one of these.
    """
    sessions.lock_live(db, user_id)
    return rows(
        db,
        Standing,
        f"{_STANDING} WHERE user_id = %(user_id)s AND role = coalesce(%(role)s, role) FOR NO KEY UPDATE",
        user_id=user_id,
        role=role,
    )


def lock_admins(db: Db, user_id: str) -> "Rows[Standing]":
    """Lock every Admin, to take that one away: of two who take away the last two, one comes second (LAST_ADMIN)."""
    sessions.lock_live(db, user_id)
    return rows(db, Standing, f"{_STANDING} WHERE role = 'Admin' ORDER BY user_id FOR NO KEY UPDATE")


def hold(db: Db, *, user_id: str | None = None, phone: str | None = None, lead_id: str | None = None) -> None:
    """Let a customer keep its phone until this transaction ends, for a lead that is to bear it.

    No partner is locked: a lead's own may be locked here already, and two such leads would wait for each other. Nor is
    a customer whose phone the locked lead `lead_id` bears already: who gives it another waits for the lead.
    """
    scalars(
        db,
        "SELECT user_id FROM user_account"
        " WHERE (user_id = %(user_id)s OR phone = %(phone)s) AND role = 'Customer'"
        " AND NOT EXISTS (SELECT FROM lead WHERE lead_id = %(lead_id)s AND phone = %(phone)s) FOR NO KEY UPDATE",
        user_id=user_id,
        phone=phone,
        lead_id=lead_id,
    )


_WISHED: Final[list[LiteralString]] = [
    f"CASE WHEN '{name}' = ANY (%(given)s) THEN %({name})s ELSE {name} END" for name in CONTACT
]


def change(db: Db, user_id: str, contact: Mapping[str, str | None]) -> None:
    """Write the given fields of CONTACT, None clears one. What says nothing new leaves no trace.

    Violates `phone_taken`, `email_taken`.
    """
    scalars(
        db,
        f"""
        UPDATE user_account SET ({", ".join(CONTACT)}) = ({", ".join(_WISHED)}), updated_at = now()
        WHERE user_id = %(user_id)s AND ({", ".join(CONTACT)}) IS DISTINCT FROM ({", ".join(_WISHED)})
        """,
        user_id=user_id,
        given=[name for name in CONTACT if name in contact],
        **{name: contact.get(name) for name in CONTACT},
    )


def set_status(db: Db, user_id: str, status: str) -> None:
    """Write the status of a locked account: pending, active or deactivated."""
    scalars(
        db,
        "UPDATE user_account SET status = %(status)s, updated_at = now()"
        " WHERE user_id = %(user_id)s AND status <> %(status)s",
        user_id=user_id,
        status=status,
    )


def set_blocked(db: Db, user_id: str, blocked: bool) -> None:
    """Block a locked account, or lift its block."""
    scalars(
        db,
        "UPDATE user_account SET blocked = %(blocked)s, updated_at = now()"
        " WHERE user_id = %(user_id)s AND blocked <> %(blocked)s",
        user_id=user_id,
        blocked=blocked,
    )


def note(db: Db, user_id: str, words: str) -> None:
    """Leave a note in the audit: a reason that no column holds."""
    scalars(db, "SELECT audit_note('user_account', %(user_id)s, %(words)s)", user_id=user_id, words=words)

"""Taking a person's access away, or giving it back: behind which locks, and of whom it is refused (api.md 2.8)."""

from shared_code.context import Context
from shared_code.errors import not_found
from shared_code.rules.admins import check_may_go
from shared_code.sql import accounts, password_resets, sessions
from shared_code.sql.accounts import Standing
from shared_code.sql.pool import Db


def lock(ctx: Context, user_id: str, *, takes_away: bool) -> Standing:
    """Lock whom the caller blocks or deactivates, or lets in again; an Admin is taken away behind a lock of them all.

    Raises Refusal `NOT_FOUND`, `LAST_ADMIN`. Who calls this must not be activity of a session: it may be locked here.
    """
    password_resets.lock(ctx.db, user_id)
    is_admin_taken = takes_away and user_id.startswith("ADM-")
    lock_them = accounts.lock_admins if is_admin_taken else accounts.lock
    locked = lock_them(ctx.db, user_id).fetchall()
    person = next((each for each in locked if each.user_id == user_id), None)
    if person is None:
        raise not_found("user")
    if is_admin_taken:
        check_may_go({each.user_id for each in locked if each.may_act}, ctx.caller.user_id, user_id)
    return person


def end(last: Db, user_id: str) -> None:
    """End what the person is let in with, as long as it is locked: its sessions, and a link that sets its password."""
    sessions.end_all(last, user_id, "account")
    password_resets.drop(last, user_id)

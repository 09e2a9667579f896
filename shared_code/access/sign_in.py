"""From a proven person to a session: what all ways of signing in share (rules.md 5.4, api.md 2.1)."""

import uuid
from datetime import datetime

from shared_code import identity
from shared_code.context import Context
from shared_code.opening import check_account
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import Role
from shared_code.sql import sessions
from shared_code.sql.people import Account
from shared_code.sql.pool import Db
from shared_code.wire.people import Session, User


def check_may_enter(account: Account) -> None:
    """Refuse an account that may not act: as `check_account` does, and what the sign-in used up stays used."""
    try:
        check_account(account.status, account.blocked)
    except Refusal as refusal:
        refusal.keep_writes = True
        raise


def open_session(db: Db, *, user_id: str | None = None, phone: str | None = None) -> str:
    """Begin a session for the user under that id, or the one who signs in with that phone; answers the session's id."""
    session_id = uuid.uuid4().hex
    sessions.open_session(db, session_id, user_id, phone)
    return session_id


def entered(account: Account | None) -> Account:
    """Who has come in with a phone. Refuses where, meanwhile, an Admin gave it another phone, or keeps it out."""
    if account is None:
        raise Refusal("OTP_EXPIRED", "This account has another phone by now. Ask for a code there.")
    check_may_enter(account)
    return account


def session_answer(
    ctx: Context,
    account: Account | None,
    session_id: str,
    signed_in_at: datetime,
    generation: int = 1,
    is_new_user: bool = False,
) -> Session:
    """The tokens of a session and who it is. Staff refresh until a day after sign-in, others for 30 days from now."""
    if account is None:
        raise LookupError("a session without its account")
    role = Role(account.role)
    start = signed_in_at if role in (Role.ADMIN, Role.KAM) else ctx.now
    tokens = identity.issue(
        ctx.settings, account.user_id, role, session_id, generation, ctx.now, start + identity.REFRESH_LIFE[role]
    )
    return Session(
        access_token=tokens.access,
        token=tokens.access,
        expires_in=tokens.expires_in,
        expires_at=tokens.expires_at,
        refresh_token=tokens.refresh,
        session_id=session_id,
        role=role,
        user_id=account.user_id,
        is_new_user=is_new_user,
        profile_complete=account.profile_complete,
        user=user_of(account),
    )


def user_of(account: Account) -> User:
    """The account as its owner sees it."""
    return User(
        id=account.user_id,
        role=Role(account.role),
        name=account.name,
        phone=account.phone,
        email=account.email,
        status=account.status,  # type: ignore[arg-type]  # the database holds no other
        state=account.state,
        kam_id=account.kam_id,
        organization_name=account.organization_name,
    )

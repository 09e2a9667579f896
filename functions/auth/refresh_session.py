"""Go on with a session: a refresh token for a fresh pair of tokens (api.md 2.1, rules.md 5.4)."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from shared_code import identity
from shared_code.access import sign_in
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.errors import KeptRefusal
from shared_code.opening import check_account
from shared_code.sql import people, sessions
from shared_code.wire import Ask
from shared_code.wire.people import Session

GRACE = timedelta(seconds=10)  # an answer may get lost on its way


class Refresh(Ask):
    """The refresh token of the last answer."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=4096, description="each is good once")]


@endpoint(
    "POST",
    "auth/refresh",
    address_limit="auth",
    refusals=("INVALID_TOKEN", "SESSION_EXPIRED", "USER_BLOCKED", "ACCOUNT_DEACTIVATED"),
)
def refresh_session(ask: Refresh, ctx: Context) -> Session:
    """Exchange a refresh token for a new pair of tokens; the old refresh token is dead then.

    Where the answer got lost, the same token gives a fresh pair for 10 seconds, unless the lost one was used. Any other
    use of a dead token is 401 and ends the session.
    """
    claims = identity.read_refresh(ctx.settings, ask.refresh_token, ctx.now)
    found = people.by_id(ctx.db, claims.user_id)
    rotated = sessions.rotate(
        ctx.db, claims.session_id, claims.generation, identity.IDLE_LIFE[claims.role], GRACE
    ).fetchone()
    account = found.fetchone()
    if account is not None:
        check_account(account.status, account.blocked)
    if rotated is None:
        sessions.end_reused(ctx.db, claims.session_id, claims.generation)
        raise KeptRefusal("SESSION_EXPIRED", "This session has ended. Sign in again.")
    ctx.commit()
    return sign_in.session_answer(ctx, account, claims.session_id, rotated.created_at, rotated.generation)

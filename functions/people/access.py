"""What an Admin does about somebody's access: block, end the sessions, take off the second factor (api.md 2.8)."""

from typing import Annotated

from pydantic import Field

from shared_code.access import removal
from shared_code.context import Context
from shared_code.endpoints import ADMIN, endpoint
from shared_code.errors import not_found
from shared_code.sql import accounts, people, second_factors, sessions
from shared_code.wire import Ask, View
from shared_code.wire.accounts import Blocked
from shared_code.wire.fields import UserId
from shared_code.wire.people import SecondFactorOff


class OneUser(Ask):
    """A person by its id."""

    user_id: UserId


class Block(OneUser):
    """Whether a person is to be locked out."""

    blocked: Annotated[bool, Field(description="true locks it out, false lets it in again", examples=[True])]


class SessionsEnded(View):
    """How many sessions were live and are over."""

    ended: int


@endpoint("PATCH", "users/{userId:regex(^(ADM|KAM|CP|CUST)-[0-9]+$)}/block", ADMIN, idle=True, refusals=("LAST_ADMIN",))
def block_user(ask: Block, ctx: Context) -> Blocked:
    """Lock a person out at once, or let it sign in again.

    Its sessions end; what it asks next is 403 `USER_BLOCKED`. Again is 200 and changes nothing. Nobody blocks itself,
    or the last active Admin (409).
    """
    removal.lock(ctx, ask.user_id, takes_away=ask.blocked)
    with ctx.finish() as last:
        if ask.blocked:
            removal.end(last, ask.user_id)
        accounts.set_blocked(last, ask.user_id, ask.blocked)
    return Blocked(user_id=ask.user_id, blocked=ask.blocked)


@endpoint("POST", "users/{userId:regex(^(ADM|KAM|CP|CUST)-[0-9]+$)}/endSessions", ADMIN, idle=True)
def end_sessions(ask: OneUser, ctx: Context) -> SessionsEnded:
    """End all sessions of a person, which may sign in again; of the caller itself this one too."""
    _check_there(ask.user_id, ctx)
    ended = sessions.end_all(ctx.db, ask.user_id, "admin").fetchall()
    with ctx.finish() as last:
        if ended:
            accounts.note(last, ask.user_id, "sessions ended")
    return SessionsEnded(ended=len(ended))


@endpoint("PATCH", "users/{userId:regex(^(ADM|KAM|CP|CUST)-[0-9]+$)}/resetTotp", ADMIN)
def reset_totp(ask: OneUser, ctx: Context) -> SecondFactorOff:
    """Take a lost second factor off a person, who signs in with the password alone then. Again is 200 too."""
    _check_there(ask.user_id, ctx)
    with ctx.finish() as last:
        second_factors.remove(last, ask.user_id)
    return SecondFactorOff()


def _check_there(user_id: str, ctx: Context) -> None:
    if people.by_id(ctx.db, user_id).fetchone() is None:
        raise not_found("user")

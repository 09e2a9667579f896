"""The session itself: who am I, and sign out (api.md 2.1)."""

from typing import Literal

from shared_code import sign_in
from shared_code.context import Context
from shared_code.endpoints import EVERYONE, endpoint
from shared_code.errors import not_found
from shared_code.sql import people, sessions
from shared_code.wire import Nothing, View
from shared_code.wire.people import User


class SignedOut(View):
    """The session is over."""

    signed_out: Literal[True] = True


@endpoint("GET", "auth/me", EVERYONE)
def get_me(ask: Nothing, ctx: Context) -> User:
    """Say who is signed in."""
    with ctx.finish() as last:
        found = people.by_id(last, ctx.caller.user_id)
    account = found.fetchone()
    if account is None:
        raise not_found("account")
    return sign_in.user_of(account)


@endpoint("POST", "auth/logout", EVERYONE, idle=True, when_ended=SignedOut())
def logout(ask: Nothing, ctx: Context) -> SignedOut:
    """End this session; a session that has ended already is fine too."""
    with ctx.finish() as last:
        sessions.end(last, ctx.caller.session_id, ctx.caller.user_id, "logout")
    return SignedOut()


@endpoint("POST", "auth/logoutAll", EVERYONE, idle=True, when_ended=SignedOut())
def logout_all(ask: Nothing, ctx: Context) -> SignedOut:
    """End every session of the caller."""
    with ctx.finish() as last:
        sessions.end_all(last, ctx.caller.user_id, "logout")
    return SignedOut()

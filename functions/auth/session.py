"""The session itself: who am I, where else am I signed in, and sign out (api.md 2.1)."""

from typing import Literal

from shared_code import identity
from shared_code.access import sign_in
from shared_code.context import Context
from shared_code.endpoints import EVERYONE, endpoint
from shared_code.errors import not_found
from shared_code.sql import lists, people, sessions
from shared_code.wire import Ask, Json, Nothing, Page, View
from shared_code.wire.fields import PageAsk, SessionId
from shared_code.wire.people import LiveSession, User


class SignedOut(View):
    """The session is over."""

    signed_out: Literal[True] = True


class SessionFilters(PageAsk):
    """Which of the caller's sessions."""

    sort_by: Literal["createdAt"] | None = None


class OneSession(Ask):
    """A session by its id."""

    session_id: SessionId


@endpoint("GET", "auth/me", EVERYONE, without_factor=True)
def get_me(ask: Nothing, ctx: Context) -> User:
    """Show who is signed in."""
    with ctx.finish() as last:
        found = people.by_id(last, ctx.caller.user_id)
    account = found.fetchone()
    if account is None:
        raise not_found("account")
    return sign_in.user_of(account)


@endpoint("POST", "auth/logout", EVERYONE, idle=True, when_ended=SignedOut(), without_factor=True)
def logout(ask: Nothing, ctx: Context) -> SignedOut:
    """End this session; 200 also when it has ended already."""
    with ctx.finish() as last:
        sessions.end(last, ctx.caller.session_id, ctx.caller.user_id, "logout")
    return SignedOut()


@endpoint("POST", "auth/logoutAll", EVERYONE, idle=True, when_ended=SignedOut(), without_factor=True)
def logout_all(ask: Nothing, ctx: Context) -> SignedOut:
    """End all sessions of the caller, on every device; 200 also when this one has ended already."""
    with ctx.finish() as last:
        sessions.end_all(last, ctx.caller.user_id, "logout")
    return SignedOut()


@endpoint("GET", "auth/sessions", EVERYONE)
def list_sessions(ask: SessionFilters, ctx: Context) -> Json[Page[LiveSession]]:
    """List the caller's live sessions, the newest sign-in first."""
    with ctx.finish() as last:
        idle = identity.IDLE_LIFE[ctx.caller.role]
        page = sessions.live_page(last, ctx.caller, idle, lists.Wanted(**ask.model_dump()))
    return Json(ctx.there(page.fetchone()))


@endpoint("DELETE", "auth/sessions/{sessionId:regex(^[0-9a-f]+$)}", EVERYONE, idle=True)
def end_session(ask: OneSession, ctx: Context) -> SignedOut:
    """End one of the caller's live sessions, such as that of a lost phone."""
    with ctx.finish() as last:
        ended = sessions.end(last, ask.session_id, ctx.caller.user_id, "logout")
    if ended.fetchone() is None:
        raise not_found("session")
    return SignedOut()

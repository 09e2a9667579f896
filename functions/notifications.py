"""What the apps tell their user: what others did, and what is to be done (api.md 2.7)."""

from typing import Annotated, Literal

from pydantic import Field

from shared_code.context import Context
from shared_code.endpoints import EVERYONE, endpoint
from shared_code.errors import not_found
from shared_code.sql import notifications
from shared_code.wire import Ask, Json, Nothing, View
from shared_code.wire.fields import NotificationId, PageAsk
from shared_code.wire.notifications import NotificationPage


class NotificationFilters(PageAsk):
    """`unread`: only those."""

    sort_by: Literal["createdAt"] | None = None
    unread: Annotated[bool, Field(description="only those that are unread")] = False


class OneNotification(Ask):
    """A notification by its id."""

    notification_id: NotificationId


class MarkedRead(View):
    """How many are marked read."""

    marked: int


@endpoint("GET", "notifications", EVERYONE, idle=True)
def list_notifications(ask: NotificationFilters, ctx: Context) -> Json[NotificationPage]:
    """List the caller's own notifications, newest first, with how many are unread.

    They come to no phone by themselves: the apps ask. Asking does not keep a session alive.
    """
    with ctx.finish() as last:
        page = notifications.page(last, ctx.caller.user_id, notifications.Wanted(**ask.model_dump()))
    return Json(ctx.there(page.fetchone()))


@endpoint("PATCH", "notifications/{notificationId:regex(^NOTIF-[0-9]+$)}/read", EVERYONE)
def mark_notification_read(ask: OneNotification, ctx: Context) -> MarkedRead:
    """Mark one of the caller's own notifications read; again is 200 too."""
    with ctx.finish() as last:
        marked = notifications.mark_read(last, ctx.caller.user_id, ask.notification_id)
    if not (ids := marked.fetchall()):
        raise not_found("notification")
    return MarkedRead(marked=len(ids))


@endpoint("PATCH", "notifications/readAll", EVERYONE)
def mark_all_notifications_read(ask: Nothing, ctx: Context) -> MarkedRead:
    """Mark all of the caller's own notifications read; answers how many were not."""
    with ctx.finish() as last:
        marked = notifications.mark_read(last, ctx.caller.user_id, None)
    return MarkedRead(marked=len(marked.fetchall()))

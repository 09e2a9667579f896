"""A notification, as the clients see it (api.md 2.7)."""

from typing import Any, Literal

from shared_code.wire import Page, View
from shared_code.wire.fields import Instant


class Notification(View):
    """One thing a person is told; `data` names what it is about."""

    id: str
    type: str
    title: str
    message: str
    severity: Literal["info", "success", "warning", "error"]
    read: bool
    created_at: Instant
    data: dict[str, Any]


class NotificationPage(Page[Notification]):
    """A list of notifications, and how many are unread in all."""

    unread_count: int

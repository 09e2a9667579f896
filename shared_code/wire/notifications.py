"""A notification, as the clients see it (api.md 2.7)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from shared_code.wire import Page, View
from shared_code.wire.fields import Instant


class Notification(View):
    """One thing a person is told."""

    id: Annotated[str, Field(examples=["NOTIF-1001"])]
    type: Annotated[str, Field(description="what happened, for programs", examples=["quotationShared"])]
    title: Annotated[str, Field(examples=["New quotation"])]
    message: str
    severity: Literal["info", "success", "warning", "error"]
    read: bool
    created_at: Instant
    data: Annotated[
        dict[str, Any],
        Field(
            description="the ids of what it is about", examples=[{"leadId": "LEAD-1001", "quotationId": "QUOT-1001"}]
        ),
    ]


class NotificationPage(Page[Notification]):
    """A list of notifications, and how many are unread in all."""

    unread_count: Annotated[int, Field(description="of all of the caller's, whatever was filtered")]

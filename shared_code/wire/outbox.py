"""Messages that wait, went or were given up, as Admins see them (api.md 2.8)."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared_code.sql.outbox import Channel
from shared_code.wire import Ask, View
from shared_code.wire.fields import Instant, Many, PageAsk

Template = Literal["cpApproved", "kamWelcome"]
State = Literal["waiting", "sent", "givenUp"]
MessageId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{1,18}$"),
    Field(description="the number of a message", examples=["1001"]),
]


class OutboxFilters(PageAsk):
    """What the list of messages can be narrowed by."""

    sort_by: Literal["createdAt"] | None = None
    state: Many[State] = ()
    channel: Many[Channel] = ()
    template: Many[Template] = ()


class OneMessage(Ask):
    """A message by its id."""

    message_id: MessageId


class OutboxMessage(View):
    """One message to one person."""

    message_id: MessageId
    channel: Channel
    template: Template
    to: Annotated[str, Field(description="the last four characters of the phone or address", examples=["0201"])]
    state: State
    attempts: Annotated[int, Field(description="how often it was tried since it was made or retried")]
    next_attempt_at: Annotated[Instant | None, Field(description="null unless it waits; ISO 8601, UTC")]
    last_error: Annotated[str | None, Field(description="why it last failed", examples=["HTTP 503"])]
    created_at: Instant

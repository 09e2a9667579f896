"""The audit, as an Admin reads it: who changed which row, from what, to what (api.md 2.8)."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from shared_code.rules.scope import Role
from shared_code.wire import View
from shared_code.wire.fields import Instant

Entity = Literal[
    "user_account", "kam", "customer", "channel_partner", "lead", "quotation", "commission", "document",
    "document_version", "panel", "inverter", "bom_item", "structure", "state", "discom", "fee", "other_charge",
    "subsidy_scheme", "gst_rate", "setting", "outbox_message",
]  # fmt: skip
AuditedId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$"),
    Field(
        description="the record's id: LEAD-1001, PNL001, the name of a setting; of a document's version the document's",
        examples=["LEAD-1001"],
    ),
]
ActorId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$"),
    Field(
        description="who did it: a user's id, the name of a function that ran by itself, or operator",
        examples=["ADM-1001"],
    ),
]


class AuditEntry(View):
    """One write to one record. `before` and `after` hold its columns: of an update those that changed.

    A note says in words, in `after`, what changed no column.
    """

    id: Annotated[str, Field(examples=["1001"])]
    entity: Entity
    entity_id: Annotated[str, Field(examples=["LEAD-1001"])]
    action: Literal["insert", "update", "delete", "note"]
    actor_id: Annotated[str | None, Field(description="a user, a function that ran by itself, or operator")]
    actor_role: Role | Literal["System"] | None
    at: Instant
    before: dict[str, Any]
    after: dict[str, Any]
    request_id: Annotated[str | None, Field(description="the X-Correlation-ID of the request")]

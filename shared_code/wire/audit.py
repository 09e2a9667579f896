"""The audit, as an Admin reads it: who changed which row, from what, to what (api.md 2.8)."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from shared_code.rules.scope import Role
from shared_code.wire import View
from shared_code.wire.fields import Instant

Entity = Literal[
    "user_account", "kam", "customer", "channel_partner", "lead", "quotation", "commission", "document",
    "document_version", "panel", "inverter", "bom_item", "structure", "state", "discom", "fee", "other_charge",
    "subsidy_scheme", "gst_rate", "setting",
]  # fmt: skip
AuditedId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$"),
    Field(description="of a row as its table has it; of a document's version that of the document"),
]
ActorId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$"),
    Field(description="of a user; a function that runs by itself has its name, an operator is `operator`"),
]


class AuditEntry(View):
    """One write to one row. `before` and `after` are columns: of an update those that changed, of a note its words."""

    id: str
    entity: Entity
    entity_id: str
    action: Literal["insert", "update", "delete", "note"]
    actor_id: str | None
    actor_role: Role | Literal["System"] | None
    at: Instant
    before: dict[str, Any]
    after: dict[str, Any]
    request_id: str | None

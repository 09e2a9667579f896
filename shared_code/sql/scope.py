"""Whose rows a caller sees: a predicate per role and entity; what hangs on a lead is in its scope (rules.md 2.1)."""

from collections.abc import Mapping
from typing import Final, Literal, LiteralString

from shared_code.rules.scope import Role
from shared_code.sql.pool import Db, Rows, scalars

Entity = Literal["lead", "quotation", "document", "commission", "customer", "channel partner"]

LEADS: Final[Mapping[Role, LiteralString]] = {
    Role.ADMIN: "true",
    Role.KAM: "l.assigned_to IN (SELECT cp_id FROM channel_partner WHERE kam_id = %(me)s)",
    Role.CP: "l.assigned_to = %(me)s",
    Role.CUSTOMER: "l.customer_id = %(me)s",
}

# A customer's own papers hang on the person: seen by whoever has a lead of theirs.
CUSTOMERS: Final[Mapping[Role, LiteralString]] = {
    Role.ADMIN: "true",
    Role.KAM: f"EXISTS (SELECT FROM lead l WHERE l.customer_id = c.customer_id AND {LEADS[Role.KAM]})",
    Role.CP: f"EXISTS (SELECT FROM lead l WHERE l.customer_id = c.customer_id AND {LEADS[Role.CP]})",
    Role.CUSTOMER: "c.customer_id = %(me)s",
}

PARTNERS: Final[Mapping[Role, LiteralString]] = {
    Role.ADMIN: "true",
    Role.KAM: "c.kam_id = %(me)s",
    Role.CP: "c.cp_id = %(me)s",
    Role.CUSTOMER: "false",
}

KAMS: Final[Mapping[Role, LiteralString]] = {
    Role.ADMIN: "true",
    Role.KAM: "kam.kam_id = %(me)s",
    Role.CP: "false",
    Role.CUSTOMER: "false",
}

# A commission is its partner's for ever, whoever has the lead now (rules.md 4.1).
COMMISSIONS: Final[Mapping[Role, LiteralString]] = {
    Role.ADMIN: "true",
    Role.KAM: "m.cp_id IN (SELECT cp_id FROM channel_partner WHERE kam_id = %(me)s)",
    Role.CP: "m.cp_id = %(me)s",
    Role.CUSTOMER: "false",
}

_EXISTS: Final[Mapping[Entity, LiteralString]] = {
    "lead": "SELECT 1 FROM lead WHERE lead_id = %(id)s",
    "quotation": "SELECT 1 FROM quotation WHERE quotation_reference = %(id)s",
    "document": "SELECT 1 FROM document WHERE doc_id = %(id)s AND state <> 'Deleted'",
    "commission": "SELECT 1 FROM commission WHERE commission_id = %(id)s",
    "customer": "SELECT 1 FROM customer WHERE customer_id = %(id)s",
    "channel partner": "SELECT 1 FROM channel_partner WHERE cp_id = %(id)s",
}


def exists(db: Db, entity: Entity, entity_id: str) -> "Rows[int]":
    """Whether there is such a thing at all, in scope or not."""
    return scalars(db, _EXISTS[entity], id=entity_id)

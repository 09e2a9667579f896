"""Whose rows a caller sees: a predicate per role and entity; what hangs on a lead is in its scope (rules.md 2.1)."""

from collections.abc import Mapping
from typing import Final, Literal, LiteralString

from shared_code.rules.scope import Role
from shared_code.sql.pool import Db, Rows, scalars

Entity = Literal["lead", "quotation", "document", "commission", "customer", "channel partner", "KAM"]

LEADS: Final[Mapping[Role, LiteralString]] = {
    Role.ADMIN: "true",
    Role.KAM: "l.assigned_to IN (SELECT cp_id FROM channel_partner WHERE kam_id = %(me)s)",
    Role.CP: "l.assigned_to = %(me)s",
    Role.CUSTOMER: "l.customer_id = %(me)s",
}

# The same where the lead is locked: after waiting, PostgreSQL judges the lead anew, but with the row it was joined to
# before, and a lead that went from one partner of a KAM to another would be out of its scope.
LOCKED_LEADS: Final[Mapping[Role, LiteralString]] = {
    **LEADS,
    Role.KAM: "%(me)s = (SELECT kam_id FROM channel_partner WHERE cp_id = l.assigned_to)",
}

# A customer's own papers hang on the person: seen by whoever has a lead of theirs.
CUSTOMERS: Final[Mapping[Role, LiteralString]] = {
    Role.ADMIN: "true",
    Role.KAM: f"EXISTS (SELECT FROM lead l WHERE l.customer_id = c.customer_id AND {LEADS[Role.KAM]})",
    Role.CP: f"EXISTS (SELECT FROM lead l WHERE l.customer_id = c.customer_id AND {LEADS[Role.CP]})",
    Role.CUSTOMER: "c.customer_id = %(me)s",
}

# The same for a list, and for a list of what hangs on leads: PostgreSQL begins with the caller's leads, whose ids it
# looks up in an index. Asked as above it would look at everything there is.
LISTED_CUSTOMERS: Final[Mapping[Role, LiteralString]] = {
    **CUSTOMERS,
    Role.KAM: f"c.customer_id = ANY (ARRAY(SELECT l.customer_id FROM lead l WHERE {LEADS[Role.KAM]}))",
    Role.CP: f"c.customer_id = ANY (ARRAY(SELECT l.customer_id FROM lead l WHERE {LEADS[Role.CP]}))",
}


def of_leads(role: Role, column: LiteralString, which: LiteralString = "true") -> LiteralString:
    """`column` is the id of a lead in scope, of those `l` of which `which` is true."""
    return f"{column} = ANY (ARRAY(SELECT l.lead_id FROM lead l WHERE {LEADS[role]} AND {which}))"


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
    "KAM": "SELECT 1 FROM kam WHERE kam_id = %(id)s",
}


def exists(db: Db, entity: Entity, entity_id: str) -> "Rows[int]":
    """Whether there is such a thing at all, in scope or not."""
    return scalars(db, _EXISTS[entity], id=entity_id)

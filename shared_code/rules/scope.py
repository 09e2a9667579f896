"""Who may do what: roles, the caller, and the table of permissions (rules.md 2.1, 2.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is to the business, exactly as on the wire."""

    ADMIN = "Admin"
    KAM = "KAM"
    CP = "CP"
    CUSTOMER = "Customer"


@dataclass(frozen=True)
class Caller:
    """The signed-in person behind a request, as session and database know it."""

    user_id: str
    role: Role
    session_id: str
    name: str | None


class Action(StrEnum):
    """The rows of rules.md 2.2."""

    LEAD_READ = "lead list, detail, timeline"
    LEAD_CREATE = "lead create"
    LEAD_EDIT = "lead edit"
    STATUS = "status within matrix"
    OVERRIDE = "status override"
    REASSIGN = "reassign"
    QUOTATION_OFFER = "quotation create, preview, share"
    QUOTATION_ANSWER = "quotation accept, reject"
    UPLOAD = "KYC and lead document upload"
    KYC_REVIEW = "KYC approve, reject"
    DOCUMENT_DELETE = "document delete"
    COMMISSION_VIEW = "commissions view"
    COMMISSION_SETTLE = "commissions approve, pay"
    MASTER_WRITE = "channel partners, KAMs, master data: write"
    OWN_AFFAIRS = "notifications, profile"
    SYNC = "sync"


_EVERYBODY = frozenset(Role)
_SELLERS = frozenset({Role.ADMIN, Role.KAM, Role.CP})
_STAFF = frozenset({Role.ADMIN, Role.KAM})
_ADMIN = frozenset({Role.ADMIN})

# An Admin acts on everything, every other role on what its scope holds; the scope itself is a predicate of the SQL.
PERMISSIONS: Mapping[Action, frozenset[Role]] = {
    Action.LEAD_READ: _EVERYBODY,
    Action.LEAD_CREATE: _EVERYBODY,
    Action.LEAD_EDIT: _SELLERS,
    Action.STATUS: _SELLERS,
    Action.OVERRIDE: _STAFF,
    Action.REASSIGN: _STAFF,
    Action.QUOTATION_OFFER: _SELLERS,
    Action.QUOTATION_ANSWER: _STAFF | {Role.CUSTOMER},
    Action.UPLOAD: _EVERYBODY,
    Action.KYC_REVIEW: _STAFF,
    Action.DOCUMENT_DELETE: frozenset({Role.ADMIN, Role.CP}),
    Action.COMMISSION_VIEW: _SELLERS,
    Action.COMMISSION_SETTLE: _ADMIN,
    Action.MASTER_WRITE: _ADMIN,
    Action.OWN_AFFAIRS: _EVERYBODY,
    Action.SYNC: frozenset({Role.CP, Role.CUSTOMER}),
}


def may(role: Role, action: Action) -> bool:
    """Whether the role may do it at all, be it in its scope only."""
    return role in PERMISSIONS[action]


def may_read_older(role: Role) -> bool:
    """Whether the role reads older versions of a document (rules.md 6.6)."""
    return role in _STAFF


def may_delete_document(role: Role, is_kyc: bool) -> bool:
    """Whether the role deletes such a document in its scope: an Admin any, a partner a lead's, never KYC."""
    return may(role, Action.DOCUMENT_DELETE) and (role is Role.ADMIN or not is_kyc)

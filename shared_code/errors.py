"""Every refusal this backend can answer: a stable code, its HTTP status, a sentence, details (api.md 1).

Refusal                 a rule says no (rules/refusal.py): everything done in the request is undone
├── KeptRefusal         says no, and what the request wrote stays: a wrong code has to count
└── RateLimited         says no until the window is over
"""

from collections.abc import Mapping
from typing import Final

import psycopg

from shared_code.rules.refusal import Refusal

_BY_STATUS: Final[Mapping[int, str]] = {
    400: "VALIDATION_ERROR FILE_TOO_LARGE UNSUPPORTED_FILE_TYPE",
    401: "AUTH_REQUIRED INVALID_TOKEN SESSION_EXPIRED INVALID_CREDENTIALS INVALID_OTP OTP_EXPIRED",
    403: "FORBIDDEN ACCOUNT_PENDING ACCOUNT_DEACTIVATED USER_BLOCKED OUT_OF_SCOPE",
    404: "NOT_FOUND",
    409: "DOCUMENT_LIMIT_EXCEEDED DOCUMENT_STATE KYC_LOCKED QUOTATION_NOT_SHARED QUOTATION_EXPIRED "
    "QUOTATION_ALREADY_ACCEPTED LEAD_CLOSED REFERENCE_SET OPEN_LEADS DUPLICATE_PHONE DUPLICATE_EMAIL "
    "DUPLICATE_UTR COMMISSION_STATE PERIOD_OVERLAP LAST_ADMIN STALE_VERSION IDEMPOTENCY_CONFLICT",
    413: "BODY_TOO_LARGE",
    422: "INVALID_STATUS_TRANSITION RULE_VIOLATION MASTER_DATA_MISSING PROFILE_INCOMPLETE",
    423: "OTP_LOCKED LOGIN_LOCKED",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR PDF_FAILED STORAGE_FAILED",
    502: "SMS_DELIVERY_FAILED EMAIL_DELIVERY_FAILED",
    503: "PROVIDER_BUSY NOT_READY",
}
STATUS: Final[Mapping[str, int]] = {code: status for status, codes in _BY_STATUS.items() for code in codes.split()}

# A violated constraint is the truth; here is what it means to a caller.
CONSTRAINTS: Final[Mapping[str, tuple[str, str]]] = {
    "phone_taken": ("DUPLICATE_PHONE", "This phone number belongs to another account."),
    "email_taken": ("DUPLICATE_EMAIL", "This e-mail address belongs to another account."),
    "utr_taken": ("DUPLICATE_UTR", "This UTR is already recorded for another commission."),
    "quotation_one_accepted": ("QUOTATION_ALREADY_ACCEPTED", "Another quotation of this lead is already accepted."),
    "erased_for_good": ("NOT_FOUND", "This person was erased. Its account stays as it is."),
    "discom_state": ("MASTER_DATA_MISSING", "There is no such state."),
    "fee_discom": ("MASTER_DATA_MISSING", "There is no such DISCOM in this state."),
}
_DATED: Final = "panel inverter bom_item structure state discom fee other_charge subsidy_scheme gst_rate setting"
_BEGINS_TWICE: Final = {f"{table}_pkey" for table in _DATED.split()} | {"period_not_empty"}
_OVERLAP: Final = ("PERIOD_OVERLAP", "Another period holds at that time already, or begins later.")


class KeptRefusal(Refusal):
    """A refusal whose writes are committed all the same (architecture, decision 5)."""

    keep_writes = True


class RateLimited(Refusal):
    """Too often: `limit` requests in a window that is over in `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        wait = max(1, round(seconds))
        super().__init__("RATE_LIMITED", "Too many requests. Wait a moment.", retry_after=wait, limit=limit)


def headers_of(refusal: Refusal) -> dict[str, str]:
    """`Retry-After`, and `X-RateLimit-*` of a limit (api.md 1)."""
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    if refusal.code == "RATE_LIMITED":
        headers |= {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(refusal.retry_after or 1)}
    if refusal.limit is not None:
        headers["X-RateLimit-Limit"] = str(refusal.limit)
    return headers


def not_found(what: str) -> Refusal:
    """404: there is no such thing, or it is not the caller's."""
    return Refusal("NOT_FOUND", f"There is no such {what}.")


def of_database(error: psycopg.Error) -> Refusal | None:
    """The refusal that a violated constraint stands for, if it stands for one."""
    name = error.diag.constraint_name or ""
    known = _OVERLAP if name in _BEGINS_TWICE or name.endswith("_overlap") else CONSTRAINTS.get(name)
    return Refusal(*known) if known else None

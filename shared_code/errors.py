"""Every refusal this backend can answer: a stable code, its HTTP status, a sentence, details (api.md 1).

Refusal                 a rule says no (rules/refusal.py): everything done in the request is undone
├── KeptRefusal         says no, and what the request wrote stays: a wrong code has to count
└── RateLimited         says no until the window is over
"""

from collections.abc import Mapping
from typing import Final

import psycopg

from shared_code.rules.refusal import Refusal

STATUS: Final[Mapping[str, int]] = {
    "VALIDATION_ERROR": 400, "FILE_TOO_LARGE": 400, "UNSUPPORTED_FILE_TYPE": 400,
    "AUTH_REQUIRED": 401, "INVALID_TOKEN": 401, "SESSION_EXPIRED": 401, "INVALID_CREDENTIALS": 401, "INVALID_OTP": 401, "OTP_EXPIRED": 401,
    "FORBIDDEN": 403, "ACCOUNT_PENDING": 403, "ACCOUNT_DEACTIVATED": 403, "USER_BLOCKED": 403, "OUT_OF_SCOPE": 403,
    "NOT_FOUND": 404,
    "DOCUMENT_LIMIT_EXCEEDED": 409, "DOCUMENT_STATE": 409, "KYC_LOCKED": 409, "QUOTATION_NOT_SHARED": 409, "QUOTATION_EXPIRED": 409,
    "QUOTATION_ALREADY_ACCEPTED": 409, "LEAD_CLOSED": 409, "REFERENCE_SET": 409, "OPEN_LEADS": 409, "DUPLICATE_PHONE": 409,
    "DUPLICATE_EMAIL": 409, "DUPLICATE_UTR": 409, "COMMISSION_STATE": 409, "PERIOD_OVERLAP": 409, "LAST_ADMIN": 409,
    "STALE_VERSION": 409, "IDEMPOTENCY_CONFLICT": 409,
    "BODY_TOO_LARGE": 413,
    "INVALID_STATUS_TRANSITION": 422, "RULE_VIOLATION": 422, "MASTER_DATA_MISSING": 422, "PROFILE_INCOMPLETE": 422,
    "OTP_LOCKED": 423, "LOGIN_LOCKED": 423,
    "RATE_LIMITED": 429,
    "INTERNAL_ERROR": 500, "PDF_FAILED": 500, "STORAGE_FAILED": 500,
    "SMS_DELIVERY_FAILED": 502, "EMAIL_DELIVERY_FAILED": 502, "PROVIDER_BUSY": 503, "NOT_READY": 503,
}  # fmt: skip

# A violated constraint is the truth; here is what it means to a caller.
CONSTRAINTS: Final[Mapping[str, tuple[str, str]]] = {
    "phone_taken": ("DUPLICATE_PHONE", "This phone number belongs to another account."),
    "email_taken": ("DUPLICATE_EMAIL", "This e-mail address belongs to another account."),
    "utr_taken": ("DUPLICATE_UTR", "This UTR is already recorded for another commission."),
    "quotation_one_accepted": ("QUOTATION_ALREADY_ACCEPTED", "Another quotation of this lead is already accepted."),
}


class KeptRefusal(Refusal):
    """A refusal whose writes are committed all the same (architecture, decision 5)."""


class RateLimited(Refusal):
    """Too often: `limit` requests in a window that is over in `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        super().__init__("RATE_LIMITED", "Too many requests. Wait a moment.", retry_after=max(1, round(seconds)))
        self.limit = limit


def headers_of(refusal: Refusal) -> dict[str, str]:
    """`Retry-After`, and `X-RateLimit-*` of a limit (api.md 1)."""
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    if refusal.code == "RATE_LIMITED":
        headers |= {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(refusal.retry_after or 1)}
    if isinstance(refusal, RateLimited):
        headers["X-RateLimit-Limit"] = str(refusal.limit)
    return headers


def not_found(what: str) -> Refusal:
    """404: there is no such thing, or it is not the caller's."""
    return Refusal("NOT_FOUND", f"There is no such {what}.")


def of_database(error: psycopg.Error) -> Refusal | None:
    """The refusal that a violated constraint stands for, if it stands for one."""
    known = CONSTRAINTS.get(error.diag.constraint_name or "")
    return Refusal(*known) if known else None


def kept(refusal: Refusal) -> KeptRefusal:
    """The same refusal, with the request's writes committed."""
    return KeptRefusal(refusal.code, refusal.message, refusal.details, refusal.retry_after)

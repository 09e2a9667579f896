"""When each refusal comes and how it reads: what the reference says beside the codes (api.md 1)."""

from collections.abc import Mapping
from typing import Any, Final

from shared_code.errors import STATUS

# Code: when it comes; an example of its message and, where it has some, of its details.
WHEN: Final[Mapping[str, tuple[str, str] | tuple[str, str, Mapping[str, Any]]]] = {
    "VALIDATION_ERROR": (
        "The request cannot be read: not JSON, or fields are missing, unknown or malformed; `details` names them all.",
        "Please correct: phone, pinCode.",
        {"phone": "is missing", "pinCode": "six digits, the first not 0, are needed"},
    ),
    "FILE_TOO_LARGE": (
        "The file is larger than 10 MB.",
        "The file is larger than 10 MB; send a smaller one.",
        {"fileSize": "at most 10485760 bytes"},
    ),
    "UNSUPPORTED_FILE_TYPE": (
        "The name, declared type or content is not that of a PDF, JPEG or PNG file, or the three disagree.",
        "Only PDF, JPEG and PNG files are taken.",
        {"fileName": "must end in .pdf, .jpg, .jpeg or .png"},
    ),
    "AUTH_REQUIRED": ("The request brings no token.", "Sign in first: this needs a token."),
    "INVALID_TOKEN": (
        "The token is unreadable or forged; of a mailed link: unknown, used or too old.",
        "This token is not one of ours. Sign in again.",
    ),
    "SESSION_EXPIRED": (
        "The session has expired, was idle for too long, or was ended.",
        "This session has ended. Sign in again.",
    ),
    "INVALID_CREDENTIALS": ("E-mail address or password is wrong.", "E-mail address or password is wrong."),
    "INVALID_OTP": ("The code is wrong; of a second factor: or was used already.", "This code is wrong."),
    "OTP_EXPIRED": (
        "No code is alive for this phone and purpose: none was sent, it is older than 120 seconds, or it was used.",
        "This code is no longer valid. Ask for a new one.",
    ),
    "FORBIDDEN": ("The caller's role may not do this.", "Your role may not do this."),
    "ACCOUNT_PENDING": (
        "A partner's registration waits for an Admin.",
        "Your registration is waiting for Solarium's approval.",
    ),
    "ACCOUNT_DEACTIVATED": ("The account is deactivated.", "This account is deactivated. Speak to Solarium."),
    "USER_BLOCKED": ("The account is blocked.", "This account is blocked. Speak to Solarium."),
    "OUT_OF_SCOPE": (
        "To a KAM alone: the record, or the partner that is named, is not one of its own partners'.",
        "This lead does not belong to one of your channel partners.",
    ),
    "NOT_FOUND": (
        "There is no such record; to partners and customers also: it is not theirs.",
        "There is no such lead.",
    ),
    "DOCUMENT_LIMIT_EXCEEDED": (
        "The lead has its seven documents already, those counted that are awaited or being checked.",
        "The lead has 7 documents; delete one before you add another.",
        {"activeCount": 7, "limit": 7},
    ),
    "DOCUMENT_STATE": (
        "The document is in a state (awaited, being checked, rejected, …) that does not allow this.",
        "The document is Checking: it can be replaced once it was checked.",
    ),
    "KYC_LOCKED": (
        "The KYC document is approved: it is neither reviewed again, nor replaced, restored or deleted.",
        "This document is approved and can no longer be replaced or deleted.",
    ),
    "QUOTATION_NOT_SHARED": (
        "To accept or reject it: the quotation is not `Shared`. To share it: it is accepted or rejected already.",
        "QUOT-1001 is Rejected; only a shared one is answered.",
    ),
    "QUOTATION_EXPIRED": (
        "The quotation's last valid day, `validUntil`, is over.",
        "QUOT-1001 was valid until 2026-11-20; make a new one.",
    ),
    "QUOTATION_ALREADY_ACCEPTED": (
        "The lead has an accepted quotation. Where `override` can be sent, Admin and KAM go on with it and a reason.",
        "QUOT-1001 of this lead is already accepted.",
    ),
    "LEAD_CLOSED": (
        "The lead is Under Execution, Executed or lost: its quotations are closed.",
        "The lead is Executed: its quotations can no longer change.",
    ),
    "REFERENCE_SET": (
        "`quotationRef` or `tokenNumber` is set to another value already, and replaced by an override alone.",
        "Already set, and changed only by an override: tokenNumber.",
        {"tokenNumber": "is already TOK-1"},
    ),
    "OPEN_LEADS": (
        "The partner still has leads that are neither Executed nor lost; `details.count` says how many.",
        "Reassign its open leads first: 3.",
        {"count": 3},
    ),
    "DUPLICATE_PHONE": (
        "The phone belongs to another account; for a lead's customer: to a partner.",
        "This phone number belongs to another account.",
    ),
    "DUPLICATE_EMAIL": ("The address belongs to another account.", "This e-mail address belongs to another account."),
    "DUPLICATE_UTR": (
        "The UTR is that of another payment.",
        "This UTR is already recorded for another commission.",
    ),
    "COMMISSION_STATE": (
        "The commission is not at this step: only Pending is approved, only Approved is paid, once.",
        "The commission is Pending: it is paid once it is approved.",
    ),
    "PERIOD_OVERLAP": (
        "Another period of this row, or another row for the same thing, holds at that time or begins later.",
        "Another period holds at that time already, or begins later.",
    ),
    "LAST_ADMIN": ("It would take away the last active Admin, or the caller itself.", "The last active Admin stays."),
    "STALE_VERSION": (
        "The record is no longer as the caller saw it; of a lead `details` says what changed, by whom and when.",
        "LEAD-1001 was changed in the meantime; look at it again.",
        {
            "currentVersion": 4,
            "changed": {
                "followUpDate": {
                    "from": "2026-11-22",
                    "to": "2026-11-28",
                    "by": "CP-1001",
                    "at": "2026-11-21T09:30:00.000Z",
                }
            },
        },
    ),
    "IDEMPOTENCY_CONFLICT": (
        "This Idempotency-Key came with another request in the last 24 hours.",
        "This Idempotency-Key was used for another request.",
    ),
    "BODY_TOO_LARGE": (
        "The body is larger than 1 MiB, a form with a file larger than 11 MiB.",
        "A request's body may have 1 MiB.",
    ),
    "INVALID_STATUS_TRANSITION": (
        "The lead cannot go from its status to that one; `allowedNextStatuses` of the lead says where it can go.",
        "Invalid status transition from Won to Executed.",
        {"newStatus": "Won may go to Pending at Solarium"},
    ),
    "RULE_VIOLATION": (
        "The request is readable, but against a rule of the business; `details` names field and bounds, or why.",
        "Outside what is allowed: dealerAddOnPerKw.",
        {"dealerAddOnPerKw": "at most 2000"},
    ),
    "MASTER_DATA_MISSING": (
        "Master data has no active row for this choice at this time; `details` names it.",
        "No master data for this choice: discom.",
        {"discom": "nothing in force for UGVCL"},
    ),
    "PROFILE_INCOMPLETE": (
        "The customer's own profile lacks its name, address, state or pin code.",
        "Complete your profile first: name, address, state and pin code.",
    ),
    "OTP_LOCKED": (
        "Five wrong codes within 15 minutes: this phone can neither be sent a code nor use one until `Retry-After`.",
        "Too many wrong codes; try again in 600 seconds.",
    ),
    "LOGIN_LOCKED": (
        "Five wrong passwords or second factors: this account cannot prove itself until `Retry-After`.",
        "Too many wrong passwords; try again in 900 seconds.",
    ),
    "RATE_LIMITED": ("Too often; not before `Retry-After`.", "Too many requests. Wait a moment."),
    "INTERNAL_ERROR": (
        "The fault is on our side; nothing is half done.",
        "Something went wrong on our side. Please look whether it was done, and try again.",
    ),
    "PDF_FAILED": (
        "The PDF could not be made; there is no quotation.",
        "The PDF could not be made. Nothing was stored; please try again.",
    ),
    "STORAGE_FAILED": (
        "The file storage failed, or could not sign a link; nothing is half done.",
        "The file could not be stored. Please try again.",
    ),
    "SMS_DELIVERY_FAILED": (
        "MSG91, who sends our SMS, failed after its retries. The code that was not sent is dead.",
        "The SMS could not be sent. Please try again.",
    ),
    "EMAIL_DELIVERY_FAILED": (
        "SendGrid, who sends our mails, failed after its retries.",
        "The e-mail could not be sent. Please try again.",
    ),
    "PROVIDER_BUSY": (
        "Too many of these are under way, or the provider behind it has just failed; nothing was tried.",
        "Too many are being sent at once. Please try again.",
    ),
    "NOT_READY": (
        "The database or the storage does not answer, or migrations are missing; `details` names which.",
        "This instance cannot serve at the moment.",
        {"database": "does not answer"},
    ),
}


def example(code: str) -> dict[str, Any]:
    """One refusal with that code, in OpenAPI's words."""
    _, message, *details = WHEN[code]
    problem: dict[str, Any] = {"code": code, "message": message, "requestId": "0af7651916cd43dd8448eb211c80319c"}
    if details:
        problem["details"] = details[0]
    return {"summary": f"{STATUS[code]} {code}", "value": _envelope(problem)}


def _envelope(problem: dict[str, Any]) -> dict[str, Any]:
    return {"success": False, "data": None, "error": problem}

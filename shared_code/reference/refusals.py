"""When each refusal comes and how it reads: what the reference says beside the codes (api.md 1)."""

from collections.abc import Mapping
from typing import Any, Final

from shared_code.errors import STATUS

# Code: when it comes; an example of its message and, where it has some, of its details.
WHEN: Final[Mapping[str, tuple[str, str] | tuple[str, str, Mapping[str, Any]]]] = {
    "VALIDATION_ERROR": (
        "The request cannot be read: no JSON, a field that is missing, unknown or of another form. All at once.",
        "Please correct: phone, pinCode.",
        {"phone": "is missing", "pinCode": "six digits, the first not 0, are needed"},
    ),
    "FILE_TOO_LARGE": (
        "The file is larger than 10 MB.",
        "The file is larger than 10 MB; send a smaller one.",
        {"fileSize": "at most 10485760 bytes"},
    ),
    "UNSUPPORTED_FILE_TYPE": (
        "Name, declared type or content are not those of a PDF, JPEG or PNG file.",
        "Only PDF, JPEG and PNG files are taken.",
        {"fileName": "must end in .pdf, .jpg, .jpeg or .png"},
    ),
    "AUTH_REQUIRED": ("There is no token.", "Sign in first: this needs a token."),
    "INVALID_TOKEN": ("The token is unreadable, forged, or used up.", "This token is not one of ours. Sign in again."),
    "SESSION_EXPIRED": ("The session is over: expired, idle, ended.", "This session has ended. Sign in again."),
    "INVALID_CREDENTIALS": ("E-mail address or password is wrong.", "E-mail address or password is wrong."),
    "INVALID_OTP": ("The code is wrong.", "This code is wrong."),
    "OTP_EXPIRED": ("No live code was sent to this phone.", "This code is no longer valid. Ask for a new one."),
    "FORBIDDEN": ("The caller's role may not do this.", "Your role may not do this."),
    "ACCOUNT_PENDING": (
        "A partner's registration waits for an Admin.",
        "Your registration is waiting for Solarium's approval.",
    ),
    "ACCOUNT_DEACTIVATED": ("The account is deactivated.", "This account is deactivated. Speak to Solarium."),
    "USER_BLOCKED": ("The account is blocked.", "This account is blocked. Speak to Solarium."),
    "OUT_OF_SCOPE": (
        "For a KAM: there is such a record, of another KAM's partner.",
        "This lead does not belong to one of your channel partners.",
    ),
    "NOT_FOUND": ("There is no such record; for partners and customers, none of theirs.", "There is no such lead."),
    "DOCUMENT_LIMIT_EXCEEDED": (
        "The lead has its seven documents.",
        "The lead has 7 documents; delete one before you add another.",
        {"activeCount": 7, "limit": 7},
    ),
    "DOCUMENT_STATE": (
        "The document is not in a state for this.",
        "The document is Checking: it can be replaced once it was checked.",
    ),
    "KYC_LOCKED": (
        "The paper is approved.",
        "This document is approved and can no longer be replaced or deleted.",
    ),
    "QUOTATION_NOT_SHARED": (
        "The quotation is not one that can be answered or shared.",
        "QUOT-1001 is Rejected; only a shared one is answered.",
    ),
    "QUOTATION_EXPIRED": ("The quotation's validity is over.", "QUOT-1001 was valid until 2026-11-20; make a new one."),
    "QUOTATION_ALREADY_ACCEPTED": (
        "A quotation of this lead is accepted.",
        "QUOT-1001 of this lead is already accepted.",
    ),
    "LEAD_CLOSED": ("The lead is too far for this.", "The lead is Executed: its quotations can no longer change."),
    "REFERENCE_SET": (
        "Quotation or token number is set and changed only by an override.",
        "Already set, and changed only by an override: tokenNumber.",
        {"tokenNumber": "is TOK-1"},
    ),
    "OPEN_LEADS": (
        "The partner still has leads that are neither won nor lost.",
        "The channel partner still has 3 open leads; reassign them first.",
        {"count": 3},
    ),
    "DUPLICATE_PHONE": ("The phone belongs to another account.", "This phone number belongs to another account."),
    "DUPLICATE_EMAIL": ("The address belongs to another account.", "This e-mail address belongs to another account."),
    "DUPLICATE_UTR": (
        "The UTR is that of another payment.",
        "This UTR is already recorded for another commission.",
    ),
    "COMMISSION_STATE": (
        "The commission is not at this step.",
        "The commission is Pending: it is paid once it is approved.",
    ),
    "PERIOD_OVERLAP": (
        "Another period of this row holds then.",
        "Another period holds at that time already, or begins later.",
    ),
    "LAST_ADMIN": ("It would leave no active Admin, or is the caller.", "The last active Admin stays."),
    "STALE_VERSION": (
        "Somebody changed the record since the version that was sent.",
        "LEAD-1001 was changed in the meantime; look at it again.",
        {"currentVersion": 4},
    ),
    "IDEMPOTENCY_CONFLICT": (
        "The Idempotency-Key came with another request before.",
        "This Idempotency-Key was used for another request.",
    ),
    "BODY_TOO_LARGE": ("The body has more than 1 MiB, a form more than 11.", "A request's body may have 1 MiB."),
    "INVALID_STATUS_TRANSITION": (
        "The matrix of statuses has no such move.",
        "Invalid status transition from New Lead to Executed.",
        {"newStatus": "New Lead may go to In Discussion, Not Interested, Duplicate"},
    ),
    "RULE_VIOLATION": (
        "A value is outside what the business allows.",
        "Outside what is allowed: dealerAddOnPerKw.",
        {"dealerAddOnPerKw": "at most 2000"},
    ),
    "MASTER_DATA_MISSING": (
        "Master data has no row in force for this choice.",
        "No master data for this choice: discom.",
        {"discom": "nothing in force for UGVCL"},
    ),
    "PROFILE_INCOMPLETE": (
        "The customer's profile lacks name or place.",
        "Complete your profile first: name, address, state and pin code.",
    ),
    "OTP_LOCKED": ("Too many wrong codes.", "Too many wrong codes; try again in 600 seconds."),
    "LOGIN_LOCKED": ("Too many wrong passwords.", "Too many wrong passwords; try again in 900 seconds."),
    "RATE_LIMITED": ("Too often.", "Too many requests. Wait a moment."),
    "INTERNAL_ERROR": (
        "Our fault; nothing is half done.",
        "Something went wrong on our side. Please look whether it was done, and try again.",
    ),
    "PDF_FAILED": ("The PDF could not be made.", "The PDF could not be made. Nothing was stored; please try again."),
    "STORAGE_FAILED": ("The file storage failed.", "The file could not be stored. Please try again."),
    "SMS_DELIVERY_FAILED": ("MSG91 failed after its retries.", "The SMS could not be sent. Please try again."),
    "EMAIL_DELIVERY_FAILED": ("SendGrid failed after its retries.", "The e-mail could not be sent. Please try again."),
    "PROVIDER_BUSY": ("Too many of these at once.", "Too many are being printed at once. Please try again."),
    "NOT_READY": (
        "Database, migrations or storage are not there.",
        "This instance cannot serve at the moment.",
        {"database": "does not answer"},
    ),
}


def example(code: str) -> dict[str, Any]:
    """One refusal with that code, in OpenAPI's words."""
    when, message, *details = WHEN[code]
    problem: dict[str, Any] = {"code": code, "message": message, "requestId": "0af7651916cd43dd8448eb211c80319c"}
    if details:
        problem["details"] = details[0]
    return {"summary": f"{STATUS[code]} {code}", "description": when, "value": _envelope(problem)}


def _envelope(problem: dict[str, Any]) -> dict[str, Any]:
    return {"success": False, "data": None, "error": problem}

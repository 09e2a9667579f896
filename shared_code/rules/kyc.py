"""The identity papers of a customer and their review (rules.md 6.7)."""

from enum import StrEnum

from shared_code.rules.refusal import Refusal, invalid
from shared_code.rules.uploads import DocumentState


class KycType(StrEnum):
    """Which paper it is (api.md 2.4)."""

    INCOME_PROOF = "Income Proof"
    LIGHT_BILL = "Light Bill"
    CANCELLED_CHEQUE = "Cancelled Cheque"
    AADHAAR_CARD = "Aadhaar Card"
    PAN_CARD = "PAN Card"
    PASSPORT_PHOTOGRAPH = "Passport Photograph"
    OTHER = "Other"


class Review(StrEnum):
    """What a reviewer has said of an accepted paper; before that there is none."""

    PENDING = "Pending Review"
    APPROVED = "Approved"
    REJECTED = "Rejected"


def kyc_type(text: str | None) -> KycType:
    """The docType of a KYC document, which must be named, else `VALIDATION_ERROR`."""
    if text is None or text.strip() not in tuple(KycType):
        raise invalid({"docType": f"one of {', '.join(KycType)} is needed"})
    return KycType(text.strip())


def is_single(kind: KycType) -> bool:
    """Whether a customer has one document of the type, which each upload continues (all but Other)."""
    return kind is not KycType.OTHER


def check_unlocked(review: Review | None) -> None:
    """Refuse to replace, restore or delete an approved paper: `KYC_LOCKED`."""
    if review is Review.APPROVED:
        raise Refusal("KYC_LOCKED", "This document is approved and can no longer be replaced or deleted.")


def check_review(state: DocumentState, review: Review | None) -> None:
    """Whether it waits for a review: `KYC_LOCKED` for an approved one, else `DOCUMENT_STATE`."""
    check_unlocked(review)
    if state is not DocumentState.ACCEPTED or review is not Review.PENDING:
        raise Refusal("DOCUMENT_STATE", "Only a document that waits for review is approved or rejected.")

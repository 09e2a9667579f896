"""The life of a quotation: who may create, share, accept and reject it, and until when (rules.md 3.8)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shared_code.rules.lead_matrix import OPEN_FOR_QUOTATIONS, Status
from shared_code.rules.refusal import Refusal, forbidden, invalid
from shared_code.rules.scope import Action, Role, may


class QuotationStatus(StrEnum):
    """Where a quotation stands, exactly as on the wire."""

    CREATED = "Created"
    SHARED = "Shared"
    ACCEPTED = "Accepted"
    REJECTED = "Rejected"


@dataclass(frozen=True)
class Offer:
    """A quotation and its lead as a request finds them. accepted_ref: the lead's accepted quotation, if any."""

    reference: str
    status: QuotationStatus
    valid_until: date
    lead_status: Status
    accepted_ref: str | None


@dataclass(frozen=True)
class Say:
    """Who speaks, and the override with which Admin and KAM answer for a customer."""

    role: Role
    override: bool = False
    reason: str | None = None


def valid_until(created: date, days: int) -> date:
    """The last day on which it can be accepted. created: the day in India; days: the setting."""
    return created + timedelta(days=days)


def pdf_name(environment: str, created: date, reference: str) -> str:
    """The PDF's name within the container `quotations` (rules.md 3.9)."""
    return f"{environment}/{created:%Y/%m}/{reference}.pdf"


def check_create(lead_status: Status, accepted_ref: str | None, say: Say) -> None:
    """Whether a quotation may be created for the lead.

    A former accepted one stays so until another is accepted: an offer does not undo an order.
    Raises `VALIDATION_ERROR` (override without reason), `LEAD_CLOSED`, `QUOTATION_ALREADY_ACCEPTED`.
    """
    overrides = say.override and may(say.role, Action.OVERRIDE)
    if accepted_ref and overrides and not (say.reason or "").strip():
        raise invalid({"overrideReason": f"a reason is needed, as {accepted_ref} is already accepted"})
    _check_open(lead_status)
    if accepted_ref and not overrides:
        raise _already_accepted(accepted_ref)


def check_share(offer: Offer, role: Role, today: date) -> bool:
    """Whether sharing changes anything; False for one that is shared already.

    Sharing carries no override: what Admin and KAM create by override, they share without another.
    Raises `LEAD_CLOSED`, `QUOTATION_ALREADY_ACCEPTED`, `QUOTATION_NOT_SHARED` (a rejected one), `QUOTATION_EXPIRED`.
    """
    if offer.status is QuotationStatus.SHARED:
        return False
    _check_open(offer.lead_status)
    _check_none_accepted(offer, goes_on=may(role, Action.OVERRIDE))
    if offer.status is not QuotationStatus.CREATED:
        raise Refusal("QUOTATION_NOT_SHARED", f"{offer.reference} was rejected and is not shared again.")
    _check_valid(offer, today)
    return True


def check_accept(offer: Offer, say: Say, today: date) -> None:
    """Whether the quotation may be accepted; every other one of the lead, also an accepted one, then is Rejected.

    Raises `FORBIDDEN`, `VALIDATION_ERROR`, `LEAD_CLOSED`, `QUOTATION_ALREADY_ACCEPTED`, `QUOTATION_NOT_SHARED`,
    `QUOTATION_EXPIRED`.
    """
    check_speaker(say)
    _check_open(offer.lead_status)
    _check_answerable(offer, say, today)


def check_reject(offer: Offer, say: Say, today: date) -> None:
    """Whether the quotation may be rejected; a closed lead does not forbid it. Refusals as for accepting."""
    check_speaker(say)
    _check_answerable(offer, say, today)


def check_speaker(say: Say) -> None:
    """Whether the caller may answer at all. Raises `FORBIDDEN`, `VALIDATION_ERROR` (staff without override, reason)."""
    if not may(say.role, Action.QUOTATION_ANSWER):
        raise forbidden("The customer accepts or rejects a quotation.")
    if say.role is Role.CUSTOMER:
        return
    faults = {} if say.override else {"override": "true is needed to answer for the customer"}
    if not (say.reason or "").strip():
        faults["reason"] = "a reason is needed to answer for the customer"
    if faults:
        raise invalid(faults)


def _check_answerable(offer: Offer, say: Say, today: date) -> None:
    _check_none_accepted(offer, goes_on=say.role is not Role.CUSTOMER)
    if offer.status is not QuotationStatus.SHARED:
        raise Refusal("QUOTATION_NOT_SHARED", f"{offer.reference} is {offer.status}; only a shared one is answered.")
    _check_valid(offer, today)


def _check_open(lead_status: Status) -> None:
    if lead_status not in OPEN_FOR_QUOTATIONS:
        raise Refusal("LEAD_CLOSED", f"The lead is {lead_status}: its quotations can no longer change.")


def _check_none_accepted(offer: Offer, goes_on: bool) -> None:
    """goes_on: the caller may pass over another accepted quotation; a repeat on the accepted one itself may nobody."""
    if offer.accepted_ref and not (goes_on and offer.accepted_ref != offer.reference):
        raise _already_accepted(offer.accepted_ref)


def _already_accepted(reference: str) -> Refusal:
    return Refusal("QUOTATION_ALREADY_ACCEPTED", f"{reference} of this lead is already accepted.")


def _check_valid(offer: Offer, today: date) -> None:
    if today > offer.valid_until:
        message = f"{offer.reference} was valid until {offer.valid_until}; ask for a new quotation."
        raise Refusal("QUOTATION_EXPIRED", message)

"""What a lead's move to a status needs: remarks, a follow-up date and references (rules.md 1.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from shared_code.rules import follow_up as days
from shared_code.rules.lead_matrix import TERMINAL, Status
from shared_code.rules.quotation_life import QuotationStatus
from shared_code.rules.refusal import Refusal, against_rule, invalid

SHORTEST_REMARK = 10

_FOLLOW_UP_REQUIRED = (
    Status.IN_DISCUSSION,
    Status.PHYSICAL_MEETING_ASSIGNED,
    Status.CUSTOMER_ACCEPTED,
    Status.PENDING_AT_SOLARIUM,
)
_QUOTATION_REQUIRED = (Status.WON, Status.PENDING_AT_SOLARIUM, Status.EXECUTED)
_TOKEN_REQUIRED = (Status.UNDER_EXECUTION, Status.EXECUTED)


@dataclass(frozen=True)
class Standing:
    """The lead as its move finds it. quotations: reference -> status of every quotation of this lead."""

    status: Status
    quotation_ref: str | None = None
    token_number: str | None = None
    follow_up_date: date | None = None
    quotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wish:
    """The move a caller asks for, texts already normalised; None is what it did not send."""

    new_status: Status
    remarks: str | None = None
    follow_up_date: date | None = None
    quotation_ref: str | None = None
    token_number: str | None = None
    override: bool = False
    override_reason: str | None = None


def long_enough(text: str | None) -> bool:
    """Whether remarks or a reason have the ten characters they need."""
    return text is not None and len(text.strip()) >= SHORTEST_REMARK


def check_move(standing: Standing, wish: Wish, today: date) -> None:
    """Refuse a legal move that lacks something: every field at once, `VALIDATION_ERROR`."""
    faults = _follow_up_fault(wish, today)
    target = wish.new_status
    if not long_enough(wish.remarks):
        faults["remarks"] = f"at least {SHORTEST_REMARK} characters are needed"
    if target in _FOLLOW_UP_REQUIRED and wish.follow_up_date is None:
        faults["followUpDate"] = f"a date is needed for {target}"
    if target in _QUOTATION_REQUIRED and not (wish.quotation_ref or standing.quotation_ref):
        faults["quotationRef"] = f"a quotation of this lead is needed for {target}"
    if target in _TOKEN_REQUIRED and not (wish.token_number or standing.token_number):
        faults["tokenNumber"] = f"a token number is needed for {target}"
    if faults:
        raise invalid(faults)


def check_override(wish: Wish, today: date) -> None:
    """Refuse an override without its reason, or with a follow-up out of range: `VALIDATION_ERROR`."""
    faults = _follow_up_fault(wish, today)
    if not (long_enough(wish.override_reason) or long_enough(wish.remarks)):
        faults["overrideReason"] = f"a reason of at least {SHORTEST_REMARK} characters is needed"
    if faults:
        raise invalid(faults)


def check_references_kept(standing: Standing, wish: Wish) -> None:
    """Refuse to replace a quotationRef or tokenNumber that is set by another: `REFERENCE_SET`."""
    pairs = {
        "quotationRef": (standing.quotation_ref, wish.quotation_ref),
        "tokenNumber": (standing.token_number, wish.token_number),
    }
    taken = {name: f"is already {old}" for name, (old, new) in pairs.items() if old and new and old != new}
    if taken:
        raise Refusal("REFERENCE_SET", f"Already set, and changed only by an override: {', '.join(taken)}.", taken)


def check_quotation(standing: Standing, wish: Wish, is_override: bool) -> None:
    """Refuse a quotation the lead cannot stand on: `RULE_VIOLATION`.

    Judged are a reference that is sent, and for Won without override also the one already set.
    """
    reference = wish.quotation_ref
    if wish.new_status is Status.WON and not is_override:
        reference = reference or standing.quotation_ref
    if reference is None:
        return
    accepted = next((ref for ref, status in standing.quotations.items() if status == QuotationStatus.ACCEPTED), None)
    if reference not in standing.quotations:
        raise against_rule({"quotationRef": f"{reference} is not a quotation of this lead"})
    if standing.quotations[reference] == QuotationStatus.REJECTED:
        raise against_rule({"quotationRef": f"{reference} was rejected; choose another quotation"})
    if accepted not in (None, reference):
        raise against_rule({"quotationRef": f"the customer accepted {accepted}; it must be that one"})


def follow_up(standing: Standing, wish: Wish, today: date) -> date | None:
    """The lead's follow-up date after the move: none once it is terminal, else as sent, else tomorrow.

    A New Lead that stays one keeps its date.
    """
    if wish.new_status in TERMINAL:
        return None
    if standing.status is wish.new_status is Status.NEW_LEAD:
        return wish.follow_up_date or standing.follow_up_date
    return wish.follow_up_date or today + days.NEXT_DAY


def _follow_up_fault(wish: Wish, today: date) -> dict[str, object]:
    return {} if wish.new_status in TERMINAL else days.faults(wish.follow_up_date, today)

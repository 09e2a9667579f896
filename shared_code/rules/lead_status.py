"""Moving a lead along its statuses: who may, what it needs, what comes of it (rules.md 1, 3.8).

Which refusal wins: the override flag of a role without it (403), the status that does not exist (400), the pair
itself (422, a customer's legal pair 403), then what that pair needs (400), references already set (409) and the
quotation (422). What a move needs depends on its pair, so a missing field is spoken of only once the pair is legal;
a body that cannot be read was refused as 400 before it came here.
"""

from dataclasses import dataclass
from datetime import date

from shared_code.rules.follow_up import NEXT_DAY
from shared_code.rules.lead_matrix import LOSSES, OPEN_FOR_QUOTATIONS, TERMINAL, Status, allowed_next, is_legal
from shared_code.rules.lead_needs import (
    Standing,
    Wish,
    check_move,
    check_override,
    check_quotation,
    check_references_kept,
    follow_up,
    long_enough,
)
from shared_code.rules.refusal import Refusal, forbidden, invalid
from shared_code.rules.scope import Action, Role, may

__all__ = [
    "LOSSES",
    "OPEN_FOR_QUOTATIONS",
    "TERMINAL",
    "Move",
    "Standing",
    "Status",
    "Wish",
    "after_acceptance",
    "allowed_next",
    "decide",
]

_MOVED_BY_ACCEPTANCE = (Status.NEW_LEAD, Status.IN_DISCUSSION, Status.PHYSICAL_MEETING_ASSIGNED)


@dataclass(frozen=True)
class Move:
    """What the lead becomes. follow_up_date, quotation_ref and token_number are the lead's values after the move."""

    from_status: Status
    to_status: Status
    remarks: str | None
    reason: str | None
    follow_up_date: date | None
    quotation_ref: str | None
    token_number: str | None
    is_override: bool

    @property
    def is_status_event(self) -> bool:
        """False when the lead stays where it is (rules.md 1.2)."""
        return self.from_status is not self.to_status

    @property
    def executed(self) -> bool:
        """Whether the lead becomes Executed, which opens or revives its commission (rules.md 4.1, 4.3)."""
        return self.is_status_event and self.to_status is Status.EXECUTED

    @property
    def undone(self) -> bool:
        """Whether the lead leaves Executed, which only an override does (rules.md 4.3)."""
        return self.is_status_event and self.from_status is Status.EXECUTED


def decide(standing: Standing, wish: Wish, role: Role, today: date, customer_accepted: bool = True) -> Move:
    """The move a lead makes at a caller's wish (rules.md 1.1-1.4).

    today: the day in India. customer_accepted: whether the status Customer Accepted exists.
    Raises `FORBIDDEN`, `VALIDATION_ERROR`, `INVALID_STATUS_TRANSITION`, `REFERENCE_SET`, `RULE_VIOLATION`.
    """
    if wish.override and not may(role, Action.OVERRIDE):
        raise forbidden("Only an Admin or a Key Account Manager may override.")
    if wish.new_status is Status.CUSTOMER_ACCEPTED and not customer_accepted:
        raise invalid({"newStatus": f"there is no status {Status.CUSTOMER_ACCEPTED}"})
    is_override = _judge_pair(standing.status, wish, role, customer_accepted)
    if is_override:
        check_override(wish, today)
    else:
        check_move(standing, wish, today)
        check_references_kept(standing, wish)
    check_quotation(standing, wish, is_override)
    return _move(standing, wish, today, is_override)


def after_acceptance(standing: Standing, reference: str, customer_accepted: bool, today: date) -> Move:
    """The lead's move when the quotation `reference` is accepted (rules.md 3.8), whoever accepts it."""
    target = standing.status
    if target in _MOVED_BY_ACCEPTANCE:
        target = Status.CUSTOMER_ACCEPTED if customer_accepted else Status.WON
    return Move(
        from_status=standing.status,
        to_status=target,
        remarks=f"Quotation {reference} accepted",
        reason=None,
        follow_up_date=today + NEXT_DAY,
        quotation_ref=reference,
        token_number=standing.token_number,
        is_override=False,
    )


def _judge_pair(source: Status, wish: Wish, role: Role, customer_accepted: bool) -> bool:
    """Whether the pair needs the caller's override; refuses it where it is neither legal nor overridden."""
    target = wish.new_status
    if is_legal(source, target, customer_accepted):
        if not may(role, Action.STATUS):
            raise forbidden("A customer moves a lead only by accepting a quotation.")
        return False
    if wish.override and source is not target:
        return True
    onward = ", ".join(allowed_next(source, customer_accepted)) or "no other status"
    raise Refusal(
        "INVALID_STATUS_TRANSITION",
        f"Invalid status transition from {source} to {target}.",
        {"newStatus": f"{source} may go to {onward}"},
    )


def _move(standing: Standing, wish: Wish, today: date, is_override: bool) -> Move:
    reason = wish.override_reason if long_enough(wish.override_reason) else wish.remarks
    return Move(
        from_status=standing.status,
        to_status=wish.new_status,
        remarks=wish.remarks,
        reason=reason if is_override else None,
        follow_up_date=follow_up(standing, wish, today),
        quotation_ref=wish.quotation_ref or standing.quotation_ref,
        token_number=wish.token_number or standing.token_number,
        is_override=is_override,
    )

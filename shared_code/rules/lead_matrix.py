"""The statuses of a lead and the moves between them (rules.md 1.1, 1.2)."""

from enum import StrEnum


class Status(StrEnum):
    """Where a lead stands, exactly as on the wire."""

    NEW_LEAD = "New Lead"
    IN_DISCUSSION = "In Discussion"
    PHYSICAL_MEETING_ASSIGNED = "Physical Meeting Assigned"
    CUSTOMER_ACCEPTED = "Customer Accepted"
    WON = "Won"
    PENDING_AT_SOLARIUM = "Pending at Solarium"
    UNDER_EXECUTION = "Under Execution"
    EXECUTED = "Executed"
    NOT_RESPONDING = "Not Responding"
    NOT_INTERESTED = "Not Interested"
    OTHER_TERRITORY = "Other Territory"


LOSSES = (Status.NOT_RESPONDING, Status.NOT_INTERESTED, Status.OTHER_TERRITORY)
TERMINAL = (Status.EXECUTED, *LOSSES)

# Quotations are created, shared and accepted only while installation has not begun (rules.md 3.8).
OPEN_FOR_QUOTATIONS = tuple(status for status in Status if status not in (Status.UNDER_EXECUTION, *TERMINAL))

_ONWARD = {
    Status.NEW_LEAD: (
        Status.IN_DISCUSSION,
        Status.PHYSICAL_MEETING_ASSIGNED,
        Status.CUSTOMER_ACCEPTED,
        *LOSSES,
    ),
    Status.IN_DISCUSSION: (Status.PHYSICAL_MEETING_ASSIGNED, Status.CUSTOMER_ACCEPTED, Status.WON, *LOSSES),
    Status.PHYSICAL_MEETING_ASSIGNED: (Status.CUSTOMER_ACCEPTED, Status.WON, *LOSSES),
    Status.CUSTOMER_ACCEPTED: (Status.WON, *LOSSES),
    Status.WON: (Status.PENDING_AT_SOLARIUM,),
    Status.PENDING_AT_SOLARIUM: (Status.UNDER_EXECUTION,),
    Status.UNDER_EXECUTION: (Status.EXECUTED,),
}


def allowed_next(status: Status, customer_accepted: bool = True) -> tuple[Status, ...]:
    """The matrix row without the status itself (api.md 2.2 `allowedNextStatuses`).

    customer_accepted: whether the status of that name exists (FEATURE_CUSTOMER_ACCEPTED).
    """
    row = _ONWARD.get(status, ())
    return row if customer_accepted else tuple(to for to in row if to is not Status.CUSTOMER_ACCEPTED)


def is_legal(source: Status, target: Status, customer_accepted: bool = True) -> bool:
    """Whether the matrix has the pair; a move of a non-terminal lead to its own status is one."""
    if source is target:
        return source not in TERMINAL
    return target in allowed_next(source, customer_accepted)

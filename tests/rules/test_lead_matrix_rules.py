"""Who may move a lead from which status to which: the whole matrix for every role (rules.md 1.1-1.3)."""

from datetime import timedelta
from itertools import product

import pytest

from shared_code.rules.lead_status import LOSSES, TERMINAL, Standing, Status, Wish, allowed_next, decide
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import Role
from tests.rules.samples import TODAY, refused

MATRIX = {
    "New Lead": "In Discussion, Physical Meeting Assigned, Customer Accepted, losses",
    "In Discussion": "Physical Meeting Assigned, Customer Accepted, Won, losses",
    "Physical Meeting Assigned": "Customer Accepted, Won, losses",
    "Customer Accepted": "Won, losses",
    "Won": "Pending at Solarium",
    "Pending at Solarium": "Under Execution",
    "Under Execution": "Executed",
    "Executed": "",
    "Not Responding": "",
    "Not Interested": "",
    "Other Territory": "",
}
LOST = "Not Responding, Not Interested, Other Territory"
PAIRS = list(product(Status, Status))


def row(status: Status) -> list[str]:
    return [name for name in MATRIX[status].replace("losses", LOST).split(", ") if name]


def complete(target: Status, *, override: bool = False) -> Wish:
    """A wish that lacks nothing, whatever the target."""
    return Wish(target, "spoke with the customer", TODAY + timedelta(days=3), "QUOT-1001", "T-1", override)


def outcome(source: Status, wish: Wish, role: Role, customer_accepted: bool = True) -> str:
    standing = Standing(source, quotations={"QUOT-1001": "Shared"})
    try:
        move = decide(standing, wish, role, TODAY, customer_accepted)
    except Refusal as refusal:
        return refusal.code
    assert (move.from_status, move.to_status) == (source, wish.new_status)
    return "override" if move.is_override else "moved"


def test_1_1_statuses_are_those_on_the_wire_and_losses_and_executed_are_terminal() -> None:
    assert list(Status) == list(MATRIX)
    assert ", ".join(LOSSES) == LOST
    assert set(TERMINAL) == {status for status in Status if not MATRIX[status]}


@pytest.mark.parametrize("status", Status)
def test_1_2_allowed_next_is_the_row_of_the_matrix_in_its_order(status: Status) -> None:
    assert list(allowed_next(status)) == row(status)


@pytest.mark.parametrize("status", Status)
def test_1_1_without_customer_accepted_the_rows_only_lack_it(status: Status) -> None:
    assert list(allowed_next(status, False)) == [name for name in row(status) if name != "Customer Accepted"]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_1_3_every_pair_for_every_role(source: Status, target: Status, role: Role) -> None:
    legal = target in row(source) or (source == target and source not in TERMINAL)
    expected = "FORBIDDEN" if role is Role.CUSTOMER else "moved"
    assert outcome(source, complete(target), role) == (expected if legal else "INVALID_STATUS_TRANSITION")


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_1_3_every_pair_with_override_for_every_role(source: Status, target: Status, role: Role) -> None:
    if role in (Role.CP, Role.CUSTOMER):
        expected = "FORBIDDEN"
    elif source == target and source in TERMINAL:
        expected = "INVALID_STATUS_TRANSITION"
    else:
        legal = target in row(source) or source == target
        expected = "moved" if legal else "override"
    assert outcome(source, complete(target, override=True), role) == expected


@pytest.mark.parametrize("source", Status)
@pytest.mark.parametrize("role", Role)
def test_1_1_switched_off_customer_accepted_cannot_be_reached_not_even_by_override(source: Status, role: Role) -> None:
    assert outcome(source, complete(Status.CUSTOMER_ACCEPTED), role, customer_accepted=False) == "VALIDATION_ERROR"
    if role in (Role.ADMIN, Role.KAM):
        wish = complete(Status.CUSTOMER_ACCEPTED, override=True)
        assert outcome(source, wish, role, customer_accepted=False) == "VALIDATION_ERROR"


def test_1_1_a_lead_left_in_a_status_that_was_switched_off_can_still_go_on() -> None:
    assert outcome(Status.CUSTOMER_ACCEPTED, complete(Status.WON), Role.CP, customer_accepted=False) == "moved"


def test_1_2_a_move_to_itself_is_no_status_event() -> None:
    standing = Standing(Status.IN_DISCUSSION, quotations={"QUOT-1001": "Shared"})
    assert not decide(standing, complete(Status.IN_DISCUSSION), Role.CP, TODAY).is_status_event
    assert decide(standing, complete(Status.PHYSICAL_MEETING_ASSIGNED), Role.CP, TODAY).is_status_event


def test_1_3_an_illegal_pair_is_named_with_what_is_possible_instead() -> None:
    with refused("INVALID_STATUS_TRANSITION", "newStatus") as caught:
        decide(Standing(Status.WON), Wish(Status.EXECUTED), Role.CP, TODAY)
    assert caught.value.message.startswith("Invalid status transition")
    assert caught.value.details == {"newStatus": "Won may go to Pending at Solarium"}


def test_1_3_an_illegal_pair_is_said_before_what_it_would_lack() -> None:
    with refused("INVALID_STATUS_TRANSITION"):
        decide(Standing(Status.NEW_LEAD), Wish(Status.WON, "short"), Role.ADMIN, TODAY)

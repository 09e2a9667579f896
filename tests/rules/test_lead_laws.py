"""Laws of a lead's moves, whatever is wished (rules.md 1, 3.8)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_code.rules.lead_status import (
    TERMINAL,
    Standing,
    Status,
    Wish,
    after_acceptance,
    allowed_next,
    decide,
)
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import Role
from tests.rules.samples import TODAY

REFERENCES = st.sampled_from([None, "QUOT-1", "QUOT-2", "QUOT-3"])
TEXTS = st.sampled_from([None, "", "short", "a remark that is long enough"])
DATES = st.none() | st.integers(-3, 33).map(lambda days: TODAY + timedelta(days))
QUOTATIONS = st.dictionaries(
    st.sampled_from(["QUOT-1", "QUOT-2"]), st.sampled_from(["Created", "Shared", "Accepted", "Rejected"])
)
STANDINGS = st.builds(
    Standing, st.sampled_from(Status), REFERENCES, st.sampled_from([None, "T-1", "T-2"]), DATES, QUOTATIONS
)
WISHES = st.builds(
    Wish, st.sampled_from(Status), TEXTS, DATES, REFERENCES, st.sampled_from([None, "T-1", "T-2"]), st.booleans(), TEXTS
)
CODES = {"FORBIDDEN", "VALIDATION_ERROR", "INVALID_STATUS_TRANSITION", "REFERENCE_SET", "RULE_VIOLATION"}


@given(STANDINGS, WISHES, st.sampled_from(Role), st.booleans())
def test_1_decide_keeps_the_matrix_or_overrides_it_with_a_reason(
    standing: Standing, wish: Wish, role: Role, customer_accepted: bool
) -> None:
    try:
        move = decide(standing, wish, role, TODAY, customer_accepted)
    except Refusal as refusal:
        assert refusal.code in CODES
        return
    in_matrix = move.to_status in allowed_next(standing.status, customer_accepted)
    assert role is not Role.CUSTOMER
    if move.is_override:
        assert role in (Role.ADMIN, Role.KAM)
        assert wish.override
        assert not in_matrix
        assert move.is_status_event
        assert move.reason is not None
        assert len(move.reason) >= 10
    else:
        assert in_matrix or not move.is_status_event
        assert move.reason is None
        assert move.remarks is not None
        assert len(move.remarks) >= 10


@given(STANDINGS, WISHES, st.sampled_from(Role))
def test_1_4_a_move_loses_no_reference_and_clears_the_follow_up_only_at_the_end(
    standing: Standing, wish: Wish, role: Role
) -> None:
    try:
        move = decide(standing, wish, role, TODAY)
    except Refusal:
        return
    assert move.quotation_ref == (wish.quotation_ref or standing.quotation_ref)
    assert move.token_number == (wish.token_number or standing.token_number)
    if move.to_status in TERMINAL:
        assert move.follow_up_date is None
    elif move.to_status is not Status.NEW_LEAD:
        assert move.follow_up_date is not None


@given(STANDINGS, st.booleans())
def test_3_8_acceptance_never_throws_a_lead_back(standing: Standing, customer_accepted: bool) -> None:
    move = after_acceptance(standing, "QUOT-7", customer_accepted, TODAY)
    order = list(Status)
    assert order.index(move.to_status) >= order.index(standing.status)
    assert not (move.executed or move.undone or move.is_override)
    assert move.quotation_ref == "QUOT-7"
    assert move.remarks == "Quotation QUOT-7 accepted"
    assert move.follow_up_date == TODAY + timedelta(days=1)


@pytest.mark.parametrize("status", [Status.NEW_LEAD, Status.IN_DISCUSSION, Status.PHYSICAL_MEETING_ASSIGNED])
def test_3_8_acceptance_moves_an_early_lead(status: Status) -> None:
    assert after_acceptance(Standing(status), "QUOT-7", True, TODAY).to_status is Status.CUSTOMER_ACCEPTED
    assert after_acceptance(Standing(status), "QUOT-7", False, TODAY).to_status is Status.WON


@pytest.mark.parametrize("status", [Status.CUSTOMER_ACCEPTED, Status.WON, Status.PENDING_AT_SOLARIUM])
@pytest.mark.parametrize("customer_accepted", [True, False])
def test_3_8_acceptance_leaves_a_later_lead_where_it_is_also_over_another_quotation(
    status: Status, customer_accepted: bool
) -> None:
    move = after_acceptance(Standing(status, "QUOT-1", "T-1"), "QUOT-7", customer_accepted, TODAY)
    assert move.to_status is status
    assert not move.is_status_event
    assert (move.quotation_ref, move.token_number) == ("QUOT-7", "T-1")

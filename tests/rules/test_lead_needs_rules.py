"""What a move of a lead needs, and what an override waives (rules.md 1.3, 1.4)."""

from datetime import date, timedelta

import pytest

from shared_code.rules.lead_status import LOSSES, Move, Standing, Status, Wish, decide
from shared_code.rules.scope import Role
from tests.rules.samples import TODAY, refused

REMARKS = "spoke with the customer"
TOMORROW = TODAY + timedelta(days=1)
LATER = TODAY + timedelta(days=12)
FOLLOWED = [
    Status.IN_DISCUSSION,
    Status.PHYSICAL_MEETING_ASSIGNED,
    Status.CUSTOMER_ACCEPTED,
    Status.PENDING_AT_SOLARIUM,
]
BEFORE = {
    Status.NEW_LEAD: Status.NEW_LEAD,
    Status.IN_DISCUSSION: Status.NEW_LEAD,
    Status.PHYSICAL_MEETING_ASSIGNED: Status.NEW_LEAD,
    Status.CUSTOMER_ACCEPTED: Status.NEW_LEAD,
    Status.WON: Status.CUSTOMER_ACCEPTED,
    Status.PENDING_AT_SOLARIUM: Status.WON,
    Status.UNDER_EXECUTION: Status.PENDING_AT_SOLARIUM,
    Status.EXECUTED: Status.UNDER_EXECUTION,
} | dict.fromkeys(LOSSES, Status.IN_DISCUSSION)


def standing_before(target: Status) -> Standing:
    """A lead one legal step before the target, with all references set."""
    return Standing(BEFORE[target], "QUOT-1001", "T-1", LATER, {"QUOT-1001": "Shared", "QUOT-1002": "Shared"})


def move(
    target: Status,
    remarks: str | None = REMARKS,
    follow_up: date | None = LATER,
    standing: Standing | None = None,
    quotation: str | None = None,
    token: str | None = None,
) -> Move:
    wish = Wish(target, remarks, follow_up, quotation, token)
    return decide(standing or standing_before(target), wish, Role.CP, TODAY)


def override(source: Status, target: Status, **values: object) -> Move:
    standing = Standing(source, quotations={"QUOT-1001": "Shared", "QUOT-1002": "Rejected"})
    wish = Wish(target, override=True, **values)  # type: ignore[arg-type]
    return decide(standing, wish, Role.KAM, TODAY)


@pytest.mark.parametrize("target", Status)
@pytest.mark.parametrize("remarks", [None, "", "too short", "  too short   "])
def test_1_4_every_status_needs_remarks_of_ten_characters(target: Status, remarks: str | None) -> None:
    with refused("VALIDATION_ERROR", "remarks"):
        move(target, remarks)
    assert move(target, "long enoug").remarks == "long enoug"


@pytest.mark.parametrize("target", FOLLOWED)
def test_1_4_a_follow_up_is_required(target: Status) -> None:
    with refused("VALIDATION_ERROR", "followUpDate"):
        move(target, follow_up=None)


@pytest.mark.parametrize("target", [*FOLLOWED, Status.NEW_LEAD, Status.WON, Status.UNDER_EXECUTION])
def test_1_4_a_follow_up_lies_between_today_and_thirty_days_on(target: Status) -> None:
    for days in (0, 30):
        assert move(target, follow_up=TODAY + timedelta(days)).follow_up_date == TODAY + timedelta(days)
    for days in (-1, 31):
        with refused("VALIDATION_ERROR", "followUpDate"):
            move(target, follow_up=TODAY + timedelta(days))


@pytest.mark.parametrize("target", [Status.WON, Status.UNDER_EXECUTION])
def test_1_4_a_follow_up_is_optional_and_else_tomorrow(target: Status) -> None:
    assert move(target, follow_up=None).follow_up_date == TOMORROW


@pytest.mark.parametrize("target", [Status.EXECUTED, *LOSSES])
@pytest.mark.parametrize("follow_up", [None, LATER, TODAY - timedelta(days=9)])
def test_1_4_the_follow_up_of_a_terminal_lead_is_cleared(target: Status, follow_up: date | None) -> None:
    assert move(target, follow_up=follow_up).follow_up_date is None


def test_1_4_a_new_lead_that_stays_one_needs_only_remarks_and_keeps_its_follow_up() -> None:
    moved = move(Status.NEW_LEAD, follow_up=None)
    assert moved.follow_up_date == LATER
    assert not moved.is_status_event


@pytest.mark.parametrize("target", [Status.WON, Status.PENDING_AT_SOLARIUM, Status.EXECUTED])
def test_1_4_a_quotation_is_needed_and_may_have_been_set_before(target: Status) -> None:
    bare = Standing(BEFORE[target], None, "T-1", None, {"QUOT-1001": "Shared"})
    with refused("VALIDATION_ERROR", "quotationRef"):
        move(target, standing=bare)
    assert move(target, standing=bare, quotation="QUOT-1001").quotation_ref == "QUOT-1001"
    assert move(target).quotation_ref == "QUOT-1001"


@pytest.mark.parametrize("target", [Status.UNDER_EXECUTION, Status.EXECUTED])
def test_1_4_a_token_number_is_needed_and_may_have_been_set_before(target: Status) -> None:
    bare = Standing(BEFORE[target], "QUOT-1001", None, None, {"QUOT-1001": "Shared"})
    with refused("VALIDATION_ERROR", "tokenNumber"):
        move(target, standing=bare)
    assert move(target, standing=bare, token="T-9").token_number == "T-9"
    assert move(target).token_number == "T-1"


def test_1_4_all_that_lacks_is_named_at_once() -> None:
    with refused("VALIDATION_ERROR", "remarks", "quotationRef", "tokenNumber"):
        move(Status.EXECUTED, "short", standing=Standing(Status.UNDER_EXECUTION))
    with refused("VALIDATION_ERROR", "remarks", "followUpDate", "quotationRef"):
        move(Status.PENDING_AT_SOLARIUM, None, TODAY - timedelta(days=1), Standing(Status.WON))


@pytest.mark.parametrize("field", ["quotationRef", "tokenNumber"])
def test_1_4_a_reference_that_is_set_is_not_set_to_another(field: str) -> None:
    other = {"quotation": "QUOT-1002"} if field == "quotationRef" else {"token": "T-2"}
    with refused("REFERENCE_SET", field):
        move(Status.UNDER_EXECUTION, **other)  # type: ignore[arg-type]
    same = move(Status.UNDER_EXECUTION, quotation="QUOT-1001", token="T-1")
    assert (same.quotation_ref, same.token_number) == ("QUOT-1001", "T-1")


def test_1_4_what_lacks_is_said_before_the_reference_that_is_set() -> None:
    with refused("VALIDATION_ERROR", "remarks"):
        move(Status.UNDER_EXECUTION, None, token="T-2")


@pytest.mark.parametrize(
    ("quotations", "reference", "why"),
    [
        ({"QUOT-1001": "Shared"}, "QUOT-2002", "not a quotation of this lead"),
        ({"QUOT-1001": "Rejected"}, "QUOT-1001", "was rejected"),
        ({"QUOT-1001": "Shared", "QUOT-1002": "Accepted"}, "QUOT-1001", "accepted QUOT-1002"),
    ],
)
def test_1_4_a_lead_stands_on_a_quotation_of_its_own(quotations: dict[str, str], reference: str, why: str) -> None:
    sent = Standing(Status.IN_DISCUSSION, quotations=quotations)
    kept = Standing(Status.IN_DISCUSSION, reference, quotations=quotations)
    for standing, quotation in ((sent, reference), (kept, None)):
        with refused("RULE_VIOLATION", "quotationRef") as caught:
            move(Status.WON, standing=standing, quotation=quotation)
        assert why in str(caught.value.details)


@pytest.mark.parametrize("status", ["Created", "Shared", "Accepted"])
def test_1_4_won_takes_any_quotation_that_is_not_rejected(status: str) -> None:
    standing = Standing(Status.IN_DISCUSSION, quotations={"QUOT-1001": status, "QUOT-1002": "Rejected"})
    assert move(Status.WON, standing=standing, quotation="QUOT-1001").quotation_ref == "QUOT-1001"


@pytest.mark.parametrize("reason", [None, "short"])
def test_1_4_an_override_needs_its_reason(reason: str | None) -> None:
    with refused("VALIDATION_ERROR", "overrideReason"):
        override(Status.WON, Status.EXECUTED, override_reason=reason, remarks=reason)


@pytest.mark.parametrize("field", ["override_reason", "remarks"])
def test_1_3_the_reason_of_an_override_may_stand_in_the_remarks(field: str) -> None:
    moved = override(Status.EXECUTED, Status.WON, **{field: "customer came back"})
    assert moved.reason == "customer came back"
    assert moved.is_override
    assert moved.undone


def test_1_3_a_short_reason_gives_way_to_long_remarks() -> None:
    assert override(Status.EXECUTED, Status.WON, override_reason="short", remarks=REMARKS).reason == REMARKS


def test_1_4_an_override_keeps_a_quotation_that_was_rejected_since() -> None:
    standing = Standing(Status.EXECUTED, "QUOT-1", quotations={"QUOT-1": "Rejected"})
    moved = decide(standing, Wish(Status.WON, REMARKS, override=True), Role.ADMIN, TODAY)
    assert moved.quotation_ref == "QUOT-1"


@pytest.mark.parametrize("target", Status)
def test_1_4_an_override_waives_the_rest(target: Status) -> None:
    source = Status.OTHER_TERRITORY if target is not Status.OTHER_TERRITORY else Status.EXECUTED
    moved = override(source, target, override_reason="customer came back")
    terminal = target in (Status.EXECUTED, *LOSSES)
    assert moved.follow_up_date == (None if terminal else TOMORROW)
    assert moved.executed == (target is Status.EXECUTED)


def test_1_4_an_override_replaces_a_reference_but_only_by_a_quotation_the_lead_can_stand_on() -> None:
    standing = Standing(Status.UNDER_EXECUTION, "QUOT-1", "T-1", None, {"QUOT-1": "Shared", "QUOT-2": "Shared"})
    wish = Wish(Status.WON, None, None, "QUOT-2", "T-2", override=True, override_reason="customer came back")
    moved = decide(standing, wish, Role.ADMIN, TODAY)
    assert (moved.quotation_ref, moved.token_number) == ("QUOT-2", "T-2")
    with refused("RULE_VIOLATION", "quotationRef"):
        override(Status.EXECUTED, Status.WON, override_reason="customer came back", quotation_ref="QUOT-1002")


def test_1_4_a_follow_up_sent_with_an_override_still_lies_in_range() -> None:
    assert override(Status.EXECUTED, Status.WON, remarks=REMARKS, follow_up_date=LATER).follow_up_date == LATER
    with refused("VALIDATION_ERROR", "followUpDate"):
        override(Status.EXECUTED, Status.WON, remarks=REMARKS, follow_up_date=TODAY + timedelta(days=31))


def test_1_4_on_a_legal_move_the_override_flag_changes_nothing() -> None:
    standing = standing_before(Status.UNDER_EXECUTION)
    wish = Wish(Status.UNDER_EXECUTION, REMARKS, override=True, override_reason="customer came back")
    moved = decide(standing, wish, Role.ADMIN, TODAY)
    assert (moved.is_override, moved.reason) == (False, None)
    with refused("VALIDATION_ERROR", "remarks"):
        decide(standing, Wish(Status.UNDER_EXECUTION, override=True), Role.ADMIN, TODAY)
    with refused("REFERENCE_SET", "tokenNumber"):
        wish = Wish(Status.UNDER_EXECUTION, REMARKS, token_number="T-2", override=True)
        decide(standing, wish, Role.ADMIN, TODAY)

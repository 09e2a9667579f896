"""Every status to every status, by every role, with and without override: what is answered and done (rules.md 1)."""

from typing import Any

import pytest

from tests.app_process import error
from tests.end_to_end.cast import REMARKS, Cast, india_day

LOSSES = ["Not Responding", "Not Interested", "Other Territory"]
MATRIX = {
    "New Lead": ["New Lead", "In Discussion", "Physical Meeting Assigned", "Customer Accepted", *LOSSES],
    "In Discussion": ["In Discussion", "Physical Meeting Assigned", "Customer Accepted", "Won", *LOSSES],
    "Physical Meeting Assigned": ["Physical Meeting Assigned", "Customer Accepted", "Won", *LOSSES],
    "Customer Accepted": ["Customer Accepted", "Won", *LOSSES],
    "Won": ["Won", "Pending at Solarium"],
    "Pending at Solarium": ["Pending at Solarium", "Under Execution"],
    "Under Execution": ["Under Execution", "Executed"],
    "Executed": [],
    "Not Responding": [],
    "Not Interested": [],
    "Other Territory": [],
}  # rules.md 1.2, as it stands there
TERMINAL = ["Executed", *LOSSES]
MOVED, FORBIDDEN, ILLEGAL = (200, "ok"), (403, "FORBIDDEN"), (422, "INVALID_STATUS_TRANSITION")


def expected(role: str, source: str, target: str, override: bool) -> tuple[int, str]:
    """What rules.md 1.3 and 1.4 say of a move that has everything it needs."""
    legal = target in MATRIX[source]
    if override and role in ("partner", "customer"):
        return FORBIDDEN
    if role == "customer":
        return FORBIDDEN if legal else ILLEGAL
    if legal or (override and target != source):
        return MOVED
    return ILLEGAL


def ready(cast: Cast, lead_id: str, target: str, override: bool) -> dict[str, Any]:
    """A request with everything that any status needs."""
    body: dict[str, Any] = {"newStatus": target, "remarks": REMARKS, "followUpDate": india_day(1)}
    body |= {"quotationRef": cast.quotation(lead_id), "tokenNumber": "TOK-1"}
    return body | ({"override": True, "overrideReason": "Entered in the wrong column."} if override else {})


@pytest.mark.parametrize("source", MATRIX)
@pytest.mark.parametrize("override", [False, True], ids=["within-the-matrix", "with-override"])
@pytest.mark.parametrize("role", ["admin", "kam", "partner", "customer"])
def test_a_role_moves_a_lead_as_the_matrix_says(cast: Cast, role: str, override: bool, source: str) -> None:
    person = getattr(cast, role)
    leads = {target: cast.lead(source) for target in MATRIX}
    answers = {}
    for target, lead_id in leads.items():
        body = ready(cast, lead_id, target, override)
        answer = person.call("PATCH", f"leads/{lead_id}/status", body)
        answers[target] = (200, "ok") if answer.status_code == 200 else error(answer)

    wanted = {target: expected(role, source, target, override) for target in MATRIX}
    assert answers == wanted
    for target, lead_id in leads.items():
        assert left_behind(cast, lead_id) == trace(source, target, wanted[target] == MOVED)


@pytest.mark.parametrize("status", MATRIX)
def test_every_caller_is_told_the_row_of_the_matrix(cast: Cast, status: str) -> None:
    path, row = f"leads/{cast.lead(status)}", [target for target in MATRIX[status] if target != status]
    for person in (cast.admin, cast.kam, cast.partner, cast.customer):
        lead = person.data("GET", path)
        assert (lead["allowedNextStatuses"], lead["isTerminal"]) == (row, status in TERMINAL)


def left_behind(cast: Cast, lead_id: str) -> tuple[str, int, str, Any]:
    """The lead's status and version, and its last entry about the lead itself: action and status in it."""
    found = cast.db.execute(
        "SELECT l.status, l.version, t.action, t.after ->> 'status' FROM lead l JOIN timeline_entry t USING (lead_id)"
        " WHERE l.lead_id = %s AND t.version = l.version AND t.action <> 'commissionOpened'"
        " ORDER BY t.entry DESC LIMIT 1",
        [lead_id],
    ).fetchone()
    assert found
    return found


def trace(source: str, target: str, moved: bool) -> tuple[str, int, str, Any]:
    """What a move, or a refused one, leaves behind."""
    if not moved:
        return source, 1, "created", source
    if source == target:
        return source, 2, "edited", None
    return target, 2, "status" if target in MATRIX[source] else "override", target

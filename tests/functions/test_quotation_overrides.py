"""After an accepted quotation only staff goes on, by override and with a reason (rules.md 3.8)."""

from typing import Any

import pytest

from functions.leads.browse_leads import get_lead, get_timeline
from functions.quotations.answer import accept_quotation, reject_quotation
from functions.quotations.share import share_quotation
from shared_code.rules.scope import Caller
from tests.quotations import quoted, shared, statuses
from tests.rules.samples import refused
from tests.world import ADMIN, CP_1, CUSTOMER, KAM_1, KAM_2, World

REASON = "The customer called us about it."
OVERRIDE: dict[str, Any] = {"override": True, "reason": REASON}


def test_once_one_is_accepted_the_customer_and_the_partner_go_no_further(world: World) -> None:
    lead_id = world.lead()
    created, other, accepted = (
        quoted(world, lead_id)["quotationReference"],
        shared(world, lead_id),
        shared(world, lead_id),
    )
    world.call(accept_quotation, CUSTOMER, quotation_id=accepted)
    for workflow, caller, reference in (
        (accept_quotation, CUSTOMER, accepted),
        (accept_quotation, CUSTOMER, other),
        (reject_quotation, CUSTOMER, accepted),
        (share_quotation, CP_1, created),
        (share_quotation, CP_1, accepted),
    ):
        with refused("QUOTATION_ALREADY_ACCEPTED"):
            world.call(workflow, caller, quotation_id=reference)
    with refused("QUOTATION_ALREADY_ACCEPTED"):
        quoted(world, lead_id)
    with refused("QUOTATION_ALREADY_ACCEPTED"):
        quoted(world, lead_id, CP_1, override=True, override_reason=REASON)


@pytest.mark.parametrize("staff", [ADMIN, KAM_1])
def test_staff_goes_on_by_override_with_a_reason_and_the_former_one_becomes_rejected(
    world: World, staff: Caller
) -> None:
    lead_id = world.lead()
    former = shared(world, lead_id)
    world.call(accept_quotation, CUSTOMER, quotation_id=former)
    with refused("QUOTATION_ALREADY_ACCEPTED"):
        quoted(world, lead_id, staff)
    with refused("VALIDATION_ERROR", "overrideReason"):
        quoted(world, lead_id, staff, override=True)
    better = quoted(world, lead_id, staff, override=True, override_reason=REASON)["quotationReference"]
    with refused("QUOTATION_NOT_SHARED"):
        world.call(accept_quotation, staff, quotation_id=better, **OVERRIDE)
    world.call(share_quotation, staff, quotation_id=better)
    world.call(accept_quotation, staff, quotation_id=better, **OVERRIDE)
    assert statuses(world, lead_id) == {former: "Rejected", better: "Accepted"}
    assert world.data(get_lead, staff, lead_id=lead_id)["quotationRef"] == better
    entries = world.data(get_timeline, staff, lead_id=lead_id)["items"]
    answer = next(entry for entry in entries if entry["action"] == "quotationAccepted")
    assert (answer["override"], answer["reason"], answer["actorId"]) == (True, REASON, staff.user_id)
    with refused("QUOTATION_ALREADY_ACCEPTED"):
        world.call(accept_quotation, staff, quotation_id=better, **OVERRIDE)


@pytest.mark.parametrize("workflow", [accept_quotation, reject_quotation])
@pytest.mark.parametrize(
    ("caller", "sent", "code", "fields"),
    [
        (ADMIN, {}, "VALIDATION_ERROR", {"override", "reason"}),
        (KAM_1, {"override": True}, "VALIDATION_ERROR", {"reason"}),
        (KAM_1, {"reason": REASON}, "VALIDATION_ERROR", {"override"}),
        (KAM_2, OVERRIDE, "OUT_OF_SCOPE", set()),
    ],
)
def test_staff_answers_for_a_customer_only_by_override_in_scope_with_a_reason(
    world: World, workflow: Any, caller: Caller, sent: dict[str, Any], code: str, fields: set[str]
) -> None:
    reference = shared(world, world.lead())
    with refused(code, *fields):
        world.call(workflow, caller, quotation_id=reference, **sent)


def test_a_customer_does_not_override(world: World) -> None:
    reference = shared(world, world.lead())
    with refused("VALIDATION_ERROR", "override"):
        world.call(accept_quotation, CUSTOMER, quotation_id=reference, override=True, reason=REASON)

"""Who may create, share, accept and reject a quotation, and until when (rules.md 3.8)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared_code.rules.lead_status import Status
from shared_code.rules.quotation_life import (
    Offer,
    QuotationStatus,
    Say,
    check_accept,
    check_create,
    check_reject,
    check_share,
    pdf_name,
    valid_until,
)
from shared_code.rules.scope import Role
from tests.rules.samples import TODAY, refused

OPEN = list(Status)[:6]
CLOSED = list(Status)[6:]
SHARED = Offer("QUOT-1001", QuotationStatus.SHARED, TODAY, Status.IN_DISCUSSION, None)
CREATED = replace(SHARED, status=QuotationStatus.CREATED)
CUSTOMER = Say(Role.CUSTOMER)
ADMIN = Say(Role.ADMIN, override=True, reason="asked by phone")
ANSWERS = [check_accept, check_reject]
Answer = Callable[[Offer, Say, date], None]


def test_3_8_valid_to_the_end_of_the_fifteenth_day_after_creation() -> None:
    assert valid_until(date(2026, 2, 20), 15) == date(2026, 3, 7)


@pytest.mark.parametrize("answer", ANSWERS)
def test_3_8_a_quotation_is_answered_on_its_last_day_and_not_on_the_next(answer: Answer) -> None:
    answer(SHARED, CUSTOMER, TODAY)
    for say in (CUSTOMER, ADMIN):
        with refused("QUOTATION_EXPIRED"):
            answer(SHARED, say, TODAY + timedelta(days=1))


@pytest.mark.parametrize("role", [Role.ADMIN, Role.KAM, Role.CP])
@pytest.mark.parametrize("lead_status", Status)
def test_3_8_creating_sharing_and_accepting_need_an_open_lead(lead_status: Status, role: Role) -> None:
    acts: list[Callable[[], object]] = [
        lambda: check_create(lead_status, None, Say(role)),
        lambda: check_share(replace(CREATED, lead_status=lead_status), role, TODAY),
        lambda: check_accept(replace(SHARED, lead_status=lead_status), CUSTOMER, TODAY),
        lambda: check_accept(replace(SHARED, lead_status=lead_status), ADMIN, TODAY),
    ]
    for act in acts:
        if lead_status in OPEN:
            act()
        else:
            with refused("LEAD_CLOSED"):
                act()


@pytest.mark.parametrize("lead_status", CLOSED)
def test_3_8_a_closed_lead_does_not_forbid_to_reject(lead_status: Status) -> None:
    offer = replace(SHARED, lead_status=lead_status)
    check_reject(offer, CUSTOMER, TODAY)
    with refused("QUOTATION_NOT_SHARED"):
        check_reject(replace(offer, status=QuotationStatus.CREATED), CUSTOMER, TODAY)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("status", [QuotationStatus.CREATED, QuotationStatus.REJECTED])
@pytest.mark.parametrize("say", [CUSTOMER, ADMIN])
def test_3_8_only_shared_ones_are_answered(answer: Answer, status: QuotationStatus, say: Say) -> None:
    with refused("QUOTATION_NOT_SHARED"):
        answer(replace(SHARED, status=status), say, TODAY)


@pytest.mark.parametrize("answer", ANSWERS)
def test_2_2_a_partner_does_not_answer_for_the_customer(answer: Answer) -> None:
    with refused("FORBIDDEN"):
        answer(SHARED, Say(Role.CP, override=True, reason="asked by phone"), TODAY)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("role", [Role.ADMIN, Role.KAM])
def test_2_2_admin_and_kam_answer_with_override_and_reason(answer: Answer, role: Role) -> None:
    answer(SHARED, Say(role, override=True, reason="asked by phone"), TODAY)
    with refused("VALIDATION_ERROR", "override", "reason"):
        answer(SHARED, Say(role), TODAY)
    with refused("VALIDATION_ERROR", "override"):
        answer(SHARED, Say(role, reason="asked by phone"), TODAY)
    with refused("VALIDATION_ERROR", "reason"):
        answer(SHARED, Say(role, override=True, reason="  "), TODAY)


@pytest.mark.parametrize("answer", ANSWERS)
def test_3_8_once_one_is_accepted_the_customer_answers_no_other_nor_the_same_again(answer: Answer) -> None:
    for status in QuotationStatus:
        with refused("QUOTATION_ALREADY_ACCEPTED"):
            answer(replace(SHARED, status=status, accepted_ref="QUOT-1009"), CUSTOMER, TODAY)
    repeat = replace(SHARED, status=QuotationStatus.ACCEPTED, accepted_ref=SHARED.reference)
    for say in (CUSTOMER, ADMIN):
        with refused("QUOTATION_ALREADY_ACCEPTED"):
            answer(repeat, say, TODAY)


@pytest.mark.parametrize("answer", ANSWERS)
def test_3_8_once_one_is_accepted_an_override_goes_on_with_another(answer: Answer) -> None:
    answer(replace(SHARED, accepted_ref="QUOT-1009"), ADMIN, TODAY)


def test_3_8_once_one_is_accepted_creating_takes_an_override_and_its_reason() -> None:
    accepted = Status.CUSTOMER_ACCEPTED, "QUOT-1009"
    check_create(*accepted, ADMIN)
    with refused("VALIDATION_ERROR", "overrideReason"):
        check_create(*accepted, Say(Role.KAM, override=True))
    for say in (Say(Role.ADMIN), Say(Role.KAM), Say(Role.CP), Say(Role.CP, True, "asked by phone")):
        with refused("QUOTATION_ALREADY_ACCEPTED"):
            check_create(*accepted, say)
    with refused("LEAD_CLOSED"):
        check_create(Status.UNDER_EXECUTION, "QUOT-1009", ADMIN)


def test_3_8_sharing_again_changes_nothing_even_late() -> None:
    assert check_share(CREATED, Role.CP, TODAY) is True
    assert check_share(SHARED, Role.CP, TODAY) is False
    late = replace(SHARED, lead_status=Status.EXECUTED, accepted_ref="QUOT-1009")
    assert check_share(late, Role.CP, TODAY + timedelta(days=1)) is False


def test_3_8_an_expired_accepted_or_rejected_one_is_not_shared() -> None:
    with refused("QUOTATION_EXPIRED"):
        check_share(CREATED, Role.CP, TODAY + timedelta(days=1))
    with refused("QUOTATION_NOT_SHARED"):
        check_share(replace(CREATED, status=QuotationStatus.REJECTED), Role.ADMIN, TODAY)
    accepted = replace(CREATED, status=QuotationStatus.ACCEPTED, accepted_ref=CREATED.reference)
    for role in (Role.ADMIN, Role.KAM, Role.CP):
        with refused("QUOTATION_ALREADY_ACCEPTED"):
            check_share(accepted, role, TODAY)


def test_3_8_beside_an_accepted_one_staff_share_and_a_partner_does_not() -> None:
    offer = replace(CREATED, accepted_ref="QUOT-1009")
    assert check_share(offer, Role.KAM, TODAY)
    with refused("QUOTATION_ALREADY_ACCEPTED"):
        check_share(offer, Role.CP, TODAY)


def test_3_9_the_pdf_is_named_by_environment_month_and_reference() -> None:
    assert pdf_name("prod", date(2026, 3, 7), "QUOT-1001") == "prod/2026/03/QUOT-1001.pdf"

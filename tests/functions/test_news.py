"""Each event of rules.md 7 is told to those it names, and to nobody else; whoever did it hears nothing of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.commissions.approve_or_pay import approve_or_pay
from functions.documents.issue_upload import issue_kyc_upload
from functions.documents.review_kyc import approve_document, reject_document
from functions.leads.create_lead import create_lead
from functions.leads.update_status import update_status
from functions.people.activate_partner import activate_channel_partner
from functions.quotations.answer import accept_quotation, reject_quotation
from functions.quotations.share import share_quotation
from shared_code.rules.scope import Caller
from tests import rows
from tests.commissions import new_utr
from tests.handset import Handset
from tests.personal import new_phone, site
from tests.uploads import Upload, pdf, sent
from tests.world import ADMIN, CP_1, CP_3, CUSTOMER, KAM_1, REMARKS, World

Act = Callable[[World], object]
TOMORROW = datetime.now(UTC).date() + timedelta(days=1)
OVERRIDE: dict[str, Any] = {"override": True, "reason": REMARKS}


@pytest.fixture(scope="module", autouse=True)
def people(world: World) -> None:
    """A second Admin; a third one and KAM-2, of CP-3, who are out and hear nothing."""
    for user_id, status in (("ADM-2", "active"), ("ADM-3", "deactivated")):
        account = {"user_id": user_id, "role": "Admin", "status": status, "email": f"{user_id}@solarium.test"}
        rows.insert(world, "user_account", "user_id", **account)
    world.owner.execute("UPDATE user_account SET status = 'deactivated' WHERE user_id = 'KAM-2'")


def enters(by: Caller, **more: Any) -> Act:
    def act(world: World) -> None:
        whose: dict[str, Any] = (
            {} if by is CUSTOMER else {"customer_name": "Asha", "phone": new_phone(), **site("Asha")}
        )
        world.call(create_lead, by, **whose, **more)

    return act


def moves(by: Caller, status: str, to: str, cp_id: str = "CP-1") -> Act:
    """A lead that lacks nothing, from one status to another."""

    def act(world: World) -> None:
        lead_id = world.lead(cp_id, status, token_number="TOK-1")
        reference = rows.quotation(world, lead_id, "Shared")
        world.owner.execute("UPDATE lead SET quotation_ref = %s WHERE lead_id = %s", [reference, lead_id])
        follow_up = None if to == "Executed" else TOMORROW
        world.call(update_status, by, lead_id=lead_id, new_status=to, remarks=REMARKS, follow_up_date=follow_up)

    return act


def quotation(by: Caller, workflow: Callable[..., Any], status: str = "Shared", **more: Any) -> Act:
    def act(world: World) -> None:
        world.call(workflow, by, quotation_id=rows.quotation(world, world.lead(), status), **more)

    return act


def sends_paper(by: Caller, content: bytes) -> Act:
    def act(world: World) -> None:
        world.lead()
        sent(Upload(world, "", by, issue_kyc_upload, customer_id="CUST-1", doc_type="Other"), content)

    return act


def reviews(by: Caller, workflow: Callable[..., Any], **more: Any) -> Act:
    """A paper of CUST-1, who has leads of CP-1 and CP-3."""

    def act(world: World) -> None:
        world.lead("CP-1")
        world.lead("CP-3")
        paper = {"customer_id": "CUST-1", "doc_type": "Other", "review_status": "Pending Review"}
        world.call(workflow, by, doc_id=rows.document(world, **paper), **more)

    return act


def settles(standing: dict[str, Any], **what: Any) -> Act:
    def act(world: World) -> None:
        world.call(approve_or_pay, ADMIN, commission_id=rows.executed(world, **standing)[1], **what)

    return act


APPROVED = {"status": "Approved", "approved_amount": 5832, "approved_at": "now()"}
PAYMENT: dict[str, Any] = {"action": "pay", "utr": new_utr(), "paid_on": TOMORROW - timedelta(days=2), "method": "NEFT"}
ADMINS = "ADM-1 ADM-2"

# What is done, and who hears of it under which name.
EVENTS: list[tuple[str, Act, dict[str, str]]] = [
    ("a customer asks", enters(CUSTOMER), {"leadUnassigned": ADMINS}),
    ("an Admin enters one without a partner", enters(ADMIN), {"leadUnassigned": "ADM-2"}),
    ("an Admin enters one for a partner", enters(ADMIN, assigned_to="CP-1"), {"leadAssigned": "CP-1 KAM-1"}),
    ("a KAM enters one for a partner", enters(KAM_1, assigned_to="CP-1"), {"leadAssigned": "CP-1"}),
    ("for a partner whose KAM is out", enters(ADMIN, assigned_to="CP-3"), {"leadAssigned": "CP-3"}),
    ("a partner enters its own", enters(CP_1), {}),
    ("a partner moves its lead", moves(CP_1, "New Lead", "In Discussion"), {"leadStatus": "KAM-1"}),
    ("a KAM moves it", moves(KAM_1, "New Lead", "In Discussion"), {"leadStatus": "CP-1"}),
    ("an Admin moves it", moves(ADMIN, "New Lead", "In Discussion"), {"leadStatus": "CP-1 KAM-1"}),
    ("it stays where it is", moves(ADMIN, "In Discussion", "In Discussion"), {}),
    ("a partner whose KAM is out moves its lead", moves(CP_3, "New Lead", "In Discussion", "CP-3"), {}),
    ("a milestone: accepted", moves(CP_1, "In Discussion", "Customer Accepted"),
     {"leadStatus": "KAM-1", "milestone": "CUST-1"}),
    ("a milestone: won", moves(KAM_1, "In Discussion", "Won"), {"leadStatus": "CP-1", "milestone": "CUST-1"}),
    ("no milestone", moves(ADMIN, "Won", "Pending at Solarium"), {"leadStatus": "CP-1 KAM-1"}),
    ("a milestone: under execution", moves(CP_1, "Pending at Solarium", "Under Execution"),
     {"leadStatus": "KAM-1", "milestone": "CUST-1"}),
    ("a milestone: executed, a commission created", moves(ADMIN, "Under Execution", "Executed"),
     {"leadStatus": "CP-1 KAM-1", "milestone": "CUST-1", "commissionOpened": "CP-1"}),
    ("a quotation is shared", quotation(CP_1, share_quotation, "Created"), {"quotationShared": "CUST-1"}),
    ("it is shared again", quotation(CP_1, share_quotation), {}),
    ("a customer accepts", quotation(CUSTOMER, accept_quotation),
     {"quotationAccepted": f"{ADMINS} CP-1 KAM-1", "leadStatus": "CP-1 KAM-1"}),
    ("an Admin accepts for it", quotation(ADMIN, accept_quotation, **OVERRIDE),
     {"quotationAccepted": "ADM-2 CP-1 KAM-1", "leadStatus": "CP-1 KAM-1", "milestone": "CUST-1"}),
    ("a customer rejects", quotation(CUSTOMER, reject_quotation), {"quotationRejected": f"{ADMINS} CP-1 KAM-1"}),
    ("a KAM rejects for it", quotation(KAM_1, reject_quotation, **OVERRIDE), {"quotationRejected": f"{ADMINS} CP-1"}),
    ("a customer sends a paper", sends_paper(CUSTOMER, pdf()), {"kycUploaded": f"{ADMINS} KAM-1"}),
    ("a KAM sends it", sends_paper(KAM_1, pdf()), {"kycUploaded": ADMINS}),
    ("it is refused by the checks", sends_paper(CUSTOMER, b"MZ"), {"uploadRefused": "CUST-1"}),
    ("a paper is approved", reviews(ADMIN, approve_document), {"kycApproved": "CP-1 CP-3 CUST-1"}),
    ("a paper is rejected", reviews(KAM_1, reject_document, reason="Unreadable."), {"kycRejected": "CP-1 CP-3 CUST-1"}),
    ("a commission is approved", settles({}, action="approve"), {"commissionApproved": "CP-1"}),
    ("a commission is paid", settles(APPROVED, **PAYMENT), {"commissionPaid": "CP-1"}),
    ("a registration is approved", lambda world: world.call(activate_channel_partner, ADMIN, cp_id="CP-9"),
     {"partnerActivated": "CP-9"}),
    ("it is approved again", lambda world: world.call(activate_channel_partner, ADMIN, cp_id="CP-9"), {}),
]  # fmt: skip


@pytest.mark.parametrize(("act", "hear"), [event[1:] for event in EVENTS], ids=[event[0] for event in EVENTS])
def test_an_event_is_told_to_whom_it_concerns(world: World, act: Act, hear: dict[str, str]) -> None:
    world.owner.execute("DELETE FROM notification")
    act(world)
    assert told(world) == {kind: sorted(people.split()) for kind, people in hear.items()}


def test_admins_hear_of_a_partner_that_registers(world: World, new: Callable[..., Handset]) -> None:
    world.owner.execute("DELETE FROM notification")
    partner = new()
    partner.register()
    assert told(world) == {}
    partner.register(1, otp=partner.codes[0])
    assert told(world) == {"partnerRegistered": ADMINS.split()}


def told(world: World) -> dict[str, list[str]]:
    """Who was told what, each as often as it was."""
    kinds = "SELECT type, array_agg(user_id::text ORDER BY user_id) FROM notification GROUP BY type"
    return dict(world.rows(kinds))

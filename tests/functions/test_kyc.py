"""A customer's papers: sent, reviewed, locked when approved (rules.md 6.7, 7; api.md 2.4)."""

import json
from typing import Any

import pytest

from functions.documents.browse_documents import get_document, get_kyc_log, list_kyc_documents
from functions.documents.issue_link import issue_link
from functions.documents.issue_upload import KycFile, issue_kyc_upload, issue_upload, replace_document
from functions.documents.keep_documents import delete_document, restore_document
from functions.documents.review_kyc import Rejection, approve_document, reject_document
from functions.people.browse_people import get_customer
from shared_code.parsing import of_body
from shared_code.rules.kyc import KycType
from tests import rows
from tests.rules.samples import refused
from tests.uploads import Upload, pdf, sent
from tests.world import ADMIN, CP_1, CUSTOMER, KAM_1, KAM_2, World, codes, race

DECLARED = {"fileName": "pan.pdf", "contentType": "application/pdf", "fileSize": 1000}


@pytest.fixture
def customer(world: World) -> str:
    """A customer with a lead of CP-1 and one of CP-3, and no papers."""
    customer_id = rows.customer(world)
    world.lead(customer_id=customer_id)
    world.lead("CP-3", customer_id=customer_id)
    return customer_id


def paper(
    world: World, customer_id: str, doc_type: str = "PAN Card", caller: Any = CP_1, content: bytes | None = None
) -> Upload:
    """A paper that was sent and checked."""
    upload = Upload(world, "", caller, issue_kyc_upload, customer_id=customer_id, doc_type=doc_type)
    return sent(upload, content or pdf())


def papers(world: World, customer_id: str) -> list[tuple[str, str, str | None, int]]:
    items = world.data(list_kyc_documents, ADMIN, customer_id=customer_id)["items"]
    return [(item["docType"], item["state"], item["reviewStatus"], item["version"]) for item in items]


def log(world: World, customer_id: str) -> list[tuple[str, str | None, str | None]]:
    """What happened, by whom, why; the newest first."""
    items = world.data(get_kyc_log, KAM_1, customer_id=customer_id)["items"]
    return [(item["action"], item["actorId"], item["reason"]) for item in items]


def told(world: World, doc_id: str) -> set[tuple[str, str]]:
    return set(world.rows("SELECT type, user_id FROM notification WHERE data ->> 'docId' = %s", doc_id))


def test_a_paper_waits_for_review_and_those_who_review_hear_of_it(world: World, customer: str) -> None:
    upload = paper(world, customer)
    assert papers(world, customer) == [("PAN Card", "Accepted", "Pending Review", 1)]
    assert told(world, upload.doc_id) == {("kycUploaded", "ADM-1"), ("kycUploaded", "KAM-1"), ("kycUploaded", "KAM-2")}
    assert log(world, customer) == [("uploaded", "CP-1", None)]
    checklist = {one["docType"]: one for one in world.data(get_customer, ADMIN, customer_id=customer)["kyc"]}
    assert checklist["PAN Card"]["reviewStatus"] == "Pending Review"


@pytest.mark.parametrize(("sender", "hear"), [(ADMIN, {"KAM-1", "KAM-2"}), (KAM_1, {"ADM-1", "KAM-2"})])
def test_who_sends_a_paper_is_not_told_of_it(world: World, customer: str, sender: Any, hear: set[str]) -> None:
    upload = paper(world, customer, caller=sender)
    assert told(world, upload.doc_id) == {("kycUploaded", who) for who in hear}


def test_an_approved_paper_is_locked(world: World, customer: str) -> None:
    upload = paper(world, customer)
    late = Upload(world, "", CP_1, issue_kyc_upload, customer_id=customer, doc_type="PAN Card")
    assert world.data(approve_document, KAM_1, doc_id=upload.doc_id)["reviewStatus"] == "Approved"
    assert {one for one in told(world, upload.doc_id) if one[0] == "kycApproved"} == {
        ("kycApproved", customer), ("kycApproved", "CP-1"), ("kycApproved", "CP-3"),
    }  # fmt: skip
    sent(late, pdf())
    assert papers(world, customer) == [("PAN Card", "Accepted", "Approved", 1)]
    assert len(late.refusals) == 1
    for act in (
        lambda: paper(world, customer),
        lambda: Upload(world, "", CP_1, replace_document, doc_id=upload.doc_id),
        lambda: world.call(delete_document, ADMIN, doc_id=upload.doc_id),
        lambda: world.call(restore_document, ADMIN, doc_id=upload.doc_id, version=1, reason="Why not."),
        lambda: world.call(approve_document, ADMIN, doc_id=upload.doc_id),
        lambda: world.call(reject_document, ADMIN, doc_id=upload.doc_id, reason="Too late."),
    ):
        with refused("KYC_LOCKED"):
            act()
    assert log(world, customer) == [("approved", "KAM-1", None), ("uploaded", "CP-1", None)]


def test_a_rejected_paper_says_why_and_is_sent_again_as_its_next_version(world: World, customer: str) -> None:
    upload = paper(world, customer)
    with refused("VALIDATION_ERROR", "reason"):
        of_body(Rejection, {"docId": upload.doc_id}, {}, b'{"reason": " "}')
    rejected = world.data(reject_document, KAM_1, doc_id=upload.doc_id, reason="Not readable.")
    assert (rejected["reviewStatus"], rejected["reason"]) == ("Rejected", "Not readable.")
    assert ("kycRejected", customer) in told(world, upload.doc_id)
    with refused("DOCUMENT_STATE"):
        world.call(approve_document, KAM_1, doc_id=upload.doc_id)
    again = paper(world, customer, caller=ADMIN)
    assert again.doc_id == upload.doc_id
    assert papers(world, customer) == [("PAN Card", "Accepted", "Pending Review", 2)]
    assert again.document["reason"] is None
    assert log(world, customer) == [
        ("replaced", "ADM-1", None), ("rejected", "KAM-1", "Not readable."), ("uploaded", "CP-1", None),
    ]  # fmt: skip


def test_there_is_one_paper_of_a_type_and_any_number_of_others(world: World, customer: str) -> None:
    for kind in KycType:
        paper(world, customer, kind.value)
    paper(world, customer, "Other")
    assert [kind for kind, *_ in papers(world, customer)].count("Other") == 2
    assert len(papers(world, customer)) == len(KycType) + 1


def test_of_many_who_send_the_same_paper_at_once_there_is_one_document(world: World, customer: str) -> None:
    outcomes = race(20, lambda _: Upload(world, "", CP_1, issue_kyc_upload, customer_id=customer, doc_type="PAN Card"))
    assert codes(outcomes) == ["ok"] * 20
    assert len({upload.doc_id for upload in outcomes}) == 1
    sent(outcomes[7], pdf())
    assert [state for _, state, _, _ in papers(world, customer)] == ["Accepted"]


def test_what_is_no_paper_is_not_reviewed_and_what_is_not_checked_neither(world: World, customer: str) -> None:
    of_lead = sent(Upload(world, world.lead()), pdf())
    with refused("NOT_FOUND"):
        world.call(approve_document, ADMIN, doc_id=of_lead.doc_id)
    waiting = Upload(world, "", CP_1, issue_kyc_upload, customer_id=customer, doc_type="Light Bill")
    with refused("DOCUMENT_STATE"):
        world.call(approve_document, ADMIN, doc_id=waiting.doc_id)


def test_papers_are_seen_and_sent_in_scope_alone(world: World) -> None:
    upload = paper(world, "CUST-1", caller=CUSTOMER)
    assert world.data(get_document, CUSTOMER, doc_id=upload.doc_id)["docType"] == "PAN Card"
    stranger = rows.customer(world)
    for caller, code in ((CP_1, "NOT_FOUND"), (CUSTOMER, "NOT_FOUND"), (KAM_1, "OUT_OF_SCOPE")):
        with refused(code):
            paper(world, stranger, caller=caller)
        with refused(code):
            world.call(list_kyc_documents, caller, customer_id=stranger)
    world.call(approve_document, ADMIN, doc_id=upload.doc_id)
    with refused("OUT_OF_SCOPE"):
        world.call(reject_document, KAM_2, doc_id=upload.doc_id, reason="No.")


def test_a_partner_deletes_no_paper_and_an_admin_does(world: World, customer: str) -> None:
    upload = paper(world, customer)
    with refused("FORBIDDEN"):
        world.call(delete_document, CP_1, doc_id=upload.doc_id)
    world.call(delete_document, ADMIN, doc_id=upload.doc_id, reason="Of somebody else.")
    assert papers(world, customer) == []
    assert log(world, customer)[0] == ("deleted", "ADM-1", "Of somebody else.")
    paper(world, customer)
    assert papers(world, customer) == [("PAN Card", "Accepted", "Pending Review", 1)]


@pytest.mark.parametrize("named", [{}, {"docType": ""}, {"docType": "pan card"}, {"docType": "General"}])
def test_a_paper_is_of_a_known_type(customer: str, named: dict[str, str]) -> None:
    with refused("VALIDATION_ERROR", "docType"):
        of_body(KycFile, {"customerId": customer}, {}, json.dumps(DECLARED | named).encode())
    trimmed = of_body(KycFile, {"customerId": customer}, {}, json.dumps(DECLARED | {"docType": " PAN Card "}).encode())
    assert trimmed.doc_type is KycType.PAN_CARD


def test_the_other_door_leads_to_the_same_places(world: World, customer: str) -> None:
    lead_id = world.lead()
    assert sent(Upload(world, lead_id, CP_1, issue_upload, lead_id=lead_id), pdf()).state == "Accepted"
    known = paper(world, customer)
    again = Upload(world, "", CP_1, issue_upload, customer_id=customer, doc_type="PAN Card")
    assert again.doc_id == known.doc_id
    for wrong in ({}, {"lead_id": lead_id, "customer_id": customer}):
        with refused("VALIDATION_ERROR", "leadId"):
            Upload(world, "", CP_1, issue_upload, **wrong)


def test_a_link_to_send_a_file_says_nothing_of_it_and_the_check_finds_out(world: World, customer: str) -> None:
    slot = world.data(issue_link, CP_1, doc_type="KYC", customer_id=customer, kyc_type="Light Bill")
    assert slot["headers"] == {"x-ms-blob-type": "BlockBlob"}
    upload = sent(Upload.of(world, slot), pdf())
    assert (upload.document["contentType"], upload.document["fileName"]) == ("application/pdf", f"{upload.doc_id}.pdf")
    own = world.data(issue_link, CUSTOMER, doc_type="KYC")
    assert sent(Upload.of(world, own), b"MZ not a paper at all").state == "Rejected"
    lead_id = world.lead()
    of_lead = sent(Upload.of(world, world.data(issue_link, CP_1, doc_type="LEAD", lead_id=lead_id)), pdf())
    assert of_lead.document["docType"] == "General"


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({}, {"docId", "docType"}),
        ({"doc_type": "LEAD"}, {"leadId"}),
        ({"doc_type": "LEAD", "lead_id": "LEAD-1", "kyc_type": "Other"}, {"kycType"}),
        ({"doc_type": "KYC", "lead_id": "LEAD-1"}, {"leadId"}),
        ({"doc_type": "KYC"}, {"customerId"}),
        ({"doc_id": "DOC-1", "doc_type": "KYC"}, {"docType"}),
        ({"doc_id": "DOC-1", "file_name": "a.pdf"}, {"fileName"}),
        ({"version": 1}, {"docId", "docType"}),
    ],
)
def test_a_link_is_asked_for_in_one_of_its_forms(world: World, asked: dict[str, Any], wrong: set[str]) -> None:
    with refused("VALIDATION_ERROR", *wrong):
        world.call(issue_link, CP_1, **asked)

"""Places for documents: seven of a lead, given for half an hour, read once what is in them is accepted (rules.md 6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from functions.documents.browse_documents import get_document, list_lead_documents
from functions.documents.issue_link import issue_link
from functions.documents.sweep_uploads import expire_reservations
from shared_code.rules.scope import Caller
from shared_code.rules.uploads import LARGEST_BYTES
from tests.rules.samples import refused
from tests.uploads import Upload, active, pdf
from tests.world import CP_1, CP_3, CUSTOMER, KAM_1, KAM_2, World, codes, race


def test_the_eighth_document_is_refused_and_a_place_that_becomes_free_is_given_again(world: World) -> None:
    lead_id = world.lead()
    uploads = [Upload(world, lead_id) for _ in range(7)]
    with refused("DOCUMENT_LIMIT_EXCEEDED", "activeCount", "limit") as full:
        Upload(world, lead_id)
    assert full.value.details == {"activeCount": 7, "limit": 7}
    uploads[0].check(pdf(script=True))
    uploads[1].expire()
    world.run(expire_reservations)
    uploads[2].expire()  # the clock alone is enough
    for _ in range(3):
        Upload(world, lead_id)
    with refused("DOCUMENT_LIMIT_EXCEEDED"):
        Upload(world, lead_id)
    states = [item["state"] for item in world.data(list_lead_documents, CP_1, lead_id=lead_id)["items"]]
    assert "Expired" not in states


def test_a_late_file_does_not_become_an_eighth_document(world: World) -> None:
    lead_id = world.lead()
    late = [Upload(world, lead_id) for _ in range(7)]
    for upload in late:
        upload.expire()
    outcomes = race(14, lambda n: late[n // 2].check(pdf()) if n % 2 else Upload(world, lead_id))
    assert codes(outcomes) == ["ok"] * 14
    assert active(world, lead_id) == 7


def test_the_largest_file_gets_a_place_for_half_an_hour(world: World) -> None:
    slot = Upload(world, world.lead(), file_size=LARGEST_BYTES).slot
    assert slot.max_size_bytes == 10 * 1024 * 1024
    assert timedelta(minutes=29) < slot.expires_at - datetime.now(UTC) <= timedelta(minutes=30)


@pytest.mark.parametrize(
    ("declared", "code", "field"),
    [
        ({"file_size": LARGEST_BYTES + 1}, "FILE_TOO_LARGE", "fileSize"),
        ({"file_size": 0}, "VALIDATION_ERROR", "fileSize"),
        ({"file_name": "bill.exe"}, "UNSUPPORTED_FILE_TYPE", "fileName"),
        ({"file_name": "bill"}, "UNSUPPORTED_FILE_TYPE", "fileName"),
        ({"content_type": "text/html"}, "UNSUPPORTED_FILE_TYPE", "contentType"),
        ({"file_name": "bill.png"}, "UNSUPPORTED_FILE_TYPE", "contentType"),
        ({"doc_type": "../../secret"}, "VALIDATION_ERROR", "docType"),
    ],
)
def test_what_is_declared_must_be_small_enough_of_our_types_and_agree(
    world: World, declared: dict[str, Any], code: str, field: str
) -> None:
    lead_id = world.lead()
    with refused(code, field):
        Upload(world, lead_id, **declared)
    assert active(world, lead_id) == 0


def test_a_document_is_read_by_a_link_once_it_is_accepted(world: World) -> None:
    upload = Upload(world, world.lead())
    with refused("DOCUMENT_STATE"):
        world.call(issue_link, CP_1, doc_id=upload.doc_id)
    upload.check(pdf())
    for reader in (CP_1, KAM_1, CUSTOMER):
        link = world.data(issue_link, reader, doc_id=upload.doc_id)
        answer = requests.get(link["sasUrl"], timeout=10)
        assert answer.content.startswith(b"%PDF-")
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''light%20bill.pdf"


def test_a_refused_document_is_never_read(world: World) -> None:
    upload = Upload(world, world.lead()).check(pdf(script=True))
    with refused("DOCUMENT_STATE"):
        world.call(issue_link, CP_1, doc_id=upload.doc_id)


@pytest.mark.parametrize(("stranger", "code"), [(CP_3, "NOT_FOUND"), (KAM_2, "OUT_OF_SCOPE")])
def test_documents_of_others_are_neither_added_nor_read(world: World, stranger: Caller, code: str) -> None:
    upload = Upload(world, world.lead()).check(pdf())
    with refused(code):
        Upload(world, upload.lead_id, stranger)
    for workflow in (get_document, issue_link):
        with refused(code):
            world.call(workflow, stranger, doc_id=upload.doc_id)

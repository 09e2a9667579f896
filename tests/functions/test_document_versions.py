"""Versions of documents: replaced, restored, deleted, and who read them (rules.md 6.6, 6.8, 6.9; api.md 2.4)."""

from typing import Any

import pytest
import requests

from functions.documents.browse_documents import get_document, list_accesses, list_lead_documents, list_versions
from functions.documents.issue_link import issue_link
from functions.documents.issue_upload import replace_document
from functions.documents.keep_documents import delete_document, restore_document
from functions.documents.sweep_uploads import expire_reservations
from tests.rules.samples import refused
from tests.uploads import PHOTO, Upload, active, pdf, photo, sent
from tests.world import ADMIN, CP_1, CP_3, CUSTOMER, KAM_1, KAM_2, World, codes, race


def accepted(world: World, lead_id: str) -> Upload:
    return sent(Upload(world, lead_id), pdf())


def replaced(upload: Upload, content: bytes, caller: Any = CP_1, **declared: Any) -> Upload:
    """The next version of a document, sent and checked."""
    return sent(
        Upload(upload.world, upload.lead_id, caller, replace_document, doc_id=upload.doc_id, **declared), content
    )


def link(world: World, caller: Any, doc_id: str, **which: Any) -> bytes:
    """What a read link reads."""
    url = world.data(issue_link, caller, doc_id=doc_id, **which)["sasUrl"]
    return requests.get(url, timeout=10).content


def versions(upload: Upload, caller: Any = CP_1) -> list[tuple[int, str]]:
    items = upload.world.data(list_versions, caller, doc_id=upload.doc_id)["items"]
    return [(item["version"], item["state"]) for item in items]


def test_a_new_version_takes_over_when_it_is_accepted_and_the_older_stays_readable_to_staff(world: World) -> None:
    first = accepted(world, world.lead())
    old = link(world, CP_1, first.doc_id)
    second = Upload(world, first.lead_id, CP_1, replace_document, doc_id=first.doc_id, **PHOTO)
    assert second.doc_id == first.doc_id
    assert (first.document["version"], first.state) == (1, "Accepted")
    assert link(world, CP_1, first.doc_id) == old
    sent(second, photo())
    assert (first.document["version"], first.document["contentType"]) == (2, "image/jpeg")
    assert link(world, CP_1, first.doc_id) == link(world, ADMIN, first.doc_id, version=2) != old
    assert versions(first) == [(2, "Accepted"), (1, "Accepted")]
    for staff in (ADMIN, KAM_1):
        assert link(world, staff, first.doc_id, version=1) == old
    for other in (CP_1, CUSTOMER):
        with refused("FORBIDDEN"):
            world.call(issue_link, other, doc_id=first.doc_id, version=1)
    with refused("NOT_FOUND"):
        world.call(issue_link, ADMIN, doc_id=first.doc_id, version=3)
    assert [entry["action"] for entry in first.entries] == ["documentReplaced", "documentAdded"]


def test_a_refused_version_leaves_the_accepted_one_in_service(world: World) -> None:
    first = accepted(world, world.lead())
    second = replaced(first, pdf(script=True))
    assert (first.state, first.document["version"], first.document["reason"]) == ("Accepted", 1, None)
    assert versions(first) == [(2, "Rejected"), (1, "Accepted")]
    assert len(second.refusals) == 1
    assert active(world, first.lead_id) == 1


def test_the_newest_accepted_version_serves_whichever_is_checked_last(world: World) -> None:
    first = accepted(world, world.lead())
    second, third = (
        Upload(world, first.lead_id, CP_1, replace_document, doc_id=first.doc_id).put(pdf()) for _ in range(2)
    )
    third.check(pdf())
    second.check(pdf())
    assert first.document["version"] == 3
    assert versions(first) == [(3, "Accepted"), (2, "Accepted"), (1, "Accepted")]


def test_a_document_that_is_not_checked_yet_is_not_replaced(world: World) -> None:
    upload = Upload(world, world.lead())
    with refused("DOCUMENT_STATE"):
        Upload(world, upload.lead_id, CP_1, replace_document, doc_id=upload.doc_id)


def test_a_refused_document_takes_a_place_again_when_it_is_sent_anew(world: World) -> None:
    lead_id = world.lead()
    bad = sent(Upload(world, lead_id), pdf(script=True))
    others = [accepted(world, lead_id) for _ in range(7)]
    with refused("DOCUMENT_LIMIT_EXCEEDED"):
        replaced(bad, pdf())
    world.call(delete_document, ADMIN, doc_id=others[0].doc_id)
    again = Upload(world, lead_id, CP_1, replace_document, doc_id=bad.doc_id)
    assert (bad.state, active(world, lead_id)) == ("Reserved", 7)
    again.expire()
    world.run(expire_reservations)
    assert (bad.state, active(world, lead_id)) == ("Rejected", 6)
    replaced(bad, pdf())
    assert (bad.state, bad.document["version"], active(world, lead_id)) == ("Accepted", 3, 7)
    assert [entry["action"] for entry in bad.entries] == ["documentAdded"]


def test_an_older_version_is_brought_back_as_the_next_one(world: World) -> None:
    first = accepted(world, world.lead())
    old = link(world, CP_1, first.doc_id)
    replaced(first, photo(), **PHOTO)
    restored = world.data(
        restore_document, KAM_1, doc_id=first.doc_id, version=1, reason="The photo is of another roof."
    )
    assert (restored["version"], restored["contentType"], restored["uploadedBy"]) == (3, "application/pdf", "KAM-1")
    assert link(world, CP_1, first.doc_id) == old
    entry = first.entries[0]
    assert (entry["action"], entry["reason"]) == ("documentRestored", "The photo is of another roof.")
    assert entry["after"] == {"docId": first.doc_id, "docType": "General", "version": 3, "restoredVersion": 1}


def test_only_an_older_accepted_version_is_brought_back(world: World) -> None:
    first = accepted(world, world.lead())
    replaced(first, pdf(script=True))
    for version, code in ((1, "DOCUMENT_STATE"), (2, "DOCUMENT_STATE"), (9, "NOT_FOUND")):
        with refused(code):
            world.call(restore_document, ADMIN, doc_id=first.doc_id, version=version, reason="Because.")
    with refused("OUT_OF_SCOPE"):
        world.call(restore_document, KAM_2, doc_id=first.doc_id, version=1, reason="Because.")


@pytest.mark.parametrize("caller", [ADMIN, CP_1])
def test_a_deleted_document_leaves_the_lists_and_frees_its_place_but_its_bytes_stay(world: World, caller: Any) -> None:
    upload = accepted(world, world.lead())
    url = world.data(issue_link, ADMIN, doc_id=upload.doc_id)["sasUrl"]
    assert world.data(delete_document, caller, doc_id=upload.doc_id, reason="Wrong lead.")["state"] == "Deleted"
    assert active(world, upload.lead_id) == 0
    assert world.data(list_lead_documents, CP_1, lead_id=upload.lead_id)["items"] == []
    for workflow in (get_document, issue_link, list_versions, delete_document):
        with refused("NOT_FOUND"):
            world.call(workflow, caller, doc_id=upload.doc_id)
    with refused("NOT_FOUND"):
        replaced(upload, pdf())
    assert requests.get(url, timeout=10).status_code == 200
    assert (upload.entries[0]["action"], upload.entries[0]["reason"]) == ("documentDeleted", "Wrong lead.")


def test_a_file_that_comes_for_a_deleted_document_is_refused(world: World) -> None:
    upload = Upload(world, world.lead()).put(pdf())
    world.call(delete_document, ADMIN, doc_id=upload.doc_id)
    upload.check(pdf())
    assert world.value("SELECT state FROM document WHERE doc_id = %s", upload.doc_id) == "Deleted"
    assert len(upload.refusals) == 1


def test_who_was_given_a_link_is_noted_and_shown_to_staff(world: World) -> None:
    upload = accepted(world, world.lead())
    for reader in (CP_1, CUSTOMER, KAM_1):
        world.call(issue_link, reader, doc_id=upload.doc_id)
    with refused("NOT_FOUND"):
        world.call(issue_link, CP_3, doc_id=upload.doc_id)
    page = world.data(list_accesses, ADMIN, doc_id=upload.doc_id)
    assert [(item["userId"], item["role"], item["version"]) for item in page["items"]] == [
        ("KAM-1", "KAM", 1), ("CUST-1", "Customer", 1), ("CP-1", "CP", 1),
    ]  # fmt: skip
    assert page["total"] == 3
    assert len(world.data(list_accesses, KAM_1, doc_id=upload.doc_id, offset=1, limit=1)["items"]) == 1
    with refused("OUT_OF_SCOPE"):
        world.call(list_accesses, KAM_2, doc_id=upload.doc_id)


def test_of_many_replacements_at_once_each_is_a_version_of_its_own(world: World) -> None:
    first = accepted(world, world.lead())
    outcomes = race(20, lambda _: Upload(world, first.lead_id, CP_1, replace_document, doc_id=first.doc_id))
    assert codes(outcomes) == ["ok"] * 20
    assert sorted(version for version, _ in versions(first)) == list(range(1, 22))

"""Files that come along with their request: each a version with a name of its own in storage (rules.md 6.3, 6.6)."""

from typing import Any

import pytest
import requests

from functions.documents.browse_documents import list_kyc_documents, list_versions
from functions.documents.issue_link import issue_link
from functions.documents.issue_upload import issue_kyc_upload, issue_lead_upload, replace_document
from shared_code.sql import uploads as rows_of_uploads
from tests.rules.samples import refused
from tests.uploads import PHOTO, Upload, active, along, pdf, photo, sent
from tests.world import ADMIN, CP_1, DEAD_STORAGE, World, codes, race


def again(upload: Upload) -> Upload:
    return Upload(upload.world, upload.lead_id, CP_1, replace_document, doc_id=upload.doc_id)


def versions(upload: Upload) -> list[tuple[int, str]]:
    items = upload.world.data(list_versions, ADMIN, doc_id=upload.doc_id)["items"]
    return [(item["version"], item["state"]) for item in items]


def test_files_that_come_along_at_once_are_each_a_version_with_its_own_bytes(world: World) -> None:
    first = sent(Upload(world, world.lead()), pdf())

    def come(number: int) -> Any:
        given = PHOTO if number % 2 else {}
        return along(world, CP_1, replace_document, photo() if number % 2 else pdf(), doc_id=first.doc_id, **given)

    assert codes(race(6, come)) == ["ok"] * 6
    assert sorted(versions(first)) == [(number, "Accepted") for number in range(1, 8)]
    names = world.rows("SELECT blob_name FROM document_version WHERE doc_id = %s", first.doc_id)
    assert len(set(names)) == 7
    kind = first.document["contentType"]
    assert (
        requests.get(world.data(issue_link, CP_1, doc_id=first.doc_id)["sasUrl"], timeout=10).headers["Content-Type"]
        == kind
    )


def test_a_crash_between_the_bytes_and_the_row_blocks_no_later_version(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sent(Upload(world, world.lead()), pdf())
    with monkeypatch.context() as dying:
        dying.setattr(rows_of_uploads, "keep", lambda *_: pytest.fail("killed"))
        with pytest.raises(BaseException, match="killed"):
            along(world, CP_1, replace_document, pdf(), doc_id=first.doc_id)
    assert (first.document["version"], versions(first)) == (1, [(2, "Expired"), (1, "Accepted")])
    assert along(world, CP_1, replace_document, pdf(pages=2), doc_id=first.doc_id)["version"] == 3
    assert sent(again(first), pdf()).document["version"] == 4


def test_storage_that_dies_leaves_nothing_that_is_served_and_no_place_taken(world: World) -> None:
    lead_id = world.lead()
    first = sent(Upload(world, lead_id), pdf())
    with world.with_settings(azure_storage_connection_string=DEAD_STORAGE):
        for door, home in (
            (issue_lead_upload, {"lead_id": lead_id}),
            (issue_kyc_upload, {"customer_id": "CUST-1", "doc_type": "PAN Card"}),
            (replace_document, {"doc_id": first.doc_id}),
        ):
            with refused("STORAGE_FAILED"):
                along(world, CP_1, door, pdf(), **home)
    assert (first.document["version"], active(world, lead_id)) == (1, 1)
    assert world.data(list_kyc_documents, ADMIN, customer_id="CUST-1")["items"] == []
    assert along(world, CP_1, replace_document, pdf(), doc_id=first.doc_id)["state"] == "Accepted"


def test_numbering_a_version_without_drawing_it_gives_one_name_to_two_files(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sent(Upload(world, world.lead()), pdf())
    monkeypatch.setattr(rows_of_uploads, "draw_version", lambda *_: None)
    with monkeypatch.context() as dying:
        dying.setattr(rows_of_uploads, "keep", lambda *_: pytest.fail("killed"))
        with pytest.raises(BaseException, match="killed"):
            along(world, CP_1, replace_document, pdf(), doc_id=first.doc_id)
    with refused("STORAGE_FAILED"):
        along(world, CP_1, replace_document, pdf(pages=2), doc_id=first.doc_id)

"""A file's way from quarantine to what is served, or to a refusal a person understands (rules.md 6.3-6.5; I11)."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient
from PIL import Image

from functions.documents.check_upload import check_upload, give_up_check
from functions.documents.sweep_uploads import expire_reservations
from shared_code.context import INDIA
from tests.rules.samples import refused
from tests.uploads import BILL, PHOTO, Upload, active, pdf, photo
from tests.world import CUSTOMER, DEAD_STORAGE, World, codes, race


@pytest.fixture
def storage(azurite: str) -> Iterator[BlobServiceClient]:
    with BlobServiceClient.from_connection_string(azurite) as service:
        yield service


def test_an_accepted_file_is_kept_as_the_check_wrote_it_and_the_upload_is_gone(
    world: World, storage: BlobServiceClient
) -> None:
    sent = photo()
    upload = Upload(world, world.lead(), **PHOTO, doc_type="Roof photo").put(sent).check(sent)
    blob_name, sha256, size = world.rows(
        "SELECT blob_name, sha256, size_bytes FROM document_version WHERE doc_id = %s", upload.doc_id
    )[0]
    assert blob_name == f"local/{datetime.now(UTC).astimezone(INDIA):%Y/%m}/{upload.doc_id}/v1.jpg"
    kept = storage.get_blob_client("docs", blob_name)
    content = kept.download_blob().readall()
    assert not Image.open(BytesIO(content)).getexif()
    assert (sha256, size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert kept.get_blob_properties().content_settings.content_type == "image/jpeg"
    assert kept.get_blob_tags() == {"docType": "Roof photo", "reference": upload.lead_id}
    assert not storage.get_blob_client("uploads", upload.name).exists()
    document = upload.document
    assert (document["state"], document["sizeBytes"], document["fileName"]) == ("Accepted", len(content), "roof.JPEG")
    [entry] = upload.entries
    assert (entry["action"], entry["after"]) == (
        "documentAdded",
        {"docId": upload.doc_id, "docType": "Roof photo", "version": 1},
    )
    assert upload.refusals == []


@pytest.mark.parametrize(
    ("declared", "content", "words"),
    [
        (BILL, pdf(script=True), "Your PDF contains a script."),
        (BILL, photo(), "not of the type its name says"),
        (PHOTO, photo()[:200], "Your image is damaged"),
        (BILL, b"MZ\x90\x00 a program", "not of the type its name says"),
        (BILL, b"", "Your file is empty."),
    ],
)
def test_a_refused_file_tells_its_uploader_why_and_frees_its_place(
    world: World, storage: BlobServiceClient, declared: dict[str, Any], content: bytes, words: str
) -> None:
    upload = Upload(world, world.lead(), CUSTOMER, **declared).put(content)
    assert active(world, upload.lead_id) == 1
    upload.check(content)
    assert upload.state == "Rejected"
    assert words in upload.document["reason"]
    [(told, message)] = upload.refusals
    assert told == "CUST-1"
    assert words in message
    assert upload.entries == []
    assert active(world, upload.lead_id) == 0
    assert not storage.get_blob_client("uploads", upload.name).exists()


@pytest.mark.parametrize("timer_was_faster", [True, False])
def test_a_file_that_comes_after_its_place_died_is_refused_unread(world: World, timer_was_faster: bool) -> None:
    upload = Upload(world, world.lead()).expire()
    if timer_was_faster:
        world.run(expire_reservations)
        assert upload.state == "Expired"
    upload.check(pdf())
    assert upload.state == "Rejected"
    assert "came after its time" in upload.document["reason"]
    assert len(upload.refusals) == 1


def test_a_deleted_document_stays_deleted_when_its_file_comes(world: World) -> None:
    upload = Upload(world, world.lead())
    world.owner.execute("UPDATE document SET state = 'Deleted' WHERE doc_id = %s", [upload.doc_id])
    upload.check(pdf())
    assert world.value("SELECT state FROM document WHERE doc_id = %s", upload.doc_id) == "Deleted"


@pytest.mark.parametrize("workflow", [check_upload, give_up_check])
def test_a_blob_that_nobody_reserved_a_place_for_is_removed(
    world: World, storage: BlobServiceClient, workflow: Callable[..., None]
) -> None:
    stranger = storage.get_blob_client("uploads", "stranger.pdf")
    stranger.upload_blob(pdf())
    world.run(workflow, "stranger.pdf", *([pdf()] if workflow is check_upload else []))
    assert not stranger.exists()


@pytest.mark.parametrize("hostile", [False, True])
def test_a_blob_delivered_again_and_again_has_one_outcome(world: World, hostile: bool) -> None:
    upload = Upload(world, world.lead()).put(pdf(hostile))
    assert codes(race(4, lambda _: upload.check(pdf(hostile)))) == ["ok"] * 4
    world.run(give_up_check, upload.name)
    upload.check(pdf(not hostile))
    assert (len(upload.entries), len(upload.refusals)) == ((0, 1) if hostile else (1, 0))
    assert upload.state == ("Rejected" if hostile else "Accepted")
    assert active(world, upload.lead_id) == (0 if hostile else 1)


def test_a_blob_whose_check_keeps_failing_is_refused_with_the_advice_to_send_it_again(
    world: World, storage: BlobServiceClient
) -> None:
    upload = Upload(world, world.lead()).put(pdf())
    world.run(give_up_check, upload.name)
    assert upload.state == "Rejected"
    assert upload.document["reason"] == "The file could not be checked; please send it again."
    assert len(upload.refusals) == 1
    assert not storage.get_blob_client("uploads", upload.name).exists()


def test_a_check_whose_storage_fails_keeps_its_place_and_is_finished_by_the_next_attempt(world: World) -> None:
    upload = Upload(world, world.lead()).put(pdf())
    with world.with_settings(azure_storage_connection_string=DEAD_STORAGE), refused("STORAGE_FAILED"):
        upload.check(pdf())
    upload.expire()
    world.run(expire_reservations)
    assert upload.state == "Checking"
    assert active(world, upload.lead_id) == 1
    assert upload.check(pdf()).state == "Accepted"
    assert len(upload.entries) == 1

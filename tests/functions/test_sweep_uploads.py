"""What falls by the wayside of the quarantine is found: too large, undelivered, unfinished (rules.md 6.2-6.5)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from functions.documents.sweep_uploads import MOST_CHECKED, sweep_uploads
from shared_code.adapters import upload_check
from shared_code.rules.uploads import LARGEST_BYTES
from tests.uploads import Upload, pdf
from tests.world import DEAD_STORAGE, World

LATER = timedelta(minutes=3)


@pytest.fixture
def uploads(azurite: str) -> Iterator[ContainerClient]:
    with BlobServiceClient.from_connection_string(azurite) as service:
        container = service.get_container_client("uploads")
        for name in list(container.list_blob_names()):
            container.delete_blob(name)
        yield container


def sweep(world: World, after: timedelta = LATER) -> None:
    world.run(sweep_uploads, now=datetime.now(UTC) + after)


def names(uploads: ContainerClient) -> list[str]:
    return list(uploads.list_blob_names())


@pytest.fixture
def _unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read: the checker would fail."""
    monkeypatch.delattr(upload_check, "check")


@pytest.mark.usefixtures("_unread")
def test_a_file_over_the_limit_is_refused_unread(world: World, uploads: ContainerClient) -> None:
    upload = Upload(world, world.lead()).put(b"%PDF-" + b" " * LARGEST_BYTES)
    sweep(world, timedelta())
    assert (upload.state, upload.document["reason"]) == ("Rejected", "Your file is larger than 10 MB.")
    assert len(upload.refusals) == 1
    assert names(uploads) == []


def test_a_file_whose_event_got_lost_is_checked(world: World, uploads: ContainerClient) -> None:
    good, bad = (Upload(world, world.lead()).put(pdf(script)) for script in (False, True))
    sweep(world, timedelta())
    assert (good.state, bad.state) == ("Reserved", "Reserved")
    sweep(world)
    assert (good.state, bad.state) == ("Accepted", "Rejected")
    assert names(uploads) == []


@pytest.mark.usefixtures("_unread")
def test_what_somebody_is_checking_is_left_alone_for_a_quarter_of_an_hour(
    world: World, uploads: ContainerClient
) -> None:
    upload = Upload(world, world.lead()).put(pdf())
    world.owner.execute(
        "UPDATE document_version SET state = 'Checking', checking_at = now() - interval '14 min' WHERE doc_id = %s",
        [upload.doc_id],
    )
    sweep(world)
    assert names(uploads) == [upload.name]
    world.owner.execute(
        "UPDATE document_version SET checking_at = now() - interval '16 min' WHERE doc_id = %s", [upload.doc_id]
    )
    sweep(world)
    assert (upload.state, upload.document["reason"]) == (
        "Rejected", "The file could not be checked; please send it again.",
    )  # fmt: skip
    assert names(uploads) == []


def test_what_nobody_waits_for_goes(world: World, uploads: ContainerClient) -> None:
    uploads.upload_blob("nobody-knows-me.pdf", pdf())
    late = Upload(world, world.lead()).put(pdf()).expire()
    sweep(world)
    assert names(uploads) == []
    assert late.refusals[0][1] == "General: The file came after its time; please send it again."


def test_one_that_fails_does_not_keep_the_others_waiting(
    world: World, uploads: ContainerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [Upload(world, world.lead()).put(pdf()) for _ in range(3)]
    check, failing = upload_check.check, iter([True])

    def fails_once(content: bytes, content_type: str) -> upload_check.Verdict:
        if next(failing, False):
            raise OSError("no process")
        return check(content, content_type)

    monkeypatch.setattr(upload_check, "check", fails_once)
    sweep(world)
    assert sorted(upload.state for upload in waiting) == ["Accepted", "Accepted", "Checking"]


def test_one_run_checks_only_so_many_itself(world: World, uploads: ContainerClient) -> None:
    for number in range(MOST_CHECKED + 2):
        uploads.upload_blob(f"stranger-{number:02}", b"x")
    sweep(world)
    assert len(names(uploads)) == 2
    sweep(world)
    assert names(uploads) == []


def test_when_storage_does_not_answer_the_run_fails_and_nothing_else_happens(world: World) -> None:
    upload = Upload(world, world.lead())
    with world.with_settings(azure_storage_connection_string=DEAD_STORAGE), pytest.raises(Exception, match="storage"):
        sweep(world)
    assert upload.state == "Reserved"

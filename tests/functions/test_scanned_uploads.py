"""Uploads that scanners are asked about, where settings name them (rules.md 6.4)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient

from functions.documents.check_upload import give_up_check
from functions.documents.issue_upload import LeadFile, issue_lead_upload
from functions.documents.sweep_uploads import sweep_uploads
from shared_code.adapters import scanners
from shared_code.adapters.scanners import DEFENDER_TAG, Said, ScannerError
from tests.clamd import VIRUS, Clamd
from tests.rules.samples import refused
from tests.uploads import BILL, Upload, active, pdf, sent
from tests.world import CP_1, World

INFECTED = pdf() + b"\n%" + VIRUS


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    with Clamd() as running:
        yield running


@pytest.fixture
def scanned(world: World, clamd: Clamd) -> Iterator[World]:
    with world.with_settings(clamav_address=clamd.address):
        yield world


@pytest.fixture
def defended(world: World) -> Iterator[World]:
    with world.with_settings(defender_verdict_required=True):
        yield world


def says(azurite: str, upload: Upload, verdict: str) -> None:
    """Let Defender write its verdict beside a blob."""
    with BlobServiceClient.from_connection_string(azurite) as service:
        service.get_blob_client("uploads", upload.name).set_blob_tags({DEFENDER_TAG: verdict})


def sweep(world: World) -> None:
    world.run(sweep_uploads, now=datetime.now(UTC) + timedelta(minutes=3))


def along(world: World, lead_id: str, content: bytes) -> Any:
    """A file that comes along with its request."""
    ask = LeadFile.model_validate(BILL | {"lead_id": lead_id})
    ask.take(content)
    ctx = world.context(CP_1)
    ctx.begin()
    return issue_lead_upload(ask, ctx)


def test_without_settings_nobody_is_asked(world: World) -> None:
    assert scanners.ask(world.settings, "nowhere.pdf", VIRUS) is Said.CLEAN


def test_clamd_is_sent_the_whole_file_and_its_word_counts(scanned: World, clamd: Clamd) -> None:
    lead_id = scanned.lead()
    good, bad = sent(Upload(scanned, lead_id), pdf()), sent(Upload(scanned, lead_id), INFECTED)
    assert (good.state, bad.state) == ("Accepted", "Rejected")
    assert bad.document["reason"] == "Your file contains malware. Please do not send it again."
    assert INFECTED in clamd.received


@pytest.mark.parametrize(
    "words",
    [b"", b"stream: Something ERROR\0", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OKAY\0", b"\xff" * 2000],
)
def test_what_is_no_verdict_is_never_taken_for_one(scanned: World, clamd: Clamd, words: bytes) -> None:
    clamd.says = words
    with pytest.raises(ScannerError):
        scanners.ask(scanned.settings, None, b"x" * 200_000)
    upload = Upload(scanned, scanned.lead()).put(pdf())
    with pytest.raises(ScannerError):
        upload.check(pdf())
    assert upload.state == "Checking"
    scanned.run(give_up_check, upload.name)
    assert upload.state == "Rejected"


def test_a_clamd_that_is_not_there_accepts_nothing(world: World) -> None:
    with world.with_settings(clamav_address="127.0.0.1:1"), pytest.raises(ScannerError):
        scanners.ask(world.settings, None, b"x")


def test_a_file_that_comes_along_is_scanned_too(scanned: World, clamd: Clamd) -> None:
    lead_id = scanned.lead()
    along(scanned, lead_id, pdf())
    with refused("VALIDATION_ERROR", "file", "reason") as no:
        along(scanned, lead_id, INFECTED)
    assert no.value.details and no.value.details["reason"] == "MALWARE"
    clamd.says = b"stream: ERROR\0"
    with refused("VALIDATION_ERROR", "file", "reason"):
        along(scanned, lead_id, pdf())
    assert active(scanned, lead_id) == 1


@pytest.mark.parametrize(("verdict", "state"), [("No threats found", "Accepted"), ("Malicious", "Rejected")])
def test_a_file_waits_for_defenders_verdict(defended: World, azurite: str, verdict: str, state: str) -> None:
    upload = sent(Upload(defended, defended.lead()), pdf())
    assert upload.state == "Checking"
    sweep(defended)
    assert upload.state == "Checking"
    says(azurite, upload, verdict)
    sweep(defended)
    assert upload.state == state


def test_without_a_verdict_in_a_quarter_of_an_hour_it_is_refused(defended: World) -> None:
    upload = sent(Upload(defended, defended.lead()), pdf())
    defended.owner.execute(
        "UPDATE document_version SET checking_at = now() - interval '16 min' WHERE doc_id = %s", [upload.doc_id]
    )
    sweep(defended)
    assert (upload.state, upload.document["reason"]) == (
        "Rejected", "The file could not be checked; please send it again.",
    )  # fmt: skip


def test_a_file_that_defender_could_not_scan_is_not_accepted(defended: World, azurite: str) -> None:
    upload = Upload(defended, defended.lead()).put(pdf())
    says(azurite, upload, "Error")
    with pytest.raises(ScannerError):
        upload.check(pdf())
    assert upload.state == "Checking"


def test_where_defender_is_required_a_file_that_comes_along_goes_into_quarantine(defended: World, azurite: str) -> None:
    lead_id = defended.lead()
    along(defended, lead_id, pdf())
    assert active(defended, lead_id) == 1
    doc_id, name, state = defended.rows(
        "SELECT doc_id, upload_blob, v.state FROM document d JOIN document_version v USING (doc_id) WHERE lead_id = %s",
        lead_id,
    )[0]
    assert state == "Reserved"
    upload = Upload.__new__(Upload)
    upload.world, upload.lead_id, upload.doc_id, upload.name = defended, lead_id, doc_id, name
    says(azurite, upload, "No threats found")
    sweep(defended)
    assert upload.state == "Accepted"

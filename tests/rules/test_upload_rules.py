"""Which files are taken, how many, under which names, and the review of KYC papers (rules.md 6)."""

from datetime import date

import pytest

from shared_code.rules.kyc import KycType, Review, check_review, check_unlocked, is_single, kyc_type
from shared_code.rules.uploads import (
    ACTIVE,
    JPEG,
    PDF,
    PNG,
    SIGNATURE_BYTES,
    DocumentState,
    FileType,
    check_content,
    check_declared,
    check_slot,
    lead_doc_type,
    recognise,
    stored_name,
)
from tests.rules.samples import refused

MEBIBYTE = 1024 * 1024
HEADS = {PDF: b"%PDF-1.7\n", JPEG: b"\xff\xd8\xff\xe0\x00\x10JFIF", PNG: b"\x89PNG\r\n\x1a\n\x00\x00"}


@pytest.mark.parametrize(
    ("name", "content_type", "kind"),
    [
        ("bill.pdf", "application/pdf", PDF),
        ("BILL.May.PDF", "Application/PDF", PDF),
        ("roof.jpg", "image/jpeg", JPEG),
        ("roof.JPEG", " image/jpeg ", JPEG),
        ("छत.png", "image/png", PNG),
    ],
)
def test_6_1_extension_and_declared_type_agree(name: str, content_type: str, kind: FileType) -> None:
    assert check_declared(name, content_type, 1) is kind


@pytest.mark.parametrize(
    ("name", "content_type", "field"),
    [
        ("bill.exe", "application/pdf", "fileName"),
        ("bill", "application/pdf", "fileName"),
        (".pdf", "application/pdf", "fileName"),
        ("bill.pdf.html", "application/pdf", "fileName"),
        ("bill.pdf/", "application/pdf", "fileName"),
        ("bill.pdf", "image/png", "contentType"),
        ("roof.png", "image/jpeg", "contentType"),
        ("roof.jpg", "", "contentType"),
    ],
)
def test_6_1_other_files_are_refused(name: str, content_type: str, field: str) -> None:
    with refused("UNSUPPORTED_FILE_TYPE", field):
        check_declared(name, content_type, 1)


def test_6_1_at_most_ten_megabytes_to_the_byte() -> None:
    assert check_declared("bill.pdf", "application/pdf", 10 * MEBIBYTE) is PDF
    with refused("FILE_TOO_LARGE", "fileSize"):
        check_declared("bill.pdf", "application/pdf", 10 * MEBIBYTE + 1)
    for size in (0, -1):
        with refused("VALIDATION_ERROR", "fileSize"):
            check_declared("bill.pdf", "application/pdf", size)


@pytest.mark.parametrize("kind", HEADS)
def test_6_4_the_signature_stands_at_byte_0(kind: FileType) -> None:
    assert recognise(HEADS[kind][:SIGNATURE_BYTES]) is kind
    assert recognise(b" " + HEADS[kind]) is None
    assert recognise(kind.signature[:-1]) is None


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("declared", [None, *HEADS])
def test_6_1_the_content_agrees_with_what_was_declared(kind: FileType, declared: FileType | None) -> None:
    if declared in (None, kind):
        assert check_content(HEADS[kind], declared) is kind
    else:
        with refused("UNSUPPORTED_FILE_TYPE", "file"):
            check_content(HEADS[kind], declared)


@pytest.mark.parametrize("content", [b"", b"MZ\x90", b"<html>", b"GIF89a"])
def test_6_1_content_of_another_kind_is_refused(content: bytes) -> None:
    with refused("UNSUPPORTED_FILE_TYPE", "file"):
        check_content(content, None)


def test_6_2_the_eighth_document_is_refused() -> None:
    for active in range(7):
        check_slot(active)
    for active in (7, 8):
        with refused("DOCUMENT_LIMIT_EXCEEDED", "activeCount", "limit"):
            check_slot(active)
    assert set(ACTIVE) == {"Reserved", "Checking", "Accepted"}


def test_6_3_where_the_checked_bytes_are_kept() -> None:
    assert stored_name("prod", date(2026, 3, 7), "DOC-1001", 2, JPEG) == "prod/2026/03/DOC-1001/v2.jpg"


def test_2_4_the_doc_type_of_a_lead_document() -> None:
    assert lead_doc_type(None) == "General"
    assert lead_doc_type(" Site photo 1.a_b-c ") == "Site photo 1.a_b-c"
    for text in ("", "x" * 41, "a/b", "छत", "a\nb"):
        with refused("VALIDATION_ERROR", "docType"):
            lead_doc_type(text)


def test_2_4_the_doc_type_of_a_kyc_document_is_one_of_the_list() -> None:
    names = "Income Proof, Light Bill, Cancelled Cheque, Aadhaar Card, PAN Card, Passport Photograph, Other"
    assert [kyc_type(name) for name in names.split(", ")] == list(KycType)
    for text in (None, "", "General", "pan card"):
        with refused("VALIDATION_ERROR", "docType"):
            kyc_type(text)
    assert [kind for kind in KycType if not is_single(kind)] == [KycType.OTHER]


def test_6_7_an_approved_paper_is_locked() -> None:
    for review in (None, Review.PENDING, Review.REJECTED):
        check_unlocked(review)
    with refused("KYC_LOCKED"):
        check_unlocked(Review.APPROVED)


@pytest.mark.parametrize("state", DocumentState)
@pytest.mark.parametrize("review", [None, *Review])
def test_6_7_only_an_accepted_paper_that_waits_is_reviewed(state: DocumentState, review: Review | None) -> None:
    if review is Review.APPROVED:
        with refused("KYC_LOCKED"):
            check_review(state, review)
    elif (state, review) == (DocumentState.ACCEPTED, Review.PENDING):
        check_review(state, review)
    else:
        with refused("DOCUMENT_STATE"):
            check_review(state, review)

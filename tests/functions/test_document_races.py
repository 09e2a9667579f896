"""Files, reviews and removals that cross each other have one outcome (rules.md 6.2-6.7; data.md I4, I11)."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from functions.documents.browse_documents import get_kyc_log, list_kyc_documents, list_versions
from functions.documents.issue_link import issue_link
from functions.documents.issue_upload import issue_kyc_upload, issue_upload, replace_document
from functions.documents.keep_documents import delete_document, restore_document
from functions.documents.review_kyc import approve_document, reject_document
from functions.documents.sweep_uploads import expire_reservations
from shared_code.adapters import blobs, upload_check
from shared_code.sql import checks
from tests import rows
from tests.racing import rounds
from tests.rules.samples import refused
from tests.uploads import Upload, active, along, pdf, sent
from tests.world import ADMIN, CP_1, CUSTOMER, KAM_1, World, codes, race


@pytest.fixture
def customer(world: World) -> str:
    """A customer with a lead of CP-1 and no papers."""
    customer_id = rows.customer(world)
    world.lead(customer_id=customer_id)
    return customer_id


def paper(world: World, customer: str) -> Upload:
    return Upload(world, "", CP_1, issue_kyc_upload, customer_id=customer, doc_type="PAN Card")


def again(upload: Upload) -> Upload:
    return Upload(upload.world, upload.lead_id, CP_1, replace_document, doc_id=upload.doc_id)


def expired(upload: Upload) -> Upload:
    """The time of this link alone is over, and the timer has seen it."""
    over = "UPDATE document_version SET expires_at = now() - interval '1 s' WHERE upload_blob = %s"
    upload.world.owner.execute(over, [upload.name])
    upload.world.run(expire_reservations)
    return upload


def versions(upload: Upload) -> list[tuple[int, str]]:
    items = upload.world.data(list_versions, ADMIN, doc_id=upload.doc_id)["items"]
    return [(item["version"], item["state"]) for item in items]


def test_a_late_file_leaves_its_place_to_the_version_that_has_it_now(world: World) -> None:
    lead_id = world.lead()
    bad = sent(Upload(world, lead_id), pdf(script=True))
    late = expired(again(bad))
    now = again(bad)
    for _ in range(6):
        Upload(world, lead_id)
    late.check(pdf())
    assert (bad.state, active(world, lead_id), len(late.refusals)) == ("Reserved", 7, 2)
    with refused("DOCUMENT_LIMIT_EXCEEDED"):
        Upload(world, lead_id)
    sent(now, pdf())
    assert (bad.state, active(world, lead_id)) == ("Accepted", 7)


def test_a_paper_whose_file_never_came_goes_on_and_the_file_may_come_after_all(world: World, customer: str) -> None:
    late = expired(paper(world, customer))
    assert late.state == "Expired"
    now = paper(world, customer)
    assert (now.doc_id, now.state) == (late.doc_id, "Reserved")
    late.check(pdf())
    assert (now.state, len(late.refusals)) == ("Reserved", 1)
    sent(now, pdf())
    assert (now.state, now.document["version"]) == ("Accepted", 2)


def test_a_paper_waits_on_for_the_file_that_was_not_refused(world: World, customer: str) -> None:
    first, second = paper(world, customer), paper(world, customer)
    sent(first, pdf(script=True))
    assert (first.state, first.document["reason"]) == ("Reserved", None)
    expired(second)
    assert first.state == "Rejected"
    assert "script" in first.document["reason"]


def test_an_older_file_that_is_checked_last_changes_no_review_of_the_newer(world: World, customer: str) -> None:
    first, second = paper(world, customer), paper(world, customer)
    sent(second, pdf())
    world.call(reject_document, KAM_1, doc_id=second.doc_id, reason="Not readable.")
    sent(first, pdf())
    document = second.document
    assert (document["version"], document["reviewStatus"], document["reason"]) == (2, "Rejected", "Not readable.")


@pytest.mark.parametrize(
    ("act", "reason", "state"),
    [(approve_document, "KYC_LOCKED", "Accepted"), (delete_document, "TOO_LATE", "Deleted")],
    ids=["approved", "deleted"],
)
def test_a_file_whose_paper_is_approved_or_deleted_while_it_is_checked_is_refused_at_once(
    world: World, customer: str, monkeypatch: pytest.MonkeyPatch, act: Any, reason: str, state: str
) -> None:
    first = sent(paper(world, customer), pdf())
    second, check = paper(world, customer).put(pdf()), upload_check.check

    def meanwhile(*given: Any) -> Any:
        world.call(act, ADMIN, doc_id=first.doc_id)
        return check(*given)

    monkeypatch.setattr(upload_check, "check", meanwhile)
    second.check(pdf())
    outcome = (
        "SELECT v.state, reason_code, d.state, current_version FROM document_version v JOIN document d USING (doc_id)"
    )
    assert world.rows(f"{outcome} WHERE upload_blob = %s", second.name) == [("Rejected", reason, state, 1)]
    assert len(second.refusals) == 1
    actions = [one["action"] for one in world.data(get_kyc_log, ADMIN, customer_id=customer)["items"]]
    assert actions == ["approved" if reason == "KYC_LOCKED" else "deleted", "uploaded"]


def test_a_version_that_is_not_there_is_not_found_by_its_kam(world: World) -> None:
    upload = sent(Upload(world, world.lead()), pdf())
    for reader in (ADMIN, KAM_1, CP_1):
        with refused("NOT_FOUND"):
            world.call(issue_link, reader, doc_id=upload.doc_id, version=9)


DOORS = (
    lambda world, lead_id, n: Upload(world, lead_id),
    lambda world, lead_id, n: Upload(world, lead_id, KAM_1, issue_upload, lead_id=lead_id),
    lambda world, lead_id, n: world.call(issue_link, CUSTOMER, doc_type="LEAD", lead_id=lead_id),
    lambda world, lead_id, n: along(world, ADMIN, issue_upload, pdf(), lead_id=lead_id),
)


def test_fifty_by_all_doors_share_seven_places_while_some_become_free(world: World) -> None:
    lead_id = world.lead()
    bad = sent(Upload(world, lead_id), pdf(script=True))
    there = [sent(Upload(world, lead_id), pdf()) for _ in range(6)]

    def act(number: int) -> Any:
        if number < 3:
            return world.call(delete_document, CP_1, doc_id=there[number].doc_id)
        if number < 8:
            return again(bad)
        return DOORS[number % len(DOORS)](world, lead_id, number)

    outcomes = Counter(codes(race(50, act)))
    assert set(outcomes) <= {"ok", "DOCUMENT_LIMIT_EXCEEDED", "DOCUMENT_STATE"}
    taken = active(world, lead_id)
    assert 4 <= taken <= 7
    assert outcomes["ok"] == 3 + taken - 3
    for _ in range(7 - taken):
        Upload(world, lead_id)
    with refused("DOCUMENT_LIMIT_EXCEEDED"):
        Upload(world, lead_id)


def test_a_paper_posted_by_all_doors_at_once_is_one_document(world: World, customer: str) -> None:
    def post(number: int) -> Any:
        asked = {"customer_id": customer, "doc_type": "PAN Card"}
        if number % 4 == 0:
            return along(world, CP_1, issue_kyc_upload, pdf(), **asked)
        if number % 4 == 1:
            return world.call(issue_link, CP_1, doc_type="KYC", customer_id=customer, kyc_type="PAN Card")
        return Upload(world, "", CP_1, (issue_kyc_upload, issue_upload)[number % 2], **asked)

    outcomes = Counter(codes(race(24, post)))
    assert set(outcomes) <= {"ok", "DOCUMENT_STATE"}  # a file of a first version that another one became
    assert outcomes["ok"] >= 18
    [only] = world.data(list_kyc_documents, ADMIN, customer_id=customer)["items"]
    assert (only["docType"], only["state"], only["reviewStatus"]) == ("PAN Card", "Accepted", "Pending Review")


@pytest.mark.parametrize("hostile", [False, True])
@pytest.mark.parametrize(
    "dies_at", [(checks, "accept"), (checks, "refuse"), (blobs, "remove_upload")], ids=lambda at: at[1]
)
def test_a_worker_that_dies_half_way_is_followed_by_one_that_finishes(
    world: World, monkeypatch: pytest.MonkeyPatch, dies_at: tuple[Any, str], hostile: bool
) -> None:
    upload = Upload(world, world.lead()).put(pdf(hostile))
    with monkeypatch.context() as dying:
        dying.setattr(*dies_at, lambda *_: pytest.fail("killed"))
        with suppress(BaseException):
            upload.check(pdf(hostile))
    upload.check(pdf(hostile))
    assert upload.state == ("Rejected" if hostile else "Accepted")
    assert (len(upload.entries), len(upload.refusals)) == ((0, 1) if hostile else (1, 0))
    assert upload.put(b"") is upload  # its name is free: the blob is gone


@rounds
def test_restored_replaced_and_deleted_at_once_is_whole(world: World, turn: int) -> None:
    first = sent(Upload(world, world.lead()), pdf())
    sent(again(first), pdf())
    waiting = again(first).put(pdf())
    doc_id = first.doc_id
    acts: list[Callable[[], Any]] = [
        lambda: world.call(delete_document, ADMIN, doc_id=doc_id),
        lambda: world.call(restore_document, KAM_1, doc_id=doc_id, version=1, reason="The first was right."),
        lambda: waiting.check(pdf()),
        lambda: again(first),
        lambda: along(world, CP_1, replace_document, pdf(), doc_id=doc_id),
    ]
    deleted, *others = codes(race(len(acts), lambda number: acts[number]()))
    assert deleted == "ok"
    assert set(others) <= {"ok", "NOT_FOUND"}
    document = "SELECT state, current_version FROM document WHERE doc_id = %s"
    newest = "SELECT max(version) FROM document_version WHERE state = 'Accepted' AND doc_id = %s"
    assert world.rows(document, doc_id) == [("Deleted", world.value(newest, doc_id))]
    assert active(world, first.lead_id) == 0

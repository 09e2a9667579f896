"""Every quotation has its PDF, and a PDF left without a quotation is reported (rules.md 3.9; data.md, I7)."""

import json
import logging
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from functions.timers import compare_quotation_pdfs
from shared_code.quotations import reconciliation
from shared_code.quotations.reconciliation import MOST_NAMED, SETTLED_AFTER, Comparison
from tests import rows
from tests.quotations import overtaken, quoted
from tests.rules.samples import refused
from tests.world import DEAD_STORAGE, World, codes

OLD = datetime(2026, 2, 14, 6, tzinfo=UTC)
FIRST_OF_MAY = datetime(2026, 4, 30, 18, 30, tzinfo=UTC)  # in India


@pytest.fixture
def container(azurite: str) -> Iterator[ContainerClient]:
    with ContainerClient.from_connection_string(azurite, "quotations") as client:
        yield client


@pytest.fixture
def environment(own_world: World) -> Iterator[str]:
    """A part of the storage, which all worlds share, for this test alone."""
    name = f"test-{uuid.uuid4().hex}"
    with own_world.with_settings(environment=name):
        yield name


def stored(container: ContainerClient, *names: str) -> None:
    for name in names:
        container.upload_blob(name, b"%PDF-1.7")


def row(world: World, pdf_blob: str, created_at: datetime = OLD) -> str:
    """A row that names this PDF; answers its reference."""
    return rows.quotation(world, world.lead(), pdf_blob=pdf_blob, created_at=created_at)


def in_time(settled: bool = True) -> datetime:
    """When what was stored just now has settled; or a little too early."""
    margin = timedelta(minutes=5)
    return datetime.now(UTC) + SETTLED_AFTER + (margin if settled else -margin)


def compared(world: World, caplog: pytest.LogCaptureFixture, now: datetime | None = None) -> dict[str, Any]:
    """The facts of the one line that the timer writes, and its level."""
    caplog.clear()
    with caplog.at_level(logging.INFO, "solarium"):
        world.run(compare_quotation_pdfs, now=now or in_time())
    [line] = caplog.records
    facts: dict[str, Any] = json.loads(line.message)
    return facts | {"level": line.levelname, "requestId": None}


def counts(found: Comparison) -> tuple[int, int, int, int]:
    return found.pdfs, found.rows, found.orphans.count, found.without_pdf.count


def test_quotations_with_their_pdfs_are_counted_and_nothing_else_is_reported(
    own_world: World, environment: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        quoted(own_world, own_world.lead())
    assert compared(own_world, caplog) == {
        "event": "quotation_pdfs_compared", "level": "INFO", "requestId": None,
        "pdfs": 3, "rows": 3, "orphans": 0, "lastOrphans": [], "withoutPdf": 0, "lastWithoutPdf": [],
    }  # fmt: skip


def test_a_pdf_without_a_row_is_reported_once_it_is_an_hour_old_and_stays(
    own_world: World, environment: str, container: ContainerClient, caplog: pytest.LogCaptureFixture
) -> None:
    quoted(own_world, own_world.lead())
    orphans = [f"{environment}/2026/03/QUOT-7.pdf", f"{environment}/2031/01/QUOT-8.pdf", f"{environment}/stray.pdf"]
    stored(container, *orphans)
    fresh = compared(own_world, caplog, in_time(settled=False))
    assert (fresh["pdfs"], fresh["orphans"]) == (0, 0)
    first = compared(own_world, caplog)
    assert (first["level"], first["pdfs"], first["orphans"]) == ("INFO", 4, 3)
    assert sorted(first["lastOrphans"]) == orphans
    assert compared(own_world, caplog) == first
    assert container.get_blob_client(orphans[0]).exists()


def test_a_quotation_that_fails_after_its_pdf_was_stored_leaves_one_that_is_reported(
    own_world: World, environment: str, caplog: pytest.LogCaptureFixture
) -> None:
    lead_id = own_world.lead()
    close = "UPDATE lead SET status = 'Executed' WHERE lead_id = %s"
    late = overtaken(own_world, lead_id, lambda: quoted(own_world, lead_id), lambda db: db.execute(close, [lead_id]))
    assert codes([late]) == ["LEAD_CLOSED"]
    told = compared(own_world, caplog)
    assert (told["pdfs"], told["rows"], told["orphans"]) == (1, 0, 1)


def test_a_row_whose_pdf_is_gone_is_an_error(
    own_world: World, environment: str, container: ContainerClient, caplog: pytest.LogCaptureFixture
) -> None:
    kept, lost = (quoted(own_world, own_world.lead())["quotationReference"] for _ in range(2))
    [(name,)] = own_world.rows("SELECT pdf_blob FROM quotation WHERE quotation_reference = %s", lost)
    container.delete_blob(name)
    assert compared(own_world, caplog, in_time(settled=False))["withoutPdf"] == 0
    told = compared(own_world, caplog)
    assert (told["level"], told["pdfs"], told["rows"], told["orphans"]) == ("ERROR", 1, 2, 0)
    assert (told["withoutPdf"], told["lastWithoutPdf"]) == (1, [lost])
    assert kept not in caplog.text


def test_a_row_of_a_month_without_any_pdf_is_an_error_too(
    own_world: World, environment: str, caplog: pytest.LogCaptureFixture
) -> None:
    reference = row(own_world, f"{environment}/2026/02/QUOT-1.pdf")
    told = compared(own_world, caplog)
    assert (told["level"], told["lastWithoutPdf"]) == ("ERROR", [reference])


def test_pdfs_of_other_environments_are_nobodys_business_here(
    own_world: World, environment: str, container: ContainerClient, caplog: pytest.LogCaptureFixture
) -> None:
    stored(container, f"{environment}-2/2026/02/QUOT-1.pdf", f"a-{environment}/2026/02/QUOT-1.pdf")
    assert compared(own_world, caplog)["pdfs"] == 0
    reference = row(own_world, f"{environment}-2/2026/02/QUOT-1.pdf")
    assert compared(own_world, caplog)["lastWithoutPdf"] == [reference]


@pytest.mark.parametrize("page_size", [1, 2, 3, 5000])
def test_listings_of_many_pages_give_the_same(
    own_world: World, environment: str, container: ContainerClient, page_size: int
) -> None:
    names = [f"{environment}/2026/0{month}/QUOT-{number}.pdf" for month in (1, 2, 3) for number in (7, 8, 9)]
    stored(container, *names[:7])
    for name in [*names[1:3], *names[5:8]]:
        row(own_world, name, datetime(2026, int(name.split("/")[2]), 10, tzinfo=UTC))
    found: list[Comparison] = []
    own_world.run(lambda ctx: found.append(reconciliation.compare(ctx, page_size)), now=in_time())
    assert counts(found[0]) == (7, 5, 3, 1)
    assert list(found[0].orphans.last) == [names[0], names[3], names[4]]


@pytest.mark.parametrize(
    ("created_at", "month"),
    [
        (FIRST_OF_MAY - timedelta(microseconds=1), "2026/04"),
        (FIRST_OF_MAY, "2026/05"),
        (datetime(2025, 12, 31, 18, 29, 59, 999_999, tzinfo=UTC), "2025/12"),
        (datetime(2024, 2, 29, 6, tzinfo=UTC), "2024/02"),
    ],
)
def test_months_begin_and_end_at_midnight_in_india(
    own_world: World, environment: str, container: ContainerClient, created_at: datetime, month: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    name = f"{environment}/{month}/QUOT-1.pdf"
    stored(container, name)
    row(own_world, name, created_at)
    told = compared(own_world, caplog)
    assert (told["pdfs"], told["rows"], told["orphans"], told["withoutPdf"]) == (1, 1, 0, 0)


def test_of_many_the_last_are_named(
    own_world: World, environment: str, container: ContainerClient, caplog: pytest.LogCaptureFixture
) -> None:
    names = [f"{environment}/2026/02/QUOT-{number}.pdf" for number in range(100, 103 + MOST_NAMED)]
    stored(container, *names)
    told = compared(own_world, caplog)
    assert (told["orphans"], told["lastOrphans"]) == (len(names), names[3:])


def test_a_storage_that_does_not_answer_fails_the_run_and_reports_nothing(
    own_world: World, environment: str, caplog: pytest.LogCaptureFixture
) -> None:
    row(own_world, f"{environment}/2026/02/QUOT-1.pdf")
    with (
        own_world.with_settings(azure_storage_connection_string=DEAD_STORAGE),
        caplog.at_level(logging.INFO, "solarium"),
        refused("STORAGE_FAILED"),
    ):
        own_world.run(compare_quotation_pdfs, now=in_time())
    assert "storage_failed" in caplog.text
    assert "quotation_pdfs_compared" not in caplog.text

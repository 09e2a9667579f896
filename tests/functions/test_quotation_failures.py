"""Whatever fails on the way to a quotation leaves none: there is no row without its PDF (api.md 2.3; I7)."""

import hashlib
import json
import time
from collections.abc import Iterator

import psycopg
import pytest
from azure.storage.blob import BlobServiceClient

from functions.leads.browse_leads import get_timeline
from shared_code.adapters import quotation_pdf
from shared_code.adapters.lane import Lane
from shared_code.adapters.quotation_pdf.print_shop import PrintShop
from tests import rows
from tests.quotations import count, overtaken, quoted
from tests.rules.samples import refused
from tests.world import ADMIN, CP_1, DEAD_STORAGE, World, codes

# The real printer with a renderer that quotes the customer when it fails.
QUARRELSOME = """
from shared_code.adapters.quotation_pdf import printer
def build(sheet):
    raise ValueError(sheet.customer.name)
printer.serve(build)
"""


@pytest.fixture
def storage(azurite: str) -> Iterator[BlobServiceClient]:
    with BlobServiceClient.from_connection_string(azurite) as service:
        yield service


def test_a_storage_failure_leaves_no_quotation_and_no_trace_on_the_lead(world: World) -> None:
    lead_id = world.lead()
    began = time.monotonic()
    with world.with_settings(azure_storage_connection_string=DEAD_STORAGE), refused("STORAGE_FAILED"):
        quoted(world, lead_id)
    assert time.monotonic() - began < 12.5
    assert count(world, lead_id) == 0
    assert world.data(get_timeline, CP_1, lead_id=lead_id)["total"] == 1
    assert quoted(world, lead_id)["status"] == "Created"


def test_a_renderer_that_fails_leaves_no_quotation_and_no_customer_in_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lead_id = world.lead()
    monkeypatch.setattr(quotation_pdf, "_shop", PrintShop(program=QUARRELSOME))
    with refused("PDF_FAILED"):
        quoted(world, lead_id)
    (said,) = [message for message in caplog.messages if "pdf_failed" in message]
    assert json.loads(said)["reason"].startswith("ValueError")
    assert "Chitra" not in caplog.text
    assert count(world, lead_id) == 0


def test_too_many_at_once_leave_no_quotation_and_are_no_failure(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lead_id = world.lead()
    with monkeypatch.context() as now:
        now.setattr(quotation_pdf, "_lane", Lane("full", at_once=0))
        with refused("PROVIDER_BUSY"):
            quoted(world, lead_id)
    assert "pdf_failed" not in caplog.text
    assert count(world, lead_id) == 0
    assert quoted(world, lead_id)["status"] == "Created"


def test_a_pdf_under_a_reference_that_another_pdf_has_already_is_refused(
    world: World, storage: BlobServiceClient
) -> None:
    lead_id = world.lead()
    first = quoted(world, lead_id)
    blob = world.value("SELECT pdf_blob FROM quotation WHERE quotation_reference = %s", first["quotationReference"])
    number = int(first["quotationReference"].removeprefix("QUOT-")) + 1
    taken = storage.get_blob_client("quotations", blob.replace(first["quotationReference"], f"QUOT-{number}"))
    taken.upload_blob(b"%PDF-1.7 of a time before a restore", overwrite=True)
    with refused("STORAGE_FAILED"):
        quoted(world, lead_id)
    assert count(world, lead_id) == 1
    assert quoted(world, lead_id)["quotationReference"] == f"QUOT-{number + 1}"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE lead SET assigned_to = 'CP-3' WHERE lead_id = %s", "NOT_FOUND"),
        ("UPDATE lead SET status = 'Under Execution' WHERE lead_id = %s", "LEAD_CLOSED"),
        ("UPDATE lead SET customer_id = 'CUST-9' WHERE lead_id = %s", "STALE_VERSION"),
        ("UPDATE quotation SET status = 'Accepted' WHERE lead_id = %s", "QUOTATION_ALREADY_ACCEPTED"),
    ],
)
def test_what_happens_to_a_lead_while_the_pdf_is_printed_is_seen_before_the_row_is_written(
    world: World, change: str, code: str
) -> None:
    lead_id = world.lead()
    if not world.rows("SELECT 1 FROM customer WHERE customer_id = 'CUST-9'"):
        rows.insert(
            world, "user_account", "user_id", user_id="CUST-9", role="Customer", phone="9700000009", name="Asha"
        )
        rows.insert(world, "customer", "customer_id", customer_id="CUST-9")
    quoted(world, lead_id, share_with_customer=True)
    outcome = overtaken(world, lead_id, lambda: quoted(world, lead_id), lambda db: db.execute(change, [lead_id]))
    assert codes([outcome]) == [code]
    assert count(world, lead_id) == 1


def test_a_quotation_of_staff_belongs_to_the_partner_that_the_lead_has_when_it_is_written(world: World) -> None:
    lead_id = world.lead()
    change = "UPDATE lead SET assigned_to = 'CP-3' WHERE lead_id = %s"
    made = overtaken(world, lead_id, lambda: quoted(world, lead_id, ADMIN), lambda db: db.execute(change, [lead_id]))
    assert made["cpId"] == "CP-3"


def test_a_connection_lost_after_the_pdf_was_stored_leaves_no_quotation(world: World) -> None:
    lead_id = world.lead()

    def cut(_: psycopg.Connection) -> None:
        with psycopg.connect(world.app_url) as db:
            db.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")

    outcome = overtaken(world, lead_id, lambda: quoted(world, lead_id), cut)
    assert isinstance(outcome, psycopg.OperationalError)
    assert count(world, lead_id) == 0
    assert quoted(world, lead_id)["status"] == "Created"


def test_every_row_has_its_pdf(world: World, storage: BlobServiceClient) -> None:
    quoted(world, world.lead())
    for blob, sha256, size in world.rows("SELECT pdf_blob, pdf_sha256, pdf_size FROM quotation"):
        content = storage.get_blob_client("quotations", blob).download_blob().readall()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (sha256, size)

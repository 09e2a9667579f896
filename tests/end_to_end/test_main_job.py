"""The main job from first call to paid commission, through the public API, as `make demo` plays it (running.md)."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from localhost import demo
from tests.app_process import ROOT, AppProcess, Person, free_port

STEPS = """
signed in as Pravin Patel
created (LEAD-[0-9]+), New Lead
to In Discussion
priced [0-9.]+ kW: ₹[0-9,.]+.* ₹[0-9,.]+
finalised (QUOT-[0-9]+).*QUOT-[0-9]+.pdf.* SHA-256 [0-9a-f]+
shared QUOT-[0-9]+
accepted.* Customer Accepted
uploaded (DOC-[0-9]+)
DOC-[0-9]+ .*accepted
to Won
to Pending at Solarium
to Under Execution
to Executed
approved (COMM-[0-9]+): ₹[0-9,.]+
paid .*UTR.*: Paid
synced
""".strip().splitlines()


@pytest.fixture(autouse=True)
def _no_wait_for_a_code(app: AppProcess) -> None:
    """The demo signs in as the demo's partner; a code that another test asked for must not make it wait."""
    with psycopg.connect(app.owner_url, autocommit=True) as db:
        db.execute("DELETE FROM otp_challenge WHERE phone = %s", [demo.PARTNER])
        db.execute("DELETE FROM otp_guard WHERE phone = %s", [demo.PARTNER])


def played(printed: str) -> dict[str, str]:
    """The ids that the lines of a demo name, by their kind; each step is there, in its order."""
    lines = [line.removeprefix("  ✓ ") for line in printed.splitlines() if line.startswith("  ✓ ")]
    assert len(lines) == len(STEPS), printed
    found = [re.search(step, line) for step, line in zip(STEPS, lines, strict=True)]
    assert all(found), lines
    return {text.partition("-")[0]: text for match in found if match for text in match.groups()}


def command(**environment: str) -> str:
    """What `make demo` prints; it must end well."""
    ended = subprocess.run(
        [sys.executable, "-m", "localhost", "demo"],
        cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_the_main_job_leaves_everything_as_it_must_be(
    app: AppProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo.play(app.url, tmp_path)
    ids, admin = played(capsys.readouterr().out), app.admin()

    lead = admin.data("GET", f"leads/{ids['LEAD']}")
    assert (lead["status"], lead["isTerminal"], lead["followUpDate"]) == ("Executed", True, None)
    assert (lead["quotationRef"], lead["tokenNumber"]) == (ids["QUOT"], f"TOK-{ids['LEAD']}")
    assert [(document["docId"], document["state"]) for document in lead["documents"]] == [(ids["DOC"], "Accepted")]
    assert_quotation(admin, ids, (tmp_path / f"{ids['QUOT']}.pdf").read_bytes())
    assert_commission(admin, ids)
    assert actions(admin, ids["LEAD"]) == [
        "created", "status", "quotationCreated", "quotationShared", "quotationAccepted", "status", "documentAdded",
        "status", "status", "status", "status", "commissionOpened", "commissionApproved", "commissionPaid",
    ]  # fmt: skip


def assert_quotation(admin: Person, ids: dict[str, str], pdf: bytes) -> None:
    quotation = admin.data("GET", f"quotations/{ids['QUOT']}")
    assert (quotation["status"], quotation["leadId"]) == ("Accepted", ids["LEAD"])
    assert quotation["pdfSha256"] == hashlib.sha256(pdf).hexdigest()
    assert pdf.startswith(b"%PDF-")


def assert_commission(admin: Person, ids: dict[str, str]) -> None:
    commission = admin.data("GET", f"commissions/{ids['COMM']}")
    assert (commission["status"], commission["quotationRef"]) == ("Paid", ids["QUOT"])
    quotation = admin.data("GET", f"quotations/{ids['QUOT']}")
    assert commission["approvedAmount"] == commission["amount"] == quotation["breakdown"]["commission"]
    assert commission["projectAmount"] == quotation["systemPrice"]
    assert [event["to"] for event in commission["history"]] == ["Pending", "Approved", "Paid"]


def actions(person: Person, lead_id: str) -> list[Any]:
    """What happened to the lead, oldest first."""
    return [entry["action"] for entry in person.data("GET", f"leads/{lead_id}/timeline")["items"]][::-1]


def test_make_demo_plays_beside_a_running_app(app: AppProcess, tmp_path: Path) -> None:
    printed = command(PORT=str(app.port), DATA_DIR=str(tmp_path))
    assert "starting one" not in printed
    ids = played(printed)
    assert app.admin().data("GET", f"leads/{ids['LEAD']}")["status"] == "Executed"
    assert (tmp_path / "demo" / f"{ids['QUOT']}.pdf").read_bytes().startswith(b"%PDF-")


def test_make_demo_alone_starts_an_app_and_leaves_only_the_pdf(tmp_path: Path) -> None:
    port = free_port()
    printed = command(PORT=str(port), DATA_DIR=str(tmp_path))
    assert f"No app answers at http://localhost:{port}: starting one for the demo" in printed
    ids = played(printed)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"solarium", f"demo/{ids['QUOT']}.pdf"}

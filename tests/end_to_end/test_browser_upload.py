"""A page in a real browser uploads a document straight to storage; pages of other origins cannot (rules.md 6.3)."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.app_process import AppProcess, Person
from tests.browser import installed, visit
from tests.end_to_end.cast import Cast
from tests.uploads import pdf

PORTAL, ELSEWHERE = "http://localhost:3000", "http://localhost:3999"
PAGE = Path(__file__).with_name("upload_page.html")
DECLARED = {"fileName": "bill.pdf", "contentType": "application/pdf", "fileSize": 1000}

pytestmark = pytest.mark.skipif(not installed(), reason="no Chromium is installed here (Debian: apt install chromium)")


def open_page(app: AppProcess, origin: str, folder: Path, **told: object) -> Any:
    """What the page says when it is one of that origin."""
    api = app.url.replace("localhost", "127.0.0.1")
    url = f"{origin}/upload#{quote(json.dumps(told | {'api': api}))}"
    return visit(str(installed()), url, {"/upload": PAGE.read_bytes(), "/bill.pdf": pdf()}, folder)


def outcome(person: Person, doc_id: str) -> str:
    """Where the document stands once it has been checked."""
    until = time.monotonic() + 30
    while (state := str(person.data("GET", f"documents/{doc_id}")["state"])) in {"Reserved", "Checking"}:
        assert time.monotonic() < until, f"{doc_id} is still {state}"
        time.sleep(0.1)
    return state


def test_a_page_of_the_portal_reserves_a_place_and_puts_the_file_itself(
    cast: Cast, app: AppProcess, tmp_path: Path
) -> None:
    said = open_page(app, PORTAL, tmp_path, token=cast.partner.session["accessToken"], leadId=cast.lead())
    assert (said["reserved"], said["sent"]) == (201, 201), said
    assert said["correlationId"]
    assert said["etag"]
    assert outcome(cast.partner, said["docId"]) == "Accepted"


def test_a_page_of_another_origin_can_neither_reserve_nor_send_with_a_link_it_got_hold_of(
    cast: Cast, app: AppProcess, tmp_path: Path
) -> None:
    lead_id = cast.lead()
    slot = cast.partner.data("POST", f"leads/{lead_id}/docs", DECLARED)
    token = cast.partner.session["accessToken"]
    said = open_page(app, ELSEWHERE, tmp_path, token=token, leadId=lead_id, slot=slot)
    assert said == {"reserved": "TypeError", "sent": "TypeError", "docId": slot["docId"]}
    documents = cast.partner.data("GET", f"leads/{lead_id}/docs")
    assert [(each["docId"], each["state"]) for each in documents["items"]] == [(slot["docId"], "Reserved")]

"""A file that comes along with its form is checked before the answer (rules.md 6.3; api.md 2.4)."""

import hashlib
from typing import Any

import pytest
import requests

from shared_code.rules.uploads import LARGEST_BYTES
from tests.app_process import Person, error
from tests.end_to_end.cast import Cast
from tests.uploads import pdf, photo


def form(
    person: Person, path: str, content: bytes, name: str = "bill.pdf", kind: str = "application/pdf", **texts: str
) -> requests.Response:
    file = {"file": (name, content, kind)}
    return person.http.post(f"{person.url}/api/v1/{path}", files=file, data=texts, timeout=60)


def read(person: Person, doc_id: str) -> bytes:
    return requests.get(person.data("GET", f"documents/sas?docId={doc_id}")["sasUrl"], timeout=10).content


def taken(person: Person, lead: str) -> int:
    return int(person.data("GET", f"leads/{lead}/docs")["activeCount"])


def test_a_file_for_a_lead_is_a_document_in_the_answer(cast: Cast) -> None:
    lead = cast.lead()
    answer = form(cast.partner, f"leads/{lead}/docs", photo(), "छत.jpg", "image/jpeg", docType="Roof photo")
    assert answer.status_code == 201, answer.text
    document = answer.json()["data"]
    assert (document["state"], document["docType"], document["fileName"]) == ("Accepted", "Roof photo", "छत.jpg")
    assert document == cast.partner.data("GET", f"documents/{document['docId']}")
    kept = read(cast.customer, document["docId"])
    assert b"Ramesh" not in kept
    assert len(kept) == document["sizeBytes"]
    entry = cast.partner.data("GET", f"leads/{lead}/timeline")["items"][0]
    assert (entry["action"], entry["actorId"]) == ("documentAdded", cast.partner.session["userId"])


def test_all_doors_take_a_file(cast: Cast) -> None:
    lead, customer = cast.lead(), str(cast.new_customer().session["userId"])
    cast.lead(customer_id=customer)
    first = form(cast.partner, "docs", pdf(), leadId=lead).json()["data"]
    paper = form(cast.partner, f"customers/{customer}/kyc", pdf(), docType="PAN Card").json()["data"]
    again = form(cast.admin, "docs", pdf(), customerId=customer, docType="PAN Card").json()["data"]
    assert (again["docId"], again["version"], again["reviewStatus"]) == (paper["docId"], 2, "Pending Review")
    replaced = form(cast.partner, f"documents/{first['docId']}/replace", photo(), "roof.png", "image/jpeg")
    assert error(replaced) == (400, "UNSUPPORTED_FILE_TYPE")
    replaced = form(cast.partner, f"documents/{first['docId']}/replace", photo(), "roof.jpg", "image/jpeg")
    assert replaced.json()["data"]["version"] == 2
    assert hashlib.sha256(read(cast.partner, first["docId"])).digest()


@pytest.mark.parametrize(
    ("content", "name", "kind", "code"),
    [
        (pdf(script=True), "bill.pdf", "application/pdf", "VALIDATION_ERROR"),
        (b"%PDF-1.7 and then nothing", "bill.pdf", "application/pdf", "VALIDATION_ERROR"),
        (b"MZ\x90\x00", "bill.pdf", "application/pdf", "UNSUPPORTED_FILE_TYPE"),
        (photo(), "bill.pdf", "application/pdf", "UNSUPPORTED_FILE_TYPE"),
        (pdf(), "bill.exe", "application/pdf", "UNSUPPORTED_FILE_TYPE"),
        (pdf(), "bill.pdf", "text/html", "UNSUPPORTED_FILE_TYPE"),
        (b"", "bill.pdf", "application/pdf", "VALIDATION_ERROR"),
        (b"%PDF-" + b"x" * LARGEST_BYTES, "bill.pdf", "application/pdf", "FILE_TOO_LARGE"),
    ],
)
def test_a_file_that_is_refused_leaves_no_document_and_no_place_taken(
    cast: Cast, content: bytes, name: str, kind: str, code: str
) -> None:
    lead = cast.lead()
    answer = form(cast.partner, f"leads/{lead}/docs", content, name, kind)
    assert error(answer) == (400, code)
    assert cast.partner.data("GET", f"leads/{lead}/docs") == {"items": [], "activeCount": 0, "limit": 7}
    assert cast.partner.data("GET", f"leads/{lead}/timeline")["total"] == 1


def test_a_refusal_by_the_check_says_why(cast: Cast) -> None:
    problem = form(cast.partner, f"leads/{cast.lead()}/docs", pdf(script=True)).json()["error"]
    assert problem["details"]["reason"] == "PDF_JAVASCRIPT"
    assert "script" in problem["message"]


def test_an_idempotency_key_makes_one_document_of_two_forms(cast: Cast) -> None:
    lead = cast.lead()
    request: dict[str, Any] = {"files": {"file": ("a.pdf", pdf(), "application/pdf")}}
    prepared = requests.Request("POST", f"{cast.partner.url}/api/v1/leads/{lead}/docs", **request).prepare()
    prepared.headers["Idempotency-Key"] = "form-1"
    prepared.headers["Authorization"] = str(cast.partner.http.headers["Authorization"])
    first, second = (cast.partner.http.send(prepared, timeout=30) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert taken(cast.partner, lead) == 1


def test_strangers_have_nothing_checked(cast: Cast) -> None:
    answer = form(cast.other_partner, f"leads/{cast.lead()}/docs", pdf(script=True))
    assert error(answer) == (404, "NOT_FOUND")


def test_a_body_over_eleven_mib_is_refused(cast: Cast) -> None:
    answer = form(cast.partner, f"leads/{cast.lead()}/docs", b"%PDF-" + b"x" * 11 * 1024 * 1024)
    assert error(answer) == (413, "BODY_TOO_LARGE")
    plain = cast.partner.call("POST", f"leads/{cast.lead()}/docs", b" " * (1024 * 1024 + 1))
    assert error(plain) == (413, "BODY_TOO_LARGE")


BOUNDARY = "multipart/form-data; boundary=x"
HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf'
FILE = HEAD + b"\r\n\r\n%PDF-\r\n"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (BOUNDARY, b""),
        (BOUNDARY, b"--x--\r\n"),
        (BOUNDARY, b"--y\r\n\r\nz\r\n--y--"),
        (BOUNDARY, FILE),
        (BOUNDARY, FILE + FILE + b"--x--\r\n"),
        (BOUNDARY, FILE.replace(b'"file"', b'"other"') + b"--x--\r\n"),
        (BOUNDARY, FILE + b'--x\r\nContent-Disposition: form-data; name="leadId"\r\n\r\nLEAD-1\r\n--x--\r\n'),
        (BOUNDARY, FILE + b'--x\r\nContent-Disposition: form-data; name="docType"\r\n\r\n\xff\xfe\r\n--x--\r\n'),
        (BOUNDARY, (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * 2000) + b"--x--\r\n"),
        (BOUNDARY, FILE.replace(b"a.pdf", b"\x00\xff.pdf") + b"--x--\r\n"),
        ("multipart/form-data", b"--x--\r\n"),
        ("multipart/form-data; boundary=" + "y" * 5000, b"--x--\r\n"),
    ],
)
def test_a_broken_form_is_a_bad_request(cast: Cast, kind: str, body: bytes) -> None:
    path = f"{cast.partner.url}/api/v1/leads/{cast.lead()}/docs"
    answer = cast.partner.http.post(path, data=body, headers={"Content-Type": kind}, timeout=30)
    assert answer.status_code == 400, answer.text
    assert error(answer)[1] in ("VALIDATION_ERROR", "UNSUPPORTED_FILE_TYPE")

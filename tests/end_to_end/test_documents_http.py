"""Documents as the clients meet them: names, links, the address's limit, who sees what when leads move (api.md 2.4)."""

import time
from typing import Any

import pytest
import requests

from tests.app_process import Person, error
from tests.end_to_end.cast import Cast
from tests.uploads import pdf
from tests.world import race

PER_MINUTE = 100
FILE = {"fileName": "bill.pdf", "contentType": "application/pdf", "fileSize": 1000}
OVER = ("Accepted", "Rejected")


def form(person: Person, path: str, content: bytes, name: str = "bill.pdf", **texts: str) -> Any:
    """The document that a file becomes."""
    file = {"file": (name, content, "application/pdf")}
    answer = person.http.post(f"{person.url}/api/v1/{path}", files=file, data=texts, timeout=60)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def put(url: str, content: bytes, **headers: str) -> int:
    named = {"x-ms-blob-type": "BlockBlob"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.put(url, content, headers=named, timeout=10).status_code


def read(person: Person, doc_id: str) -> requests.Response:
    return requests.get(person.data("GET", f"documents/sas?docId={doc_id}")["sasUrl"], timeout=10)


def checked(person: Person, doc_id: str) -> str:
    """What the check made of a file that was sent by a link."""
    until = time.monotonic() + 30
    while (state := str(person.data("GET", f"documents/{doc_id}")["state"])) not in OVER:
        assert time.monotonic() < until, "nobody checked it"
        time.sleep(0.1)
    return state


def test_an_upload_link_creates_its_one_blob_once_and_nothing_else(cast: Cast) -> None:
    slot = cast.partner.data("POST", f"leads/{cast.lead()}/docs", FILE)
    url, doc_id = slot["sasUrl"], slot["docId"]
    blob, _, signature = url.partition("?")
    elsewhere = f"{blob.rpartition('/')[0]}/another.pdf"
    for stolen in (elsewhere, blob.replace("/uploads/", "/docs/")):
        assert put(f"{stolen}?{signature}", pdf()) == 403
    assert put(url, pdf(), Content_Type="text/html", x_ms_blob_content_type="text/html") == 201
    assert put(url, pdf()) == 403
    assert requests.get(url, timeout=10).status_code == requests.delete(url, timeout=10).status_code == 403
    assert checked(cast.partner, doc_id) == "Accepted"
    served = read(cast.partner, doc_id)
    assert served.headers["Content-Type"] == "application/pdf"
    assert put(url, pdf(script=True)) in (201, 403)  # gone by then, or not yet
    time.sleep(1)
    assert (checked(cast.partner, doc_id), read(cast.partner, doc_id).content) == ("Accepted", served.content)


def test_a_read_link_reads_its_one_blob_and_nothing_else(cast: Cast) -> None:
    lead = cast.lead()
    document = form(cast.partner, f"leads/{lead}/docs", pdf())
    url = read(cast.partner, document["docId"]).url
    assert put(url, b"x") == 403
    assert requests.delete(url, timeout=10).status_code == 403
    assert requests.get(url.replace("/v1.pdf", "/v2.pdf"), timeout=10).status_code == 403


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ('../../a"b;c.pdf', "..%2F..%2Fa%22b%3Bc.pdf"),
        ("छत का बिल.PDF", "%E0%A4%9B%E0%A4%A4%20%E0%A4%95%E0%A4%BE%20%E0%A4%AC%E0%A4%BF%E0%A4%B2.PDF"),
        ("\u202efdp.pdf", "%E2%80%AEfdp.pdf"),
        ("%0d%0aX: y.pdf", "%250d%250aX%3A%20y.pdf"),
        ("x" * 196 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_any_name_is_one_value_of_one_header(cast: Cast, name: str, disposition: str) -> None:
    document = form(cast.partner, f"leads/{cast.lead()}/docs", pdf(), "a.pdf", fileName=name)
    assert document["fileName"] == name
    served = read(cast.partner, document["docId"])
    assert served.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{disposition}"


@pytest.mark.parametrize("name", ["a\r\nb.pdf", "a\0.pdf", "x" * 197 + ".pdf", " ", ".pdf", "..", "a.pdf/", None, 7])
def test_what_is_no_name_of_a_pdf_is_refused(cast: Cast, name: object) -> None:
    answer = cast.partner.call("POST", f"leads/{cast.lead()}/docs", FILE | {"fileName": name})
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == {"fileName"}


def test_all_doors_count_as_one_for_an_address_and_reading_does_not(cast: Cast) -> None:
    lead, tired = cast.lead(), cast.stranger()
    tired.http.headers.update(cast.partner.http.headers)
    doors = [
        ("POST", f"leads/{lead}/docs"),
        ("POST", f"customers/{cast.customer.session['userId']}/kyc"),
        ("POST", "docs"),
        ("POST", "documents/DOC-1/replace"),
        ("GET", "documents/sas?docType=LEAD&leadId=LEAD-999999"),
        ("GET", "documents/sas?docType=KYC"),
    ]
    for number in range(PER_MINUTE):
        assert tired.call(*doors[number % len(doors)]).status_code in (400, 404)
    for door in doors:
        answer = tired.call(*door)
        assert error(answer) == (429, "RATE_LIMITED")
        assert answer.headers["X-RateLimit-Limit"] == str(PER_MINUTE)
    assert tired.get("documents/sas?docId=DOC-999999").status_code == 404
    assert tired.get(f"leads/{lead}/docs").status_code == 200


def test_documents_go_with_their_lead_and_papers_with_the_leads_of_their_customer(cast: Cast) -> None:
    customer = str(cast.new_customer().session["userId"])
    lead = cast.lead(customer_id=customer)
    of_lead = form(cast.partner, f"leads/{lead}/docs", pdf())["docId"]
    paper = form(cast.partner, f"customers/{customer}/kyc", pdf(), docType="PAN Card")["docId"]
    waiting = cast.partner.data("POST", f"leads/{lead}/docs", FILE)
    paths = [f"documents/{of_lead}", f"documents/sas?docId={paper}", f"leads/{lead}/docs", f"customers/{customer}/kyc"]

    def seen(person: Person) -> set[int]:
        return {person.get(path).status_code for path in paths}

    assert (seen(cast.partner), seen(cast.kam)) == ({200}, {200})
    assert (seen(cast.other_partner), seen(cast.other_kam)) == ({404}, {403})
    new = cast.other_partner.session["userId"]
    cast.db.execute("UPDATE lead SET assigned_to = %s WHERE lead_id = %s", [new, lead])
    assert (seen(cast.partner), seen(cast.kam)) == ({404}, {403})
    assert (seen(cast.other_partner), seen(cast.other_kam)) == ({200}, {200})
    for path in (f"documents/{of_lead}/replace", f"customers/{customer}/kyc", "docs"):
        more = {"leadId": lead} if path == "docs" else {"docType": "Other"} if "kyc" in path else {}
        assert error(cast.partner.call("POST", path, FILE | more)) == (404, "NOT_FOUND")
    assert put(waiting["sasUrl"], pdf(), **waiting["headers"]) == 201  # its sender had the link before
    assert checked(cast.other_partner, waiting["docId"]) == "Accepted"


def test_sync_shows_every_change_of_a_document_and_a_paper(cast: Cast) -> None:
    partner, customer = cast.new_partner(cast.kam), cast.new_customer()
    customer_id = str(customer.session["userId"])
    lead = cast.lead(customer_id=customer_id, assigned_to=partner.session["userId"])
    etags: list[str] = []

    def shown(kind: str, person: Person = partner) -> list[tuple[Any, ...]]:
        answer = person.get("sync", If_None_Match=etags[-1] if etags else "")
        assert answer.status_code == 200, "what the client has is what there is"
        etags.append(answer.headers["ETag"])
        return [(one["state"], one["version"], one["reviewStatus"]) for one in answer.json()["data"][kind]]

    doc_id = partner.data("POST", f"leads/{lead}/docs", FILE)["docId"]
    assert shown("documents") == [("Reserved", 1, None)]
    cast.db.execute("UPDATE document_version SET expires_at = now() WHERE doc_id = %s", [doc_id])
    assert shown("documents")  # the clock alone frees the place, which the lead's documentCount tells
    doc_id = form(partner, f"leads/{lead}/docs", pdf())["docId"]
    assert ("Accepted", 1, None) in shown("documents")
    form(partner, f"documents/{doc_id}/replace", pdf())
    assert ("Accepted", 2, None) in shown("documents")
    cast.kam.data("POST", f"documents/{doc_id}/restore", {"version": 1, "reason": "The first was right."})
    assert ("Accepted", 3, None) in shown("documents")
    cast.admin.data("DELETE", f"documents/{doc_id}")
    assert ("Accepted", 3, None) not in shown("documents")
    paper = form(customer, f"customers/{customer_id}/kyc", pdf(), docType="PAN Card")["docId"]
    assert shown("kycDocuments") == [("Accepted", 1, "Pending Review")]
    cast.kam.data("PATCH", f"documents/{paper}/reject", {"reason": "Not readable."})
    assert shown("kycDocuments") == [("Accepted", 1, "Rejected")]
    form(customer, "docs", pdf(), customerId=customer_id, docType="PAN Card")
    assert shown("kycDocuments") == [("Accepted", 2, "Pending Review")]
    cast.kam.data("PATCH", f"documents/{paper}/approve")
    assert shown("kycDocuments") == [("Accepted", 2, "Approved")]
    assert [one["docId"] for one in customer.data("GET", "sync")["kycDocuments"]] == [paper]


def test_a_customer_reads_of_documents_what_happened_and_no_reasons(cast: Cast) -> None:
    lead = cast.lead()
    doc_id = form(cast.partner, f"leads/{lead}/docs", pdf())["docId"]
    form(cast.customer, f"documents/{doc_id}/replace", pdf())
    cast.kam.data("POST", f"documents/{doc_id}/restore", {"version": 1, "reason": "They look poor."})
    cast.partner.data("DELETE", f"documents/{doc_id}", {"reason": "They are trouble."})
    entries = cast.customer.data("GET", f"leads/{lead}/timeline")["items"][:4]
    assert [(one["action"], one["after"].get("version")) for one in entries] == [
        ("documentDeleted", None), ("documentRestored", 3), ("documentReplaced", 2), ("documentAdded", 1),
    ]  # fmt: skip
    assert [one["reason"] for one in entries] == [None] * 4
    assert "They" not in str(entries)
    whole = cast.kam.data("GET", f"leads/{lead}/timeline")["items"][:2]
    assert [one["reason"] for one in whole] == ["They are trouble.", "They look poor."]


def test_every_write_to_a_document_leaves_an_audit_row_of_who_did_it(cast: Cast) -> None:
    customer = str(cast.new_customer().session["userId"])
    cast.lead(customer_id=customer)
    paper = form(cast.partner, f"customers/{customer}/kyc", pdf(), docType="PAN Card")["docId"]
    cast.kam.data("PATCH", f"documents/{paper}/reject", {"reason": "Not readable."})
    form(cast.admin, f"documents/{paper}/replace", pdf())
    cast.admin.data("DELETE", f"documents/{paper}")
    written = cast.db.execute(
        "SELECT actor_id, after ->> 'state', request_id FROM audit_log"
        " WHERE entity = 'document' AND entity_id = %s ORDER BY id",
        [paper],
    ).fetchall()
    actors = [actor for actor, _, _ in written]
    partner, kam, admin = (person.session["userId"] for person in (cast.partner, cast.kam, cast.admin))
    assert set(actors) == {partner, kam, admin}
    assert (actors[0], actors[-1], written[-1][1]) == (partner, admin, "Deleted")
    assert all(request_id for _, _, request_id in written)


def test_a_key_makes_one_version_of_two_forms_at_once(cast: Cast) -> None:
    doc_id = form(cast.partner, f"leads/{cast.lead()}/docs", pdf())["docId"]
    request = requests.Request(
        "POST",
        f"{cast.partner.url}/api/v1/documents/{doc_id}/replace",
        headers={"Idempotency-Key": "twice", "Authorization": str(cast.partner.http.headers["Authorization"])},
        files={"file": ("a.pdf", pdf(), "application/pdf")},
    ).prepare()
    with requests.Session() as first, requests.Session() as second:
        answers = race(2, lambda number: (first, second)[number].send(request.copy(), timeout=60))
    assert {answer.status_code for answer in answers} == {201}
    assert answers[0].content == answers[1].content
    accepted = "SELECT count(*) FROM document_version WHERE doc_id = %s AND state = 'Accepted'"
    assert cast.value(accepted, doc_id) == 2

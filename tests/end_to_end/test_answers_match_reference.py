"""What is answered is what the reference says: every field, no other, for every role (api.md 2.10)."""

import hashlib
import json
import re
import time
from datetime import datetime
from typing import Any, get_args

import pyotp
import pytest
import requests
from pydantic import TypeAdapter

import function_app
from localhost.demo_data import PASSWORD
from shared_code.endpoints import REGISTRY, Endpoint
from shared_code.wire import Json, Raw
from tests.app_process import Person
from tests.end_to_end.cast import REMARKS, SYSTEM, Cast, india_day
from tests.end_to_end.people import new_phone
from tests.end_to_end.reference import check_documented

assert function_app.app
BY_NAME = {endpoint.name: endpoint for endpoint in REGISTRY.values()}
ROLES = ["admin", "kam", "partner", "customer"]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
PDF += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def checked(name: str, answer: requests.Response) -> Any:
    """The `data` of a function's answer, which is exactly what its model says, and the reference."""
    endpoint = BY_NAME[name]
    check_documented(name, answer)
    said = answer.json()
    assert (said["success"], said["error"]) == (True, None), said
    model = assert_is(endpoint, said["data"])
    assert answer.status_code == endpoint.status_of(type(model))
    return said["data"]


def assert_is(endpoint: Endpoint, data: Any) -> Any:
    """The data as their model: no field unknown or missing, numbers as numbers; and back again they are the same."""
    shape = get_args(endpoint.answer)[0] if isinstance(endpoint.answer, type(Json[int])) else endpoint.answer
    adapter: TypeAdapter[Any] = TypeAdapter(shape)
    model = adapter.validate_json(json.dumps(data), strict=True, by_alias=True, by_name=False)
    again = json.loads(adapter.dump_json(model, by_alias=True))
    assert plain(again) == plain(data)
    return model


def plain(value: Any) -> Any:
    """The same with instants instead of their texts, which may have more or fewer digits."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return datetime.fromisoformat(value) if isinstance(value, str) and INSTANT.fullmatch(value) else value


class Job:
    """The main job, played by the cast, each of its answers checked."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        assert cast.admin, "signs in first, to be told what follows"
        customer = cast.customer.session["user"]
        site = {"address": "7 Lake View", "city": "Ahmedabad", "state": "Gujarat", "pinCode": "380058"}
        new = site | {"customerName": "चंद्रिका Joshi", "phone": customer["phone"], "email": "c@solarium.test"}
        new |= {"services": ["Rooftop"], "requirements": "Flat roof\nwest side", "remarks": "Asked by phone."}
        self.lead = self.did("create_lead", cast.partner, "POST", "leads", new)["leadId"]
        self.did("edit_lead", cast.partner, "PATCH", f"leads/{self.lead}", {"city": None, "source": "Fair"})
        self.reassigned()
        self.move("In Discussion", followUpDate=india_day(1))
        self.rejected, self.quotation = self.offered(), self.offered()
        self.document = self.kept()
        self.reviewed(customer["id"])
        self.accepted()
        self.commission = self.executed()
        self.message = cast.message()
        self.settled()

    def did(self, name: str, person: Person, method: str, path: str, body: object = None) -> Any:
        """One step."""
        return checked(name, person.call(method, path, body))

    def reassigned(self) -> None:
        """Away, and back again."""
        for partner in (self.cast.other_partner, self.cast.partner):
            to = {"cpId": partner.session["userId"], "reason": REMARKS}
            self.did("reassign_lead", self.cast.admin, "PATCH", f"leads/{self.lead}/reassign", to)

    def move(self, status: str, **more: object) -> None:
        body = {"newStatus": status, "remarks": REMARKS, **more}
        self.did("update_status", self.cast.partner, "PATCH", f"leads/{self.lead}/status", body)

    def offered(self) -> str:
        choice = {"leadId": self.lead, **SYSTEM, "bom": [{"itemId": "BOM012", "quantity": 1.5}]}
        self.did("preview_quotation", self.cast.kam, "POST", "quotations/preview", choice)
        made = self.did("finalize_quotation", self.cast.partner, "POST", "quotations", choice)
        path = f"quotations/{made['quotationReference']}"
        self.did("share_quotation", self.cast.partner, "PATCH", f"{path}/share")
        link = self.did("get_quotation_pdf", self.cast.customer, "GET", f"{path}/pdf")
        pdf = requests.get(link["url"], timeout=10).content
        assert (hashlib.sha256(pdf).hexdigest(), len(pdf)) == (link["sha256"], link["sizeBytes"])
        return str(made["quotationReference"])

    def kept(self) -> str:
        """A document of the lead, replaced, brought back, read; another one that is gone."""
        doc_id = self.uploaded("issue_lead_upload", f"leads/{self.lead}/docs")
        self.uploaded("replace_document", f"documents/{doc_id}/replace", docType=None)
        again = {"version": 1, "reason": "The first one was better."}
        self.did("restore_document", self.cast.kam, "POST", f"documents/{doc_id}/restore", again)
        self.did("issue_link", self.cast.customer, "GET", f"documents/sas?docId={doc_id}")
        gone = self.uploaded("issue_upload", "docs", leadId=self.lead)
        self.did("delete_document", self.cast.partner, "DELETE", f"documents/{gone}", {"reason": "Twice there."})
        return doc_id

    def reviewed(self, customer_id: str) -> None:
        """A paper of the customer, rejected, then approved."""
        doc_id = self.uploaded("issue_kyc_upload", f"customers/{customer_id}/kyc", docType="PAN Card")
        self.did("reject_document", self.cast.kam, "PATCH", f"documents/{doc_id}/reject", {"reason": "Not readable."})
        self.uploaded("issue_kyc_upload", f"customers/{customer_id}/kyc", docType="PAN Card")
        self.did("approve_document", self.cast.admin, "PATCH", f"documents/{doc_id}/approve")

    def uploaded(self, name: str, path: str, **more: str | None) -> str:
        file = {"fileName": "bill.pdf", "contentType": "application/pdf", "fileSize": len(PDF), "docType": "Light Bill"}
        asked = {field: value for field, value in (file | more).items() if value is not None}
        slot = self.did(name, self.cast.customer, "POST", path, asked)
        before = self._version(slot["docId"])
        requests.put(slot["sasUrl"], data=PDF, headers=slot["headers"], timeout=10).raise_for_status()
        until = time.monotonic() + 30
        while self._version(slot["docId"]) == before:
            assert time.monotonic() < until
            time.sleep(0.1)
        return str(slot["docId"])

    def _version(self, doc_id: str) -> int | None:
        """The version that is served."""
        document = self.did("get_document", self.cast.partner, "GET", f"documents/{doc_id}")
        return int(document["version"]) if document["state"] == "Accepted" else None

    def accepted(self) -> None:
        self.did(
            "reject_quotation", self.cast.customer, "PATCH", f"quotations/{self.rejected}/reject", {"reason": "Dear"}
        )
        self.did("accept_quotation", self.cast.customer, "PATCH", f"quotations/{self.quotation}/accept")

    def executed(self) -> str:
        self.move("Won", quotationRef=self.quotation)
        self.move("Pending at Solarium", followUpDate=india_day(1))
        self.move("Under Execution", tokenNumber="TOK-9")
        self.move("Executed")
        listed = self.did("list_commissions", self.cast.partner, "GET", f"commissions?leadId={self.lead}")
        return str(listed["items"][0]["commissionId"])

    def settled(self) -> None:
        path = f"commissions/{self.commission}/approveOrPay"
        approve = {"action": "approve", "amount": 5000.5, "notes": "Rounded down."}
        pay = {"action": "pay", "utr": f"UTR{new_phone()}", "paidOn": india_day(), "method": "UPI"}
        for body in (approve, pay):
            self.did("approve_or_pay", self.cast.admin, "POST", path, body)


@pytest.fixture(scope="module")
def job(cast: Cast) -> Job:
    return Job(cast)


READS = {
    "get_me": "auth/me",
    "list_sessions": "auth/sessions",
    "list_leads": "leads",
    "get_lead": "leads/{lead}",
    "get_timeline": "leads/{lead}/timeline",
    "get_lead_summary": "leads/summary",
    "get_master_data": "masterdata",
    "list_quotations": "quotations",
    "get_quotation": "quotations/{quotation}",
    "get_quotation_pdf": "quotations/{quotation}/pdf",
    "list_lead_documents": "leads/{lead}/docs",
    "get_document": "documents/{document}",
    "list_versions": "documents/{document}/versions",
    "list_accesses": "documents/{document}/accesses",
    "list_kyc_documents": "customers/{customer}/kyc",
    "get_kyc_log": "customers/{customer}/kyc/log",
    "issue_link": "documents/sas?docId={document}",
    "list_commissions": "commissions",
    "get_commission": "commissions/{commission}",
    "get_commission_summary": "commissions/summary",
    "sync": "sync?force=true",
    "list_notifications": "notifications",
    "list_channel_partners": "channelPartners",
    "get_channel_partner": "channelPartners/{partner}",
    "list_kams": "kams",
    "get_kam": "kams/{kam}",
    "list_customers": "customers",
    "get_customer": "customers/{customer}",
    "list_admins": "admins",
    "get_profile": "profile",
    "list_audit": "audit?limit=100",
    "list_outbox": "outbox",
    "get_liveness": "health/live",
    "get_readiness": "health/ready",
}


def test_every_answer_in_the_envelope_is_read_here_or_played() -> None:
    reads = {endpoint.name for endpoint in BY_NAME.values() if endpoint.method == "GET" and endpoint.answer is not Raw}
    assert set(READS) == reads


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", READS)
def test_an_answer_has_exactly_the_fields_of_its_model(job: Job, name: str, role: str) -> None:
    person: Person = getattr(job.cast, role)
    people = {name: getattr(job.cast, name).session["userId"] for name in ("partner", "customer", "kam")}
    answer = person.get(READS[name].format(**vars(job) | people))
    may = BY_NAME[name].roles
    if may and person.session["role"] not in may:
        assert answer.status_code == 403
        return
    data = checked(name, answer)
    if isinstance(data, dict) and "items" in data:
        assert data["items"]


@pytest.mark.parametrize("role", ROLES)
def test_a_session_and_small_answers_have_their_fields(job: Job, role: str) -> None:
    person: Person = getattr(job.cast, role)
    assert_is(BY_NAME["login"], person.session)
    refreshed = job.cast.twin(person)
    checked("mark_notification_read", person.call("PATCH", f"notifications/{job.cast.notification(person)}/read"))
    checked("mark_all_notifications_read", person.call("PATCH", "notifications/readAll"))
    checked("logout", refreshed.call("POST", "auth/logout"))


def test_codes_tokens_and_activation_have_their_fields(job: Job) -> None:
    phone, stranger = new_phone(), job.cast.stranger()
    checked("send_otp", stranger.call("POST", "integrations/sendOTP", {"phone": phone}))
    checked("login", stranger.call("POST", "auth/login", {"phone": phone}))
    session = checked(
        "login", stranger.call("POST", "auth/login", {"phone": phone, "otp": stranger.newest_code(phone)})
    )
    assert (session["isNewUser"], session["profileComplete"]) == (True, False)
    checked("refresh_session", stranger.call("POST", "auth/refresh", {"refreshToken": session["refreshToken"]}))
    stranger.http.headers["Authorization"] = f"Bearer {session['accessToken']}"
    checked("logout_all", stranger.call("POST", "auth/logoutAll"))
    path = f"channelPartners/{job.cast.partner.session['userId']}/activate"
    checked("activate_channel_partner", job.cast.admin.call("PATCH", path))


def test_the_answers_to_who_registers_have_their_fields(job: Job) -> None:
    stranger = job.cast.stranger()
    form = {"name": "Ravi Iyer", "address": "4 Canal Road", "state": "GJ", "pinCode": "395007"}
    partner, customer = (form | {"role": role, "phone": new_phone()} for role in ("CP", "Customer"))
    stranger.data("POST", "auth/login", {"phone": customer["phone"]})
    checked("register", stranger.call("POST", "auth/register", partner))
    for registering in (partner, customer):
        otp = stranger.newest_code(registering["phone"])
        checked("register", stranger.call("POST", "auth/register", registering | {"otp": otp}))


def test_what_an_admin_does_with_partners_and_kams_has_its_fields(job: Job) -> None:
    admin, form = job.cast.admin, {"name": "Ravi Iyer", "address": "4 Canal Road", "state": "GJ", "pinCode": "395007"}
    kam = job.did("create_kam", admin, "POST", "kams", {"name": "Meera", "email": f"{new_phone()}@solarium.test"})
    new = form | {"phone": new_phone(), "gstin": "24AAXCS7654A1Z1", "kamId": kam["kamId"]}
    cp_id = job.did("create_channel_partner", admin, "POST", "channelPartners", new)["cpId"]
    path = f"channelPartners/{cp_id}"
    job.did("edit_channel_partner", admin, "PATCH", path, {"phone": new_phone(), "override": True, "gstin": None})
    job.did("assign_kam", admin, "PATCH", f"{path}/assignKam", {"kamId": job.cast.kam.session["userId"]})
    assigned = {"mode": "replace", "cpIds": [cp_id]}
    job.did("assign_channel_partners", admin, "PATCH", f"kams/{kam['kamId']}/assignCps", assigned)
    job.did("deactivate_channel_partner", admin, "PATCH", f"{path}/deactivate", {"reason": "Moved away."})
    job.did("edit_kam", admin, "PATCH", f"kams/{kam['kamId']}", {"phone": new_phone(), "status": "deactivated"})


def test_what_people_and_admins_do_with_accounts_has_its_fields(job: Job) -> None:
    admin, customer = job.cast.admin, job.cast.new_customer()
    made = job.did("create_admin", admin, "POST", "admins", {"name": "Ira", "email": f"{new_phone()}@solarium.test"})
    job.did("edit_admin", admin, "PATCH", f"admins/{made['adminId']}", {"phone": new_phone(), "status": "deactivated"})
    for person in (admin, job.cast.kam, job.cast.partner, customer):
        job.did("edit_profile", person, "PATCH", "profile", {"city": "Surat", "state": "GJ"})
    corrected = {"phone": new_phone(), "override": True, "email": None}
    job.did("correct_customer", admin, "PATCH", f"customers/{customer.session['userId']}", corrected)
    job.did("block_user", admin, "PATCH", f"users/{customer.session['userId']}/block", {"blocked": True})


def test_passwords_sessions_and_second_factors_have_their_answers(job: Job) -> None:
    cast, person = job.cast, job.cast.new_staff("KAM")
    stranger, email, user_id = cast.stranger(), person.session["user"]["email"], person.session["userId"]
    password = {"password": PASSWORD}
    checked("request_password_reset", stranger.call("POST", "auth/requestPasswordReset", {"email": email}))
    token = mailed_token(cast, email)
    by_link = {"token": token, "newPassword": PASSWORD}
    checked("complete_password_reset", stranger.call("PATCH", "auth/completePasswordReset", by_link))
    person = stranger.with_password(email)
    same = {"currentPassword": PASSWORD, "newPassword": PASSWORD}
    checked("change_password", person.call("POST", "auth/changePassword", same))
    twin = cast.twin(person).session["sessionId"]
    checked("end_session", person.call("DELETE", f"auth/sessions/{twin}"))
    secret = checked("begin_totp", person.call("POST", "auth/totp", password))["secret"]
    code = pyotp.TOTP(secret).now()
    assert len(checked("confirm_totp", person.call("POST", "auth/totp/confirm", {"code": code}))["recoveryCodes"]) == 10
    checked("login", cast.stranger().call("POST", "auth/login", {"email": email, **password}))
    checked("end_totp", person.call("DELETE", "auth/totp", password))
    checked("reset_totp", cast.admin.call("PATCH", f"users/{user_id}/resetTotp"))
    checked("end_sessions", cast.admin.call("POST", f"users/{user_id}/endSessions"))


def test_messages_and_mails_have_their_answers(job: Job) -> None:
    admin, person = job.cast.admin, job.cast.new_staff("KAM")
    order = {"to": person.session["user"]["email"], "template": "passwordReset"}
    checked("send_email", admin.call("POST", "integrations/sendEmail", order))
    checked("retry_message", admin.call("POST", f"outbox/{job.message}/retry"))


def mailed_token(cast: Cast, email: str) -> str:
    """The token of the link that was mailed there last."""
    inbox = requests.get(f"{cast.app.url}/dev/inbox.json", params={"to": email}, timeout=10).json()
    return str(inbox["items"][0]["text"].partition("token=")[2].split()[0])

"""Plays the whole main job through the public API, a line per step; leaves the PDF on disk (running.md)."""

import hashlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests

from localhost.children import StartError
from localhost.demo_data import PASSWORD

PARTNER, ADMIN = "9000000001", "admin@solarium.test"
CHECK_WITHIN = 30  # seconds
RESEND_SECONDS = 35  # a little more than the 30 s after which a code is sent again
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
PDF += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class StepFailedError(StartError):
    """The app answered something else than the main job needs."""


class Api:
    """The public API as one person sees it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()

    def __call__(self, method: str, path: str, /, **body: object) -> Any:
        """The `data` of the answer. Raises StepFailedError with the error's words."""
        answer = self.http.request(method, f"{self.url}/api/v1/{path}", json=body or None, timeout=60)
        said = answer.json()
        if not said["success"]:
            raise StepFailedError(
                f"{method} {path}: {answer.status_code} {said['error']['code']} {said['error']['message']}"
            )
        return said["data"]

    def sign_in(self, **credentials: str) -> Any:
        """Open a session; everything after it carries its token."""
        session = self("POST", "auth/login", **credentials)
        self.http.headers["Authorization"] = f"Bearer {session['accessToken']}"
        return session

    def sign_in_by_code(self, phone: str) -> Any:
        """Ask for a code, read it in the inbox, sign in with it. Within 30 s of the last one none is sent: wait."""
        before = self._newest(phone)
        for _ in range(RESEND_SECONDS):
            self("POST", "auth/login", phone=phone)
            if (message := self._newest(phone)) != before:
                return self.sign_in(phone=phone, otp=message["code"])
            time.sleep(1)
        raise StepFailedError(f"no code for {phone} arrived in the inbox")

    def _newest(self, phone: str) -> Any:
        items = requests.get(f"{self.url}/dev/inbox.json", params={"to": phone}, timeout=10).json()["items"]
        return items[0] if items else None


def play(base_url: str, out: Path) -> None:
    """Play the main job against the app at `base_url`; the PDF goes to the folder `out`. Raises StepFailedError."""
    partner, customer, admin = Api(base_url), Api(base_url), Api(base_url)
    phone = f"9{time.time_ns() // 1000 % 10**9:09d}"
    session = partner.sign_in_by_code(PARTNER)
    _say(f"signed in as {session['user']['name']} by code")
    lead_id = _new_lead(partner, phone)
    move = _mover(partner, lead_id)
    move("In Discussion", followUpDate=_in_days(2))
    reference = _quotation(partner, lead_id, out)
    partner("PATCH", f"quotations/{reference}/share")
    _say(f"shared {reference} with the customer")
    customer.sign_in_by_code(phone)
    customer("PATCH", f"quotations/{reference}/accept")
    _say(f"the customer accepted it; {lead_id} is {partner('GET', f'leads/{lead_id}')['status']}")
    _document(partner, lead_id)
    move("Won", quotationRef=reference)
    move("Pending at Solarium", followUpDate=_in_days(3))
    move("Under Execution", tokenNumber=f"TOK-{lead_id}")
    move("Executed")
    admin.sign_in(email=ADMIN, password=PASSWORD)
    _commission(admin, lead_id)
    synced = partner("GET", "sync")
    counts = ", ".join(f"{len(synced[kind])} {kind}" for kind in ("leads", "quotations", "commissions", "timeline"))
    _say(f"synced: {counts}")


def _new_lead(partner: Api, phone: str) -> str:
    site = {"address": "7 Lake View, Bopal", "city": "Ahmedabad", "state": "Gujarat", "pinCode": "380058"}
    lead = partner("POST", "leads", customerName="Rekha Trivedi", phone=phone, services=["Rooftop"], **site)
    _say(f"created {lead['leadId']}, {lead['status']}")
    return str(lead["leadId"])


def _mover(partner: Api, lead_id: str) -> Callable[..., None]:
    def move(status: str, **more: str) -> None:
        partner("PATCH", f"leads/{lead_id}/status", newStatus=status, remarks=f"Demo: on to {status}.", **more)
        _say(f"moved {lead_id} to {status}")

    return move


def _quotation(partner: Api, lead_id: str, out: Path) -> str:
    choice = _choice(partner("GET", "masterdata")) | {"leadId": lead_id}
    priced = partner("POST", "quotations/preview", **choice)
    _say(f"priced {priced['systemKw']} kW: ₹{priced['systemPrice']:,.2f}, ₹{priced['finalPrice']:,.2f} after subsidies")
    quotation = partner(
        "POST", "quotations", **choice, systemPrice=priced["systemPrice"], finalPrice=priced["finalPrice"]
    )
    reference = str(quotation["quotationReference"])
    link = partner("GET", f"quotations/{reference}/pdf")
    pdf = requests.get(link["url"], timeout=30).content
    if hashlib.sha256(pdf).hexdigest() != link["sha256"]:
        raise StepFailedError(f"the PDF of {reference} has another hash than its record")
    (out / f"{reference}.pdf").write_bytes(pdf)
    _say(f"finalised {reference}: {out / f'{reference}.pdf'}, {len(pdf)} bytes, SHA-256 {link['sha256'][:12]}…")
    return reference


def _choice(master: Any) -> dict[str, Any]:
    """A system that fits: six DCR panels of a kind, with the inverter nearest to their capacity."""
    panel = next(panel for panel in master["panels"] if panel["isDcr"] and panel["isActive"])
    kw = panel["wattage"] * 6 / 1000
    single = [inverter for inverter in master["inverters"] if inverter["phase"] == "Single" and inverter["isActive"]]
    inverter = min(single, key=lambda one: abs(one["capacityKw"] - kw))
    discom = next(
        discom for discom in master["discoms"] if discom["stateCode"] == "GJ" and "Single" in discom["phases"]
    )
    return {
        "state": "Gujarat",
        "discom": discom["name"],
        "phase": "Single",
        "smartMeter": discom["smartMeterOptions"][0],
        "panels": [{"panelId": panel["panelId"], "quantity": 6}],
        "inverterId": inverter["inverterId"],
    }


def _document(partner: Api, lead_id: str) -> None:
    slot = partner(
        "POST",
        f"leads/{lead_id}/docs",
        fileName="light-bill.pdf",
        contentType="application/pdf",
        fileSize=len(PDF),
        docType="Light Bill",
    )
    requests.put(slot["sasUrl"], data=PDF, headers=slot["headers"], timeout=30).raise_for_status()
    _say(f"uploaded {slot['docId']} straight to storage")
    until = time.monotonic() + CHECK_WITHIN
    while (document := partner("GET", f"documents/{slot['docId']}"))["state"] in ("Reserved", "Checking"):
        if time.monotonic() > until:
            raise StepFailedError(f"{slot['docId']} was not checked within {CHECK_WITHIN} s")
        time.sleep(0.2)
    if document["state"] != "Accepted":
        raise StepFailedError(f"{slot['docId']} was refused: {document['reason']}")
    _say(f"{slot['docId']} was checked and accepted, {document['sizeBytes']} bytes")


def _commission(admin: Api, lead_id: str) -> None:
    commission = admin("GET", f"commissions?leadId={lead_id}")["items"][0]
    path = f"commissions/{commission['commissionId']}/approveOrPay"
    approved = admin("POST", path, action="approve")
    _say(f"approved {commission['commissionId']}: ₹{approved['approvedAmount']:,.2f}")
    utr = f"UTR{time.time_ns() % 10**12:012d}"
    paid = admin("POST", path, action="pay", utr=utr, paidOn=_in_days(0), method="NEFT")
    _say(f"paid it by {paid['method']}, UTR {paid['utr']}: {paid['status']}")


def _in_days(days: int) -> str:
    return (datetime.now(ZoneInfo("Asia/Kolkata")).date() + timedelta(days=days)).isoformat()


def _say(line: str) -> None:
    print(f"  ✓ {line}", flush=True)

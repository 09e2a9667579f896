"""No request crosses the network to PostgreSQL more often than it may (data.md, Round trips)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared_code import messages
from shared_code import settings as configuration
from shared_code.rules.codes import Purpose
from shared_code.rules.scope import Caller
from shared_code.sql.pool import pool
from tests import rows
from tests.edge import Answer, Edge, edge_of
from tests.trips import Trips
from tests.world import ADMIN, CP_1, CUSTOMER, KAM_1, KAM_2, REMARKS, World

OFTEN = 7  # times in a row: psycopg prepares a statement on its sixth use, which must not cost a trip
SOON = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
SYSTEM = {
    "state": "Gujarat", "discom": "DGVCL", "phase": "Single", "panels": [{"panelId": "PNL001", "quantity": 6}], "inverterId": "INV003",
}  # fmt: skip


class Counter:
    """Calls the edge and tells how many trips it took."""

    def __init__(self, edge: Edge, trips: Trips) -> None:
        self.edge, self._trips = edge, trips

    def answer(self, caller: Caller | None, *request: Any, **headers: str) -> tuple[Answer, int]:
        if caller:
            self.edge.token(caller)
        self._trips.count = 0
        answer = self.edge(caller, *request, **headers)
        return answer, self._trips.count

    def __call__(self, status: int, caller: Caller | None, *request: Any, **headers: str) -> int:
        answer, trips = self.answer(caller, *request, **headers)
        assert answer.status == status, answer.said
        return trips


@pytest.fixture(scope="module")
def trips(world: World) -> Iterator[Counter]:
    with Trips(world.app_url) as way, edge_of(world, way.url) as edge:
        pool().wait()
        yield Counter(edge, way)

def test_x(world, trips):
    lead = world.lead("CP-1", "In Discussion")
    body = {"newStatus": "In Discussion", "remarks": REMARKS, "followUpDate": SOON}
    for i in range(8):
        print("status", trips(200, CP_1, "PATCH", f"leads/{lead}/status", body))
    print("status key", trips(200, CP_1, "PATCH", f"leads/{lead}/status", body, Idempotency_Key="a"))
    print("status key replay", trips(200, CP_1, "PATCH", f"leads/{lead}/status", body, Idempotency_Key="a"))
    print("status 422", trips(422, CP_1, "PATCH", f"leads/{lead}/status", body | {"newStatus": "Executed"}))
    print("status 422 key", trips(422, CP_1, "PATCH", f"leads/{lead}/status", body | {"newStatus": "Executed"}, Idempotency_Key="b"))
    print("status 400", trips(400, CP_1, "PATCH", f"leads/{lead}/status", {}))
    print("status 409", trips(409, CP_1, "PATCH", f"leads/{lead}/status", body | {"expectedVersion": 1}))
    print("status 403", trips(403, KAM_2, "PATCH", f"leads/{lead}/status", body))
    print("status 404", trips(404, CP_1, "PATCH", f"leads/LEAD-9999999/status", body))
    print("lead 403", trips(403, KAM_2, "GET", f"leads/{lead}"))
    lead, commission = rows.executed(world)
    print("undo", trips(200, ADMIN, "PATCH", f"leads/{lead}/status", body | {"newStatus": "Won", "override": True}))
    print("redo", trips(200, ADMIN, "PATCH", f"leads/{lead}/status", body | {"newStatus": "Executed", "override": True}))
    lead, commission = rows.executed(world)
    path = f"commissions/{commission}/approveOrPay"
    print("approve", trips(200, ADMIN, "POST", path, {"action": "approve"}))
    print("pay", trips(200, ADMIN, "POST", path, {"action": "pay", "utr": "UTR123456789012", "paidOn": "2025-01-01", "method": "NEFT"}))
    print("pay again", trips(200, ADMIN, "POST", path, {"action": "pay", "utr": "UTR123456789012", "paidOn": "2025-01-01", "method": "NEFT"}))
    print("pay other", trips(409, ADMIN, "POST", path, {"action": "pay", "utr": "UTR123456789013", "paidOn": "2025-01-01", "method": "NEFT"}))
    lead = world.lead()
    for i in range(7):
        print("upload", trips(201, CP_1, "POST", f"leads/{lead}/docs", {"fileName": "a.pdf", "contentType": "application/pdf", "fileSize": 100}))
    print("upload 8th", trips(409, CP_1, "POST", f"leads/{lead}/docs", {"fileName": "a.pdf", "contentType": "application/pdf", "fileSize": 100}))
    doc = rows.document(world, lead)
    print("sas", trips(200, CP_1, "GET", f"documents/sas?docId={doc}"))
    print("sas", trips(409, CP_1, "GET", f"documents/sas?docId=DOC-1001"))
    a, n = trips.answer(CP_1, "GET", "sync")
    print("sync", n)
    print("304", trips(304, CP_1, "GET", "sync", If_None_Match=a.headers["ETag"]))
    a, n = trips.answer(CUSTOMER, "GET", "sync")
    print("sync", n)
    print("304", trips(304, CUSTOMER, "GET", "sync", If_None_Match=a.headers["ETag"]))
    for i in range(8):
        a, n = trips.answer(CP_1, "GET", "sync?force=true")
        print("sync force", n, a.status)
    for i in range(8):
        print("quotation", trips(201, CP_1, "POST", "quotations", SYSTEM | {"leadId": lead}))
    print("quotation key", trips(201, CP_1, "POST", "quotations", SYSTEM | {"leadId": lead}, Idempotency_Key="q"))
    print("quotation", trips(201, CP_1, "POST", "quotations", SYSTEM | {"leadId": lead, "shareWithCustomer": True}))
    print("quotation 422", trips(422, CP_1, "POST", "quotations", SYSTEM | {"leadId": lead, "finalPrice": 1}))
    print("quotation 404", trips(404, CP_1, "POST", "quotations", SYSTEM | {"leadId": "LEAD-99999"}))
    for path in ["leads", "leads?state=GJ", "leads?limit=100&search=a", "quotations", "commissions", "notifications", f"leads/{lead}/timeline", "channelPartners?state=Gujarat", "kams", "customers", "leads/summary", f"leads/{lead}", "masterdata", "auth/me", "commissions/summary"]:
        print(path, [trips(200, KAM_1, "GET", path) for _ in range(7)])
    for phone in ("9000000101", "9111111111", "9000000001"):
        s = configuration.current()
        world.owner.execute("INSERT INTO otp_challenge VALUES (%s, 'signIn', %s, now())", [phone, messages.hash_of(s, phone, Purpose.SIGN_IN, "123456")])
        print("wrong", trips(401, None, "POST", "auth/login", {"phone": phone, "otp": "654321"}))
        print("login", trips(200, None, "POST", "auth/login", {"phone": phone, "otp": "123456"}))
        print("dead", trips(401, None, "POST", "auth/login", {"phone": phone, "otp": "123456"}))

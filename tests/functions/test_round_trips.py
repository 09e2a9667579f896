"""No request crosses the network to PostgreSQL more often than it may (data.md, Round trips)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared_code import settings as configuration
from shared_code.access import one_time_code
from shared_code.rules.codes import Purpose
from shared_code.rules.scope import Caller
from shared_code.sql.pool import pool
from tests import network, rows
from tests.edge import Answer, Edge, edge_of
from tests.trips import Trips
from tests.world import ADMIN, CP_1, CUSTOMER, KAM_1, KAM_2, REMARKS, World

STATUS, SAS, SETTLE, SYNC, QUOTATION, LOGIN, LIST, ASSIGN = 3, 3, 3, 2, 4, 3, 2, 3
EDIT, NEW_CUSTOMER, REASSIGN = 3, 1, 3
ADDRESS_LIMIT, KEY = 1, 1  # what they may add
OFTEN = range(7)  # psycopg prepares a statement that it has seen some times: that must cost no trip
IN_TWO_DAYS = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()

STAY = {"newStatus": "In Discussion", "remarks": REMARKS, "followUpDate": IN_TWO_DAYS}
FILE = {"fileName": "bill.pdf", "contentType": "application/pdf", "fileSize": 1000}
SYSTEM: dict[str, Any] = {
    "state": "Gujarat", "discom": "DGVCL", "phase": "Single",
    "panels": [{"panelId": "PNL001", "quantity": 6}], "inverterId": "INV003",
}  # fmt: skip
PAYMENT = {"action": "pay", "paidOn": "2026-01-05", "method": "NEFT"}
LISTS = (
    "leads", "leads?state=Gujarat&search=chitra", "quotations", "commissions", "notifications", "channelPartners",
    "channelPartners?state=GJ", "kams", "customers", "leads/LEAD-1/timeline", "leads/LEAD-1/docs",
)  # fmt: skip


class Counter:
    """Calls the edge; answers the trips it took, once the status is the expected one."""

    def __init__(self, edge: Edge, way: Trips) -> None:
        self._edge, self._way = edge, way
        self.last: Answer

    def __call__(
        self, status: int, caller: Caller | None, method: str, path: str, body: object = None, **headers: str
    ) -> int:
        if caller:
            self._edge.token(caller)
        self._way.count = 0
        self.last = self._edge(caller, method, path, body, **headers)
        trips = self._way.count
        assert self.last.status == status, self.last.said
        return trips


@pytest.fixture(scope="module")
def trips(world: World) -> Iterator[Counter]:
    with Trips(world.app_url) as way, edge_of(world, way.url) as edge:
        pool().wait()
        yield Counter(edge, way)


def test_a_status_update(world: World, trips: Counter) -> None:
    path = f"leads/{world.lead(status='In Discussion')}/status"
    assert [trips(200, CP_1, "PATCH", path, STAY) for _ in OFTEN] == [STATUS for _ in OFTEN]
    assert trips(200, CP_1, "PATCH", path, STAY, Idempotency_Key="stay") <= STATUS + KEY
    assert trips(200, CP_1, "PATCH", path, STAY, Idempotency_Key="stay") <= STATUS


def test_a_status_update_that_opens_or_cancels_a_commission(world: World, trips: Counter) -> None:
    lead_id, _ = rows.executed(world)
    undo = STAY | {"newStatus": "Under Execution", "override": True}
    assert trips(200, ADMIN, "PATCH", f"leads/{lead_id}/status", undo) <= STATUS
    assert trips(200, CP_1, "PATCH", f"leads/{lead_id}/status", {"newStatus": "Executed", "remarks": REMARKS}) <= STATUS
    statuses = world.rows("SELECT to_status FROM commission_event JOIN commission USING (commission_id)"
                          " WHERE lead_id = %s ORDER BY commission_event.version", lead_id)  # fmt: skip
    assert statuses == [("Pending",), ("Cancelled",), ("Pending",)]


@pytest.mark.parametrize(
    ("caller", "change", "status"),
    [
        (CP_1, {}, 400),
        (KAM_2, STAY, 403),
        (CP_1, STAY | {"expectedVersion": 7}, 409),
        (CP_1, STAY | {"newStatus": "Executed"}, 422),
    ],
)
def test_a_refused_status_update(
    world: World, trips: Counter, caller: Caller, change: dict[str, Any], status: int
) -> None:
    path = f"leads/{world.lead(status='In Discussion')}/status"
    assert trips(status, caller, "PATCH", path, change) <= STATUS
    assert trips(status, caller, "PATCH", path, change, Idempotency_Key=path) <= STATUS + KEY


def test_an_edit_of_a_lead(world: World, trips: Counter) -> None:
    """The contract sets no number for this and the next one; they need no more than a move, save for a new customer."""
    path = f"leads/{world.lead()}"
    assert [trips(200, CP_1, "PATCH", path, {"city": f"City {number}"}) for number in OFTEN] == [EDIT for _ in OFTEN]
    assert trips(200, CP_1, "PATCH", path, {"city": "City 6"}) <= EDIT
    assert trips(200, CP_1, "PATCH", path, {"city": "Surat"}, Idempotency_Key="edit") <= EDIT + KEY
    for number in OFTEN:
        phone = f"974000000{number}"
        assert trips(200, CP_1, "PATCH", path, {"phone": phone, "state": "MH"}) <= EDIT + NEW_CUSTOMER
    assert trips(200, CP_1, "PATCH", path, {"phone": "9000000101"}) <= EDIT
    assert trips(409, CP_1, "PATCH", path, {"phone": "9000000003"}) <= EDIT
    assert trips(409, CP_1, "PATCH", path, {"city": "Pune", "expectedVersion": 1}) <= EDIT


def test_reassigning_a_lead(world: World, trips: Counter) -> None:
    path = f"leads/{world.lead()}/reassign"
    for number in OFTEN:
        to = {"cpId": f"CP-{2 - number % 2}", "reason": REMARKS}
        assert trips(200, KAM_1, "PATCH", path, to) <= REASSIGN
    assert trips(200, KAM_1, "PATCH", path, to) <= REASSIGN
    assert trips(403, KAM_1, "PATCH", path, to | {"cpId": "CP-3"}) <= REASSIGN


def test_a_link_to_read_a_document(world: World, trips: Counter) -> None:
    doc_id = rows.document(world, world.lead())
    assert max(trips(200, CP_1, "GET", f"documents/sas?docId={doc_id}") for _ in OFTEN) <= SAS
    assert trips(403, KAM_2, "GET", f"documents/sas?docId={doc_id}") <= SAS


def test_a_place_to_upload_a_document(world: World, trips: Counter) -> None:
    path = f"leads/{world.lead()}/docs"
    assert max(trips(201, CP_1, "POST", path, FILE) for _ in range(7)) <= SAS + ADDRESS_LIMIT
    assert trips(409, CP_1, "POST", path, FILE) <= SAS + ADDRESS_LIMIT
    path = f"leads/{world.lead()}/docs"
    assert trips(201, CP_1, "POST", path, FILE, Idempotency_Key="file") <= SAS + ADDRESS_LIMIT + KEY


def test_a_place_by_any_other_door(world: World, trips: Counter) -> None:
    paper = {"customerId": "CUST-1", "docType": "PAN Card"}
    of_lead, doc_id = f"documents/sas?docType=LEAD&leadId={world.lead()}", rows.document(world, world.lead())
    for status, method, path, body in (
        (201, "POST", "customers/CUST-1/kyc", FILE | {"docType": "PAN Card"}),
        (201, "POST", "docs", FILE | paper),
        (200, "GET", "documents/sas?docType=KYC&kycType=PAN%20Card&customerId=CUST-1", None),
        (200, "GET", of_lead, None),
        (201, "POST", f"documents/{doc_id}/replace", FILE),
    ):
        assert max(trips(status, CP_1, method, path, body) for _ in OFTEN) <= SAS + ADDRESS_LIMIT
    assert trips(409, CP_1, "GET", of_lead) <= SAS + ADDRESS_LIMIT


def test_what_is_done_with_a_document(world: World, trips: Counter) -> None:
    """The contract sets no number for these; nothing here needs more than a link does."""
    papers = [
        rows.document(world, customer_id="CUST-1", doc_type="Other", review_status="Pending Review") for _ in OFTEN
    ]
    for paper, verdict in zip(papers, ["approve", "reject"] * 4, strict=False):
        body = {"reason": "Not readable."} if verdict == "reject" else None
        assert trips(200, KAM_1, "PATCH", f"documents/{paper}/{verdict}", body) <= SAS
    assert trips(409, KAM_1, "PATCH", f"documents/{papers[0]}/approve") <= SAS
    assert trips(200, ADMIN, "DELETE", f"documents/{papers[1]}") <= SAS
    doc_id = rows.document(world, world.lead())
    for path in ("", "/versions", "/accesses"):
        assert trips(200, KAM_1, "GET", f"documents/{doc_id}{path}") <= LIST
    assert trips(200, KAM_1, "GET", "customers/CUST-1/kyc") <= LIST
    assert trips(200, KAM_1, "GET", "customers/CUST-1/kyc/log") <= LIST


def test_two_hundred_partners_given_to_a_kam_or_taken_from_it(world: World, trips: Counter) -> None:
    path, partners = f"kams/{network.kam(world)}/assignCps", [network.partner(world) for _ in range(200)]
    for mode, cp_ids in (("add", partners[:2]), ("replace", partners), ("remove", partners)):
        assert max(trips(200, ADMIN, "PATCH", path, {"mode": mode, "cpIds": cp_ids}) for _ in range(3)) <= ASSIGN
    assert trips(422, ADMIN, "PATCH", path, {"mode": "add", "cpIds": ["CP-999999"]}) <= ASSIGN


def test_what_an_admin_does_with_partners_and_kams(world: World, trips: Counter) -> None:
    """The contract sets no number for these either; each reads once and writes once. Sending comes afterwards."""
    kam_id, cp_id = network.kam(world), network.partner(world)
    for method, path, body in (
        ("PATCH", f"channelPartners/{cp_id}", {"phone": "9399999999", "override": True, "state": "MH"}),
        ("PATCH", f"channelPartners/{cp_id}/assignKam", {"kamId": kam_id}),
        ("PATCH", f"channelPartners/{cp_id}/deactivate", {"reason": REMARKS}),
        ("PATCH", f"kams/{kam_id}", {"email": "another@solarium.test", "status": "deactivated"}),
    ):
        assert trips(200, ADMIN, method, path, body) <= ASSIGN
    assert trips(200, ADMIN, "GET", f"kams/{kam_id}") <= LIST


def test_approving_and_paying_a_commission(world: World, trips: Counter) -> None:
    for number in range(3):
        path = f"commissions/{rows.executed(world)[1]}/approveOrPay"
        payment = PAYMENT | {"utr": f"UTR00000000{number}"}
        assert trips(200, ADMIN, "POST", path, {"action": "approve"}, Idempotency_Key=path) <= SETTLE + KEY
        assert trips(200, ADMIN, "POST", path, payment) <= SETTLE
        assert trips(200, ADMIN, "POST", path, payment) <= SETTLE
    path = f"commissions/{rows.executed(world)[1]}/approveOrPay"
    assert trips(200, ADMIN, "POST", path, {"action": "approve"}) <= SETTLE


@pytest.mark.parametrize("caller", [CP_1, CUSTOMER])
def test_a_sync(trips: Counter, caller: Caller) -> None:
    assert max(trips(200, caller, "GET", "sync?force=true") for _ in range(7)) <= SYNC
    assert trips(429, caller, "GET", "sync?force=true") <= SYNC
    assert trips(200, caller, "GET", "sync") <= SYNC
    assert trips(304, caller, "GET", "sync", If_None_Match=trips.last.headers["ETag"]) <= SYNC


def test_a_quotation(world: World, trips: Counter) -> None:
    ask = SYSTEM | {"leadId": world.lead(), "shareWithCustomer": True}
    assert max(trips(201, CP_1, "POST", "quotations", ask) for _ in OFTEN) <= QUOTATION
    assert trips(201, CP_1, "POST", "quotations", ask, Idempotency_Key="offer") <= QUOTATION + KEY
    assert trips(201, CP_1, "POST", "quotations", ask, Idempotency_Key="offer") <= QUOTATION
    assert trips(422, CP_1, "POST", "quotations", ask | {"finalPrice": 1}) <= QUOTATION


@pytest.mark.parametrize("phone", ["9000000001", "9000000101", "9811111111"])
def test_a_sign_in_with_a_code(world: World, trips: Counter, phone: str) -> None:
    hashed = one_time_code.hash_of(configuration.current(), phone, Purpose.SIGN_IN, "123456")
    world.owner.execute("INSERT INTO otp_challenge VALUES (%s, 'signIn', %s, now())", [phone, hashed])
    for otp, status in (("654321", 401), ("123456", 200), ("123456", 401)):
        assert trips(status, None, "POST", "auth/login", {"phone": phone, "otp": otp}) <= LOGIN + ADDRESS_LIMIT


@pytest.mark.parametrize("path", LISTS)
def test_a_list(trips: Counter, path: str) -> None:
    assert max(trips(200, KAM_1, "GET", path) for _ in OFTEN) <= LIST


def test_refusals_and_quotations_leave_prepared_what_is_prepared(world: World, trips: Counter) -> None:
    def prepared() -> int:
        with pool().connection() as db:
            found = db.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%FROM session%%'")
            return int(found.fetchone()[0])  # type: ignore[index]

    path = f"leads/{world.lead(status='In Discussion')}/status"
    for _ in OFTEN:
        trips(200, CP_1, "PATCH", path, STAY)
    before = prepared()
    trips(422, CP_1, "PATCH", path, STAY | {"newStatus": "Executed"})
    trips(422, CP_1, "PATCH", path, STAY | {"newStatus": "Executed"}, Idempotency_Key="prepared")
    trips(201, CP_1, "POST", "quotations", SYSTEM | {"leadId": world.lead()})
    assert prepared() == before >= 1

"""What is measured: the workflows people wait for, each with requests that all succeed."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any, Final

import requests
from azure import functions as func

from bench.rows import CODE, LEADS, Rows
from functions import health, sync
from functions.auth import login
from functions.commissions import approve_or_pay
from functions.documents import issue_upload
from functions.leads import browse_leads, update_status
from functions.quotations import finalize
from shared_code.endpoints import REGISTRY
from shared_code.rules.scope import Role

SYSTEM: Final = {
    "state": "Gujarat", "discom": "DGVCL", "phase": "Single",
    "panels": [{"panelId": "PNL001", "quantity": 6}], "inverterId": "INV003",
}  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One request to an endpoint. `path`: the values in its route."""

    workflow: Callable[..., Any]
    token: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def over_http(self) -> bytes:
        """As bytes, with what an app's HTTP client sends besides."""
        request = self.in_process("")
        head = [f"{request.method} {request.url} HTTP/1.1", "Host: localhost", "User-Agent: bench", "Accept: */*"]
        head += [f"{name}: {value}" for name, value in request.headers.items()]
        return "\r\n".join([*head, f"Content-Length: {len(request.get_body())}", "\r\n"]).encode() + request.get_body()

    def in_process(self, address: str) -> func.HttpRequest:
        """As the worker hands it to the edge; `address`: where it seems to come from."""
        endpoint = REGISTRY[self.workflow]
        route = re.sub(r"\{(\w+)[^}]*\}", lambda found: self.path[found[1]], endpoint.route)
        common = {"Accept-Encoding": "gzip", "Content-Type": "application/json"} | dict(self.headers)
        if self.token:
            common["Authorization"] = f"Bearer {self.token}"
        if address:
            common["X-Forwarded-For"] = address
        return func.HttpRequest(
            method=endpoint.method,
            url=f"/api/v1/{route}",
            headers=common,
            route_params=dict(self.path),
            body=b"" if self.body is None else json.dumps(self.body).encode(),
        )


@dataclass(frozen=True)
class Upload:
    """One file to be uploaded under that name, and checked."""

    name: str


@dataclass(frozen=True)
class Case:
    """A workflow under measurement. `prepare(rows, url, count)` makes the work.

    `weight`: over HTTP it is measured with so many times fewer requests.
    """

    name: str
    prepare: Callable[[Rows, str, int], list[Call] | list[Upload]]
    weight: int = 1


def _alive(rows: Rows, url: str, count: int) -> list[Call]:
    return [Call(health.get_liveness)] * count


def _sign_in(rows: Rows, url: str, count: int) -> list[Call]:
    return [Call(login.login, body={"phone": phone, "otp": CODE}) for phone in rows.codes(count)]


def _status(rows: Rows, url: str, count: int) -> list[Call]:
    follow_up = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    body = {"newStatus": "In Discussion", "remarks": "Spoke to them on the phone.", "followUpDate": follow_up}
    token = rows.token("CP-1", Role.CP)
    return [Call(update_status.update_status, token, {"leadId": lead}, body) for lead in rows.leads(count)]


def _finalize(rows: Rows, url: str, count: int) -> list[Call]:
    token = rows.token("CP-1", Role.CP)
    return [Call(finalize.finalize_quotation, token, {}, SYSTEM | {"leadId": lead}) for lead in rows.leads(count)]


def _slot(rows: Rows, url: str, count: int) -> list[Call]:
    body = {"fileName": "roof.jpg", "contentType": "image/jpeg", "fileSize": 300_000, "docType": "Site Photo"}
    token = rows.token("CP-1", Role.CP)
    return [Call(issue_upload.issue_lead_upload, token, {"leadId": lead}, body) for lead in rows.leads(count)]


def _check(rows: Rows, url: str, count: int) -> list[Upload]:
    return [Upload(name) for name in rows.uploads(count)]


def _approve(rows: Rows, url: str, count: int) -> list[Call]:
    token, body = rows.token("ADM-1", Role.ADMIN), {"action": "approve"}
    pending = rows.commissions(count, approved=False)
    return [Call(approve_or_pay.approve_or_pay, token, {"commissionId": one}, body) for one in pending]


def _pay(rows: Rows, url: str, count: int) -> list[Call]:
    token, body = rows.token("ADM-1", Role.ADMIN), {"action": "pay", "paidOn": "2026-01-02", "method": "NEFT"}
    approved = [(one, {"utr": f"HDFCN{one[5:]:0>11}"}) for one in rows.commissions(count, approved=True)]
    return [Call(approve_or_pay.approve_or_pay, token, {"commissionId": one}, body | utr) for one, utr in approved]


def _sync(rows: Rows, url: str, count: int) -> list[Call]:
    return _in_turn([Call(sync.sync, rows.token(cp_id, Role.CP)) for cp_id in rows.businesses], count)


def _sync_unchanged(rows: Rows, url: str, count: int) -> list[Call]:
    tokens = [rows.token(cp_id, Role.CP) for cp_id in rows.businesses]
    return _in_turn([Call(sync.sync, token, headers={"If-None-Match": _etag(url, token)}) for token in tokens], count)


def _etag(url: str, token: str) -> str:
    return requests.get(f"{url}/api/v1/sync", headers={"Authorization": f"Bearer {token}"}, timeout=30).headers["ETag"]


def _list(rows: Rows, url: str, count: int) -> list[Call]:
    return _in_turn([Call(browse_leads.list_leads, rows.token(cp_id, Role.CP)) for cp_id in rows.businesses], count)


def _in_turn(calls: list[Call], count: int) -> list[Call]:
    return list(islice(cycle(calls), count))


CASES: Final = (
    Case("health/live", _alive),
    Case("sign in with a code", _sign_in),
    Case("update a lead's status", _status),
    Case("finalise a quotation", _finalize, weight=4),
    Case("issue an upload slot", _slot),
    Case("check an uploaded photo", _check, weight=20),
    Case("approve a commission", _approve),
    Case("pay a commission", _pay),
    Case(f"sync {LEADS} leads, 200", _sync, weight=4),
    Case(f"sync {LEADS} leads, 304", _sync_unchanged),
    Case(f"list {LEADS} leads, 25 a page", _list),
)

"""Rows straight into the database, as the owner: what a test needs to be there and does not ask about."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.world import World

SHA256 = "ab" * 32
_numbers = itertools.count(1)


def insert(world: World, table: str, returning: str, **columns: object) -> str:
    """A row of these columns; answers the column `returning`."""
    marks = ", ".join(["%s"] * len(columns))
    query = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) RETURNING {returning}"
    return str(world.value(query, *columns.values()))


def quotation(world: World, lead_id: str, status: str = "Created", **columns: object) -> str:
    """A quotation of a lead, for 3.24 kW; answers its reference."""
    kw = columns.setdefault("system_kw", Decimal("3.24"))
    given: dict[str, Any] = {
        "quotation_reference": f"QUOT-{world.value('SELECT nextval(%s)', 'quotation_number')}",
        "lead_id": lead_id,
        "customer_id": world.value("SELECT customer_id FROM lead WHERE lead_id = %s", lead_id),
        "cp_id": world.value("SELECT assigned_to FROM lead WHERE lead_id = %s", lead_id),
        "status": status,
        "shared_with_customer": status != "Created",
        "phase": "Single",
        "state": "GJ",
        "discom": "DGVCL",
        "system_price": 154332,
        "final_price": 69852,
        "dealer_add_on_per_kw": 1800,
        "dealer_add_on_total": 5832,
        "inputs": "{}",
        "offer": json.dumps({"systemKw": float(str(kw)), "finalPrice": 69852}),
        "breakdown": json.dumps({"commission": 5832}),
        "valid_until": datetime.now(UTC).date() + timedelta(days=15),
        "pdf_blob": f"quotations/local/{next(_numbers)}.pdf",
        "pdf_sha256": SHA256,
        "pdf_size": 20000,
        "created_by": "CP-1",
        "created_at": datetime.now(UTC),
        "shared_at": datetime.now(UTC) if status != "Created" else None,
        "accepted_at": datetime.now(UTC) if status == "Accepted" else None,
    }
    return insert(world, "quotation", "quotation_reference", **given | columns)


def executed(world: World, cp_id: str = "CP-1", **columns: object) -> tuple[str, str]:
    """An executed lead with its pending commission of ₹5,832; answers both ids. `columns` are the commission's."""
    lead_id = world.lead(cp_id, "Executed", follow_up_date=None, token_number="TOK-1")
    reference = quotation(world, lead_id, "Accepted")
    world.owner.execute("UPDATE lead SET quotation_ref = %s WHERE lead_id = %s", [reference, lead_id])
    given = {
        "lead_id": lead_id,
        "quotation_ref": reference,
        "cp_id": cp_id,
        "system_kw": Decimal("3.24"),
        "project_amount": 154332,
        "dealer_add_on_per_kw": 1800,
        "amount": 5832,
    }
    commission_id = insert(world, "commission", "commission_id", **given | columns)
    insert(
        world, "commission_event", "version",
        commission_id=commission_id, version=1, to_status="Pending", amount=5832,
    )  # fmt: skip
    return lead_id, commission_id


def customer(world: World) -> str:
    """A customer of its own, without leads; answers its id."""
    number = world.value("SELECT nextval('customer_number')")
    customer_id, phone = f"CUST-{number}", str(9_500_000_000 + number)
    insert(world, "user_account", "user_id", user_id=customer_id, role="Customer", phone=phone, name="Asha Rao")
    insert(world, "customer", "customer_id", customer_id=customer_id)
    return customer_id


def document(world: World, lead_id: str | None = None, customer_id: str | None = None, **columns: Any) -> str:
    """An accepted document of a lead or of a customer, or one in another state that has no checked bytes; its id."""
    given = {
        "lead_id": lead_id,
        "customer_id": customer_id,
        "doc_type": "Light Bill",
        "state": "Accepted",
        "current_version": 1,
        "created_by": "CP-1",
    }
    state = columns.get("state", "Accepted").replace("Deleted", "Accepted")
    given |= {} if state == "Accepted" else {"current_version": None}
    doc_id = insert(world, "document", "doc_id", **given | columns)
    checked = {"blob_name": f"local/{doc_id}/v1.pdf", "size_bytes": 1000, "sha256": SHA256}
    insert(
        world, "document_version", "doc_id",
        doc_id=doc_id, version=1, state=state, file_name="bill.pdf", content_type="application/pdf",
        upload_blob=f"upload-{doc_id}.pdf", expires_at=datetime.now(UTC) + timedelta(hours=1), uploaded_by="CP-1",
        **checked if state == "Accepted" else {},
    )  # fmt: skip
    return doc_id


def notification(world: World, user_id: str, **columns: object) -> str:
    """Something a user is told; answers its id."""
    given = {"user_id": user_id, "type": "leadStatus", "title": "Moved", "message": "A lead moved.", "severity": "info"}
    return insert(world, "notification", "id", **given | columns)

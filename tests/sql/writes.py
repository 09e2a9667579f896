"""One write of each kind to every business table, in a transaction that is undone in the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg

MASTER_DATA: Final = (
    "panel", "inverter", "bom_item", "structure", "state", "discom", "fee", "other_charge", "subsidy_scheme",
    "gst_rate", "setting",
)  # fmt: skip

# What the writes below refer to.
_BEFORE: Final = """
    INSERT INTO user_account (user_id, role, name, phone, email) VALUES
        ('CUST-7', 'Customer', 'Asha', '9777777777', NULL), ('CP-7', 'CP', 'Om', '9777777778', NULL),
        ('KAM-7', 'KAM', 'Ira', NULL, 'ira@solarium.test');
    INSERT INTO customer VALUES ('CUST-7');
    INSERT INTO lead (lead_id, customer_id, customer_name, phone, address, state, pin_code, origin, created_by)
        VALUES ('LEAD-70', 'CUST-7', 'Asha', '9777777777', '1 Hill Road', 'Gujarat', '380001', 'CP', 'CP-1');
    INSERT INTO quotation (
            quotation_reference, lead_id, customer_id, cp_id, status, system_kw, phase, state, discom, system_price,
            final_price, dealer_add_on_per_kw, dealer_add_on_total, inputs, offer, breakdown, valid_until, pdf_blob,
            pdf_sha256, pdf_size, created_by, created_at)
        VALUES ('QUOT-70', 'LEAD-70', 'CUST-7', 'CP-1', 'Created', 3.24, 'Single', 'GJ', 'DGVCL', 154332, 69852, 1800,
            5832, '{}', '{}', '{}', '2026-02-01', 'quotation.pdf', repeat('a', 64), 20000, 'CP-1', now());
    INSERT INTO document (doc_id, lead_id, doc_type, created_by) VALUES ('DOC-70', 'LEAD-70', 'Light Bill', 'CP-1');
"""

# Table: a new row, a change that the app may make (None: it may make none), the id by which the log knows the row.
WRITES: Final = {
    "user_account": (
        "INSERT INTO user_account (user_id, role, name, email, password_hash)"
        " VALUES ('ADM-8', 'Admin', 'Om', 'om@solarium.test', 'argon2-secret')",
        "UPDATE user_account SET name = 'Ome', password_hash = 'other-secret' WHERE user_id = 'ADM-8'",
        "ADM-8",
    ),
    "kam": ("INSERT INTO kam VALUES ('KAM-7')", None, "KAM-7"),
    "customer": ("INSERT INTO customer VALUES ('CP-7')", None, "CP-7"),
    "channel_partner": (
        "INSERT INTO channel_partner (cp_id) VALUES ('CP-7')",
        "UPDATE channel_partner SET gstin = '24AAXCS0000A1ZZ' WHERE cp_id = 'CP-7'",
        "CP-7",
    ),
    "lead": (
        "INSERT INTO lead (lead_id, customer_id, customer_name, phone, address, state, pin_code, origin, created_by)"
        " VALUES ('LEAD-7', 'CUST-7', 'Asha', '9777777777', '1 Hill Road', 'Gujarat', '380001', 'CP', 'CP-1')",
        "UPDATE lead SET status = 'Won', token_number = 'TOK-1' WHERE lead_id = 'LEAD-7'",
        "LEAD-7",
    ),
    "quotation": (
        "INSERT INTO quotation SELECT another.* FROM quotation q, jsonb_populate_record(q, jsonb_build_object("
        "'quotation_reference', 'QUOT-7')) another WHERE q.quotation_reference = 'QUOT-70'",
        "UPDATE quotation SET status = 'Shared', shared_with_customer = true WHERE quotation_reference = 'QUOT-7'",
        "QUOT-7",
    ),
    "commission": (
        "INSERT INTO commission (commission_id, lead_id, quotation_ref, cp_id, system_kw, project_amount,"
        " dealer_add_on_per_kw, amount) VALUES ('COMM-7', 'LEAD-70', 'QUOT-70', 'CP-1', 3.24, 154332, 1800, 5832)",
        "UPDATE commission SET status = 'Cancelled' WHERE commission_id = 'COMM-7'",
        "COMM-7",
    ),
    "document": (
        "INSERT INTO document (doc_id, lead_id, doc_type, created_by) VALUES ('DOC-7', 'LEAD-70', 'Bill', 'CP-1')",
        "UPDATE document SET state = 'Checking' WHERE doc_id = 'DOC-7'",
        "DOC-7",
    ),
    "document_version": (
        "INSERT INTO document_version (doc_id, version, upload_blob, expires_at, uploaded_by)"
        " VALUES ('DOC-70', 1, 'blob-7', now(), 'CP-1')",
        "UPDATE document_version SET state = 'Expired' WHERE doc_id = 'DOC-70'",
        "DOC-70",
    ),
}


@contextmanager
def acting(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A transaction in which the Admin ADM-1 acts in the request `request-1`; all of it is undone."""
    with psycopg.connect(url) as db, db.transaction(force_rollback=True):
        db.execute(_BEFORE)
        act_as(db, "ADM-1", "Admin", "request-1")
        yield db


def act_as(db: psycopg.Connection[Any], actor: str, role: str, request_id: str) -> None:
    """Say to the audit who acts, until the transaction ends."""
    for name, value in (("actor", actor), ("role", role), ("request", request_id)):
        db.execute("SELECT set_config(%s, %s, true)", [f"solarium.{name}", value])

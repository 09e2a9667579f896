"""The demo's people, a lead and the sample catalogue (running.md, Demo data); loading them again changes nothing."""

import os
from pathlib import Path

import psycopg

from shared_code.access import passwords
from shared_code.quotations.catalogue import load_file

CATALOGUE = Path(__file__).parent / "catalogue.json"
PASSWORD = "Solarium#2026"

STAFF = [
    ("ADM-1", "Admin", "Asha Mehta", "admin@solarium.test"),
    ("KAM-1", "KAM", "Kiran Rao", "kam1@solarium.test"),
    ("KAM-2", "KAM", "Kavita Joshi", "kam2@solarium.test"),
]
PARTNERS = [
    ("CP-1", "Pravin Patel", "9000000001", "active", "Ahmedabad", "Gujarat", "380001", "KAM-1", "Patel Solar"),
    ("CP-2", "Pooja Shah", "9000000002", "active", "Surat", "Gujarat", "395003", "KAM-1", "Shah Energy"),
    ("CP-3", "Prakash Kulkarni", "9000000003", "active", "Pune", "Maharashtra", "411001", "KAM-2", "Kulkarni Rooftop"),
    ("CP-9", "Priya Nair", "9000000009", "pending", "Vadodara", "Gujarat", "390001", None, "Nair Solar"),
]


class NotLocalError(Exception):
    """Demo data were asked for somewhere else than on a developer's machine."""


def load(owner_url: str) -> None:
    """Load what is missing of the demo data. Raises NotLocalError unless ENVIRONMENT is local."""
    if os.environ.get("ENVIRONMENT") != "local":
        raise NotLocalError("Demo data have known passwords: they are loaded with ENVIRONMENT=local only.")
    load_file(owner_url, CATALOGUE)
    with psycopg.connect(owner_url) as db:
        if db.execute("SELECT 1 FROM user_account WHERE user_id = 'ADM-1'").fetchone():
            return
        db.execute("SELECT set_config('solarium.actor', 'demo', true), set_config('solarium.role', 'System', true)")
        _load_people(db)
        _load_lead(db)


def _load_people(db: "psycopg.Connection[tuple[object, ...]]") -> None:
    hashed = passwords.hash_of(PASSWORD)
    for user_id, role, name, email in STAFF:
        db.execute(
            "INSERT INTO user_account (user_id, role, name, email, password_hash) VALUES (%s, %s, %s, %s, %s)",
            [user_id, role, name, email, hashed],
        )
        if role == "KAM":
            db.execute("INSERT INTO kam VALUES (%s)", [user_id])
    for cp_id, name, phone, status, city, state, pin_code, kam_id, organization in PARTNERS:
        db.execute(
            "INSERT INTO user_account (user_id, role, name, phone, status, address, city, state, pin_code)"
            " VALUES (%s, 'CP', %s, %s, %s, %s, %s, %s, %s)",
            [cp_id, name, phone, status, f"1 Station Road, {city}", city, state, pin_code],
        )
        db.execute("INSERT INTO channel_partner VALUES (%s, %s, %s)", [cp_id, kam_id, organization])


def _load_lead(db: "psycopg.Connection[tuple[object, ...]]") -> None:
    """The customer with one lead of the first partner."""
    home = ["Chitra Desai", "9000000101", "12 Ashram Road", "Ahmedabad", "Gujarat", "380009"]
    db.execute(
        "INSERT INTO user_account (user_id, role, name, phone, address, city, state, pin_code)"
        " VALUES ('CUST-1', 'Customer', %s, %s, %s, %s, %s, %s)",
        home,
    )
    db.execute("INSERT INTO customer VALUES ('CUST-1')")
    db.execute(
        "INSERT INTO lead (lead_id, customer_id, customer_name, phone, address, city, state, pin_code, origin,"
        " follow_up_date, assigned_to, created_by, last_entry)"
        " VALUES ('LEAD-1', 'CUST-1', %s, %s, %s, %s, %s, %s, 'CP', india_day(now()) + 1, 'CP-1', 'CP-1', 1)",
        home,
    )
    db.execute(
        "INSERT INTO timeline_entry (lead_id, entry, version, action, actor_id, actor_name, actor_role, after)"
        " VALUES ('LEAD-1', 1, 1, 'created', 'CP-1', 'Pravin Patel', 'CP', '{\"status\": \"New Lead\"}')"
    )

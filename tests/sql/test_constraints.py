"""The database refuses what must never be, whoever writes it (data.md, Entities and Invariants)."""

from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg.types.json import Jsonb

from tests import rows
from tests.world import World


def refuses(world: World, constraint: str, query: str, *params: object) -> None:
    with pytest.raises(errors.IntegrityError) as refused:
        world.owner.execute(query, params)
    assert refused.value.diag.constraint_name == constraint


def account(world: World, number: int, role: str, **columns: Any) -> str:
    prefix = {"Admin": "ADM", "KAM": "KAM", "CP": "CP", "Customer": "CUST"}[role]
    return rows.insert(world, "user_account", "user_id", user_id=f"{prefix}-{number}", role=role, **columns)


def test_a_lead_has_one_commission_for_ever(world: World) -> None:
    lead_id, commission_id = rows.executed(world)
    world.owner.execute("UPDATE commission SET status = 'Cancelled' WHERE commission_id = %s", [commission_id])
    columns = "lead_id, quotation_ref, cp_id, system_kw, project_amount, dealer_add_on_per_kw, amount"
    refuses(
        world, "commission_one_per_lead",
        f"INSERT INTO commission ({columns}) SELECT {columns} FROM commission WHERE lead_id = %s", lead_id,
    )  # fmt: skip


def test_a_utr_is_used_once(world: World) -> None:
    pay = (
        "UPDATE commission SET status = 'Paid', approved_amount = 1, approved_at = now(), utr = %s,"
        " paid_on = '2026-01-05', method = 'NEFT', paid_at = now() WHERE commission_id = %s"
    )
    world.owner.execute(pay, ["UTR000000001", rows.executed(world)[1]])
    refuses(world, "utr_taken", pay, "UTR000000001", rows.executed(world)[1])


@pytest.mark.parametrize("utr", ["utr000000001", "UTR00000001", "U" * 23, "UTR 00000001"])
def test_a_utr_is_12_to_22_capitals_and_digits(world: World, utr: str) -> None:
    refuses(
        world,
        "commission_utr_check",
        "UPDATE commission SET utr = %s WHERE commission_id = %s",
        utr,
        rows.executed(world)[1],
    )


def test_a_paid_commission_has_its_whole_payment_and_no_other_has_one(world: World) -> None:
    _, commission_id = rows.executed(world)
    approved = "approved_amount = 1, approved_at = now()"
    for constraint, change in (
        ("approved_whole", "status = 'Approved'"),
        ("approved_whole", "status = 'Approved', approved_amount = 1"),
        ("paid_whole", f"status = 'Paid', {approved}, utr = 'UTR000000009', paid_on = '2026-01-05', method = 'NEFT'"),
        ("paid_whole", f"status = 'Paid', {approved}, paid_at = now(), paid_on = '2026-01-05', method = 'NEFT'"),
        ("paid_whole", "utr = 'UTR000000009', paid_on = '2026-01-05', method = 'NEFT', paid_at = now()"),
    ):
        refuses(world, constraint, f"UPDATE commission SET {change} WHERE commission_id = %s", commission_id)


def test_a_lead_has_one_accepted_quotation(world: World) -> None:
    lead_id = world.lead()
    rows.quotation(world, lead_id, "Accepted")
    second = rows.quotation(world, lead_id, "Shared")
    accept = "UPDATE quotation SET status = 'Accepted' WHERE quotation_reference = %s"
    refuses(world, "quotation_one_accepted", accept, second)
    other = rows.quotation(world, world.lead(), "Shared")
    world.owner.execute(accept, [other])


def test_a_lead_with_an_accepted_quotation_is_given_no_other_one_at_birth(world: World) -> None:
    lead_id = world.lead()
    rows.quotation(world, lead_id, "Accepted")
    with pytest.raises(errors.UniqueViolation) as refused:
        rows.quotation(world, lead_id, "Accepted")
    assert refused.value.diag.constraint_name == "quotation_one_accepted"


def test_a_reference_belongs_to_one_quotation(world: World) -> None:
    reference = rows.quotation(world, world.lead())
    with pytest.raises(errors.UniqueViolation) as refused:
        rows.quotation(world, world.lead(), quotation_reference=reference)
    assert refused.value.diag.constraint_name == "quotation_pkey"


@pytest.mark.parametrize(
    "column", ["pdf_blob", "pdf_sha256", "pdf_size", "inputs", "offer", "breakdown", "valid_until"]
)
def test_no_quotation_is_written_without_its_pdf_and_what_it_was_priced_with(world: World, column: str) -> None:
    with pytest.raises(errors.NotNullViolation) as refused:
        rows.quotation(world, world.lead(), "Created", **{column: None})
    assert refused.value.diag.column_name == column


@pytest.mark.parametrize("sha256", ["AB" * 32, "ab" * 31, "ab" * 33, "", "xy" * 32])
def test_a_pdf_is_named_by_64_hex_digits(world: World, sha256: str) -> None:
    with pytest.raises(errors.CheckViolation) as refused:
        rows.quotation(world, world.lead(), pdf_sha256=sha256)
    assert refused.value.diag.constraint_name == "quotation_pdf_sha256_check"


def test_a_commission_stands_on_a_lead_a_quotation_and_a_partner_that_exist(world: World) -> None:
    _, commission_id = rows.executed(world)
    world.owner.execute("UPDATE commission SET status = 'Cancelled' WHERE commission_id = %s", [commission_id])
    for column, unknown in (("quotation_ref", "QUOT-404"), ("cp_id", "CP-404")):
        query = f"UPDATE commission SET {column} = %s WHERE commission_id = %s"
        refuses(world, f"commission_{column}_fkey", query, unknown, commission_id)
    another = (
        "INSERT INTO commission SELECT (jsonb_populate_record(c, %s)).* FROM commission c WHERE commission_id = %s"
    )
    unknown_lead = Jsonb({"commission_id": "COMM-404", "lead_id": "LEAD-404"})
    refuses(world, "commission_lead_id_fkey", another, unknown_lead, commission_id)
    refuses(world, "commission_one_per_lead", another, Jsonb({"commission_id": "COMM-404"}), commission_id)


def test_no_commission_is_negative(world: World) -> None:
    _, commission_id = rows.executed(world)
    world.owner.execute("UPDATE commission SET status = 'Cancelled' WHERE commission_id = %s", [commission_id])
    for column in ("amount", "approved_amount"):
        query = f"UPDATE commission SET {column} = -0.01 WHERE commission_id = %s"
        refuses(world, f"commission_{column}_check", query, commission_id)


def test_a_step_of_a_commission_is_told_once(world: World) -> None:
    _, commission_id = rows.executed(world)
    again = "INSERT INTO commission_event (commission_id, version, to_status, amount) VALUES (%s, 1, 'Approved', 1)"
    refuses(world, "commission_event_pkey", again, commission_id)


def test_a_phone_signs_in_one_partner_or_customer(world: World) -> None:
    account(world, 501, "Customer", phone="9500000001")
    for role in ("CP", "Customer"):
        with pytest.raises(errors.UniqueViolation) as refused:
            account(world, 502, role, phone="9500000001")
        assert refused.value.diag.constraint_name == "phone_taken"
    account(world, 502, "KAM", phone="9500000001", email="kam502@solarium.test")


def test_an_address_signs_in_one_admin_or_kam_in_whatever_case(world: World) -> None:
    with pytest.raises(errors.UniqueViolation) as refused:
        account(world, 503, "Admin", email="KAM1@Solarium.Test")
    assert refused.value.diag.constraint_name == "email_taken"
    account(world, 503, "Customer", phone="9500000003", email="kam1@solarium.test")


@pytest.mark.parametrize(
    ("role", "columns"),
    [("CP", {"email": "a@b.in"}), ("Customer", {}), ("Admin", {"phone": "9500000009"}), ("KAM", {})],
)
def test_everybody_has_what_they_sign_in_with(world: World, role: str, columns: dict[str, str]) -> None:
    with pytest.raises(errors.CheckViolation) as refused:
        account(world, 504, role, **columns)
    assert refused.value.diag.constraint_name == "signs_in_with"


def test_a_document_belongs_to_a_lead_or_to_a_customer(world: World) -> None:
    insert = "INSERT INTO document (lead_id, customer_id, doc_type, created_by) VALUES (%s, %s, 'Other', 'CP-1')"
    refuses(world, "belongs_to_one", insert, None, None)
    refuses(world, "belongs_to_one", insert, "LEAD-1", "CUST-1")


def test_a_customer_has_one_paper_of_a_type_but_any_number_of_others(world: World) -> None:
    insert = "INSERT INTO document (customer_id, doc_type, state, created_by) VALUES ('CUST-1', %s, %s, 'CP-1')"
    world.owner.execute(insert, ["PAN Card", "Deleted"])
    world.owner.execute(insert, ["PAN Card", "Accepted"])
    refuses(world, "kyc_one_per_type", insert, "PAN Card", "Reserved")
    for _ in range(2):
        world.owner.execute(insert, ["Other", "Accepted"])


def test_an_accepted_version_has_its_bytes(world: World) -> None:
    doc_id = rows.document(world, world.lead(), state="Checking")
    whole = {"blob_name": "'local/v1.pdf'", "sha256": f"'{'a' * 64}'", "size_bytes": "5"}
    accept = "UPDATE document_version SET state = 'Accepted', {} WHERE doc_id = %s"
    for column in whole:
        bytes_of_it = ", ".join(f"{name} = {value}" for name, value in whole.items() if name != column)
        refuses(world, "accepted_whole", accept.format(bytes_of_it), doc_id)
    refuses(world, "quarantined", "UPDATE document_version SET upload_blob = NULL WHERE doc_id = %s", doc_id)


def test_what_was_accepted_never_changes(world: World) -> None:
    doc_id = rows.document(world, world.lead())
    for change in ("state = 'Rejected'", "blob_name = 'x'", "sha256 = repeat('b', 64)", "content_type = 'image/png'"):
        with pytest.raises(errors.RestrictViolation):
            world.owner.execute(f"UPDATE document_version SET {change} WHERE doc_id = %s", [doc_id])


def test_a_lead_refers_to_a_quotation_that_exists(world: World) -> None:
    refuses(world, "lead_quotation", "UPDATE lead SET quotation_ref = 'QUOT-404' WHERE lead_id = 'LEAD-1'")


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("lead", "status", "Lost"), ("lead", "origin", "Web"), ("quotation", "status", "Draft"),
        ("commission", "status", "Open"), ("document", "state", "Scanned"), ("document_version", "state", "Deleted"),
        ("user_account", "role", "Boss"), ("user_account", "status", "gone"), ("user_account", "phone", "5000000000"),
        ("user_account", "pin_code", "012345"), ("commission", "method", "Cash"), ("notification", "severity", "fatal"),
    ],
)  # fmt: skip
def test_only_the_known_words_are_written(world: World, table: str, column: str, value: str) -> None:
    lead_id, _ = rows.executed(world)
    rows.document(world, lead_id, state="Checking")
    rows.notification(world, "CP-1")
    with pytest.raises(psycopg.errors.CheckViolation):
        world.owner.execute(f"UPDATE {table} SET {column} = %s", [value])

"""A network of partners with a thousand people in it, at random, always the same: for whoever compares scopes."""

from tests.world import World

# Ids begin with 5001: KAM-5001, CP-5001, ... Every eighth lead is nobody's, every tenth partner has no KAM.
ADMINS, KAMS, PARTNERS, CUSTOMERS, LEADS = 10, 60, 330, 600, 1500
PEOPLE = ADMINS + KAMS + PARTNERS + CUSTOMERS
_FIRST = 5001


def _one_of(prefix: str, count: int) -> str:
    return f"'{prefix}-' || {_FIRST} + floor(random() * {count})::int"


def _people(prefix: str, role: str, count: int, contact: str) -> str:
    return f"""
        INSERT INTO user_account (user_id, role, name, {contact}, state, created_at)
        SELECT '{prefix}-' || n, '{role}', '{role} ' || n,
            {"8000000000 + n" if contact == "phone" else f"n || '@{prefix.lower()}.test'"},
            'Gujarat', now() - random() * interval '90 days'
        FROM generate_series({_FIRST}, {_FIRST + count - 1}) n"""


_STEPS = [
    "SELECT setseed(0.42)",
    _people("ADM", "Admin", ADMINS, "email"),
    _people("KAM", "KAM", KAMS, "email"),
    _people("CP", "CP", PARTNERS, "phone").replace("8000000000", "7000000000"),
    _people("CUST", "Customer", CUSTOMERS, "phone"),
    "INSERT INTO kam SELECT user_id FROM user_account WHERE role = 'KAM' AND user_id NOT IN (SELECT kam_id FROM kam)",
    "INSERT INTO customer SELECT user_id FROM user_account"
    " WHERE role = 'Customer' AND user_id NOT IN (SELECT customer_id FROM customer)",
    f"""INSERT INTO channel_partner (cp_id, kam_id)
        SELECT user_id, CASE WHEN random() < 0.9 THEN {_one_of("KAM", KAMS)} END FROM user_account
        WHERE role = 'CP' AND user_id NOT IN (SELECT cp_id FROM channel_partner)""",
    f"""INSERT INTO lead (lead_id, customer_id, customer_name, phone, address, state, pin_code, status, origin,
            follow_up_date, assigned_to, created_by, created_at)
        SELECT 'LEAD-' || n, {_one_of("CUST", CUSTOMERS)}, 'Somebody ' || n, '8000000000', '1 Hill Road', 'Gujarat',
            '380001', (ARRAY['New Lead', 'Won', 'Executed', 'Not Interested'])[1 + floor(random() * 4)::int], 'CP',
            current_date - 5 + floor(random() * 10)::int,
            CASE WHEN random() < 0.88 THEN {_one_of("CP", PARTNERS)} END, 'ADM-5001',
            now() - random() * interval '90 days'
        FROM generate_series({_FIRST}, {_FIRST + LEADS - 1}) n""",
    # a quotation keeps the partner who made it, a commission the one who earned it, whoever has the lead now
    f"""INSERT INTO quotation (quotation_reference, lead_id, customer_id, cp_id, status, shared_with_customer,
            system_kw, phase, state, discom, system_price, final_price, dealer_add_on_per_kw, dealer_add_on_total,
            inputs, offer, breakdown, valid_until, pdf_blob, pdf_sha256, pdf_size, created_by, created_at)
        SELECT 'QUOT-' || {_FIRST} + row_number() OVER (), lead_id, customer_id,
            CASE WHEN random() < 0.8 THEN assigned_to ELSE {_one_of("CP", PARTNERS)} END,
            CASE WHEN shared THEN 'Shared' ELSE 'Created' END, shared, 3.24, 'Single', 'GJ', 'DGVCL', 154332, 69852,
            1800, 5832, '{{}}', '{{}}', '{{}}', current_date, lead_id, repeat('a', 64), 1, 'ADM-5001', now()
        FROM lead, LATERAL (SELECT random() < 0.5 AND lead_id <> '' AS shared) s, generate_series(1, 2)
        WHERE random() < 0.4""",
    f"""INSERT INTO commission (lead_id, quotation_ref, cp_id, system_kw, project_amount, dealer_add_on_per_kw, amount)
        SELECT DISTINCT ON (lead_id) lead_id, quotation_reference,
            CASE WHEN random() < 0.8 AND cp_id IS NOT NULL THEN cp_id ELSE {_one_of("CP", PARTNERS)} END,
            3.24, 154332, 1800, 5832
        FROM quotation ORDER BY lead_id""",
    """INSERT INTO document (doc_id, lead_id, customer_id, doc_type, state, current_version, created_by)
        SELECT 'DOC-' || n, CASE WHEN n % 2 = 0 THEN l.lead_id END, CASE WHEN n % 2 = 1 THEN l.customer_id END, 'Other',
            CASE WHEN random() < 0.1 THEN 'Deleted' ELSE 'Accepted' END, 1, 'ADM-5001'
        FROM (SELECT *, id_number(lead_id) AS n FROM lead) l""",
    """INSERT INTO document_version (doc_id, version, state, file_name, content_type, blob_name, size_bytes, sha256,
            uploaded_by)
        SELECT doc_id, 1, 'Accepted', 'a.pdf', 'application/pdf', doc_id, 1, repeat('a', 64), 'ADM-5001'
        FROM document""",
    f"""INSERT INTO notification (user_id, type, title, message, severity)
        SELECT {_one_of("CP", PARTNERS)}, 'test', 'A word', 'To you.', 'info' FROM generate_series(1, 500)
        UNION ALL SELECT {_one_of("CUST", CUSTOMERS)}, 'test', 'A word', 'To you.', 'info'
        FROM generate_series(1, 500)""",
    "ANALYZE",
]


def move_in(world: World) -> None:
    """Fill the world; what the demo brought stays."""
    for step in _STEPS:
        world.owner.execute(step)

-- The rows that scale.py adds.

SELECT setseed(0.5);

-- What many rows have in common. `pick` is the same for the same number; `often` prefers the beginning of a list.

CREATE FUNCTION pg_temp.pick(choice text[], n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT choice[1 + mod(abs(hashint8(n)::bigint), cardinality(choice))] $$;
CREATE FUNCTION pg_temp.often(choice text[]) RETURNS text LANGUAGE sql VOLATILE AS
    $$ SELECT choice[1 + floor(power(random(), 2) * cardinality(choice))::int] $$;
CREATE FUNCTION pg_temp.name(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_temp.pick('{Aarav,Aditi,Amit,Anil,Asha,Bhavna,Chitra,Deepa,Dinesh,Divya,Farhan,Gauri,Geeta,Hardik,
        Hetal,Ishaan,Jaya,Jignesh,Kavita,Kiran,Lakshmi,Mahesh,Meera,Mihir,Nandini,Neha,Nikhil,Omkar,Pooja,Pravin,
        Priya,Rahul,Rakesh,Reena,Sanjay,Sneha,Sunita,Tejas,Usha,Vikram,अमित,सुनीता}', n) || ' ' ||
        pg_temp.pick('{Patel,Shah,Desai,Mehta,Joshi,Kulkarni,Nair,Rao,Sharma,Singh,Gupta,Iyer,Reddy,Khan,Das,
        O''Brien,D''Souza,Chaudhary,Deshpande,Parmar,Solanki,Trivedi,Bhatt,Pillai,Menon,Bose,Ghosh,Yadav,Thakkar,
        Vyas,शाह,देसाई}', n * 31) || CASE WHEN mod(n, 5) = 0 THEN ' ' || mod(n, 89) ELSE '' END $$;
CREATE FUNCTION pg_temp.phone(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT pg_temp.pick('{9,8,7,6}', n) || lpad(mod(n * 7919, 1000000000)::text, 9, '0') $$;

-- People

INSERT INTO user_account (user_id, role, name, email, phone, state, status, created_at)
SELECT kind || n, role, pg_temp.name(n), CASE WHEN role <> 'CP' THEN kind || n || '@example.com' END,
    CASE WHEN role = 'CP' THEN (9999900000 + n)::text END, 'Gujarat', 'active', now() - interval '3 years'
FROM (VALUES ('ADM-', 'Admin', %(admins)s), ('KAM-', 'KAM', %(kams)s), ('CP-', 'CP', %(partners)s)) k (kind, role, many)
CROSS JOIN LATERAL generate_series(%(first)s, %(first)s + many - 1) n;

INSERT INTO kam SELECT user_id FROM user_account WHERE role = 'KAM' AND id_number(user_id) >= %(first)s;

INSERT INTO channel_partner (cp_id, kam_id)
SELECT 'CP-' || n, 'KAM-' || %(first)s + mod(n, %(kams)s) FROM generate_series(%(first)s, %(first)s + %(partners)s - 1) n;

INSERT INTO user_account (user_id, role, name, phone, email, address, city, state, pin_code, created_at, updated_at)
SELECT 'CUST-' || n, 'Customer', pg_temp.name(n), pg_temp.phone(n), 'customer' || n || '@example.com',
    '12 Ashram Road, near the station', 'Ahmedabad', 'Gujarat', '380009', at, at + random() * (now() - at)
FROM generate_series(%(first)s, %(first)s + %(customers)s - 1) n,
    LATERAL (SELECT now() - interval '3 years' * (1 - (n - %(first)s) / %(customers)s::float) AS at) t;

INSERT INTO customer SELECT user_id FROM user_account WHERE role = 'Customer' AND id_number(user_id) >= %(first)s;

INSERT INTO session (session_id, user_id, created_at, last_seen_at)
SELECT md5(user_id), user_id, created_at, now() FROM user_account WHERE id_number(user_id) >= %(first)s;

-- Leads

INSERT INTO lead (lead_id, customer_id, customer_name, phone, address, city, state, pin_code, status, origin, source,
    services, requirements, remarks, follow_up_date, assigned_to, version, last_entry, created_by, created_at, updated_at)
SELECT 'LEAD-' || n, 'CUST-' || c, pg_temp.name(c), pg_temp.phone(c), '12 Ashram Road, near the station', 'Ahmedabad',
    pg_temp.often('{Gujarat,Maharashtra,Rajasthan,Karnataka,"Madhya Pradesh",Goa}'), '380009', status,
    pg_temp.often('{CP,Customer,KAM,Admin}'), nullif(pg_temp.often('{"",Website,Referral,Fair,Newspaper,Radio}'), ''),
    '{Rooftop}', 'Flat roof of 80 m2, three-phase connection, bill of 6 000 a month, wants panels made in India',
    'Spoke to them on the phone about the subsidy. They compare two offers and want a visit on a Sunday after ten.',
    CASE WHEN status NOT IN ('Executed', 'Not Responding', 'Not Interested', 'Other Territory')
        THEN india_day(now()) + (random() * 40 - 10)::int END,
    CASE WHEN random() > 0.03 THEN 'CP-' || %(first)s + floor(random() * %(partners)s)::int END,
    1, 1, 'ADM-' || %(first)s, at, at + random() * (now() - at)
FROM (SELECT n, %(first)s + floor(random() * %(customers)s)::bigint AS c,
        now() - interval '3 years' * (1 - (n - %(first)s) / %(leads)s::float) AS at,
        pg_temp.often('{"Not Interested",Executed,"Not Responding","In Discussion","New Lead","Other Territory",
            "Physical Meeting Assigned","Under Execution",Won,"Pending at Solarium","Customer Accepted"}') AS status
    FROM generate_series(%(first)s, %(first)s + %(leads)s - 1) n) l;

-- What hangs on leads and customers

INSERT INTO quotation (quotation_reference, lead_id, customer_id, cp_id, status, shared_with_customer, system_kw, phase,
    state, discom, system_price, final_price, dealer_add_on_per_kw, dealer_add_on_total, inputs, offer, breakdown,
    valid_until, pdf_blob, pdf_sha256, pdf_size, created_by, created_at)
SELECT 'QUOT-' || %(first)s - 1 + row_number() OVER (ORDER BY l.created_at, copy), l.lead_id, l.customer_id, l.assigned_to,
    CASE WHEN copy = 1 AND l.status = 'Executed' THEN 'Accepted' ELSE pg_temp.often('{Created,Shared,Rejected}') END,
    random() < 0.5, 2 + floor(random() * 40) * 0.27, 'Single', 'GJ', 'DGVCL', 154332, 69852, 1800, 5832, '{}',
    '{"systemKw": 3.24, "finalPrice": 69852}', '{"commission": 5832}', india_day(now()) + 15,
    'quotations/' || l.lead_id || '/' || copy, repeat('ab', 32), 20000, l.created_by, l.created_at + interval '1 day' * copy
FROM lead l CROSS JOIN generate_series(1, 2) copy
WHERE id_number(l.lead_id) >= %(first)s AND (l.status = 'Executed' OR mod(hashtext(l.lead_id || copy), 4) = 0);

INSERT INTO commission (commission_id, lead_id, quotation_ref, cp_id, status, system_kw, project_amount,
    dealer_add_on_per_kw, amount, approved_amount, approved_at, approved_by, utr, paid_on, method, paid_at, notes, created_at)
SELECT 'COMM-' || n, lead_id, quotation_reference, cp_id, status, system_kw, system_price, 1800, 5832,
    CASE WHEN status <> 'Pending' THEN 5832 END, CASE WHEN status <> 'Pending' THEN now() END,
    CASE WHEN status <> 'Pending' THEN 'ADM-' || %(first)s END,
    CASE WHEN status = 'Paid' THEN 'UTR' || lpad(n::text, 12, '0') END, CASE WHEN status = 'Paid' THEN india_day(now()) END,
    CASE WHEN status = 'Paid' THEN 'NEFT' END, CASE WHEN status = 'Paid' THEN now() END,
    'Checked against the invoice, in the run of Friday', created_at
FROM (SELECT q.*, %(first)s - 1 + row_number() OVER (ORDER BY created_at) AS n,
        pg_temp.often('{Paid,Approved,Pending,Cancelled}') AS status
    FROM (SELECT lead_id, quotation_reference, cp_id, system_kw, system_price, created_at FROM quotation
          WHERE status = 'Accepted' AND cp_id IS NOT NULL AND id_number(lead_id) >= %(first)s) q) m;

INSERT INTO document (doc_id, lead_id, doc_type, state, current_version, created_by, created_at)
SELECT 'DOC-' || %(first)s - 1 + row_number() OVER (ORDER BY created_at), lead_id, 'Light Bill', 'Accepted', 1, created_by,
    created_at
FROM lead WHERE id_number(lead_id) >= %(first)s AND mod(hashtext(lead_id), 3) = 0;

INSERT INTO document (doc_id, customer_id, doc_type, state, review_status, current_version, created_by, created_at)
SELECT 'DOC-' || %(first)s + %(leads)s + row_number() OVER (), customer_id, 'PAN Card', 'Accepted', 'Pending Review', 1,
    customer_id, now()
FROM customer WHERE id_number(customer_id) >= %(first)s AND mod(hashtext(customer_id), 3) = 0;

INSERT INTO document_version (doc_id, version, state, file_name, content_type, blob_name, size_bytes, sha256, uploaded_by)
SELECT doc_id, 1, 'Accepted', 'bill.pdf', 'application/pdf', doc_id || '/v1.pdf', 90000, repeat('ab', 32), created_by
FROM document WHERE id_number(doc_id) >= %(first)s;

-- What happened, what was told

INSERT INTO timeline_entry (lead_id, entry, version, action, actor_id, actor_name, actor_role, at, after)
SELECT lead_id, 1, 1, 'created', created_by, 'Asha Mehta', 'Admin', created_at, jsonb_build_object('status', status)
FROM lead WHERE id_number(lead_id) >= %(first)s;

INSERT INTO audit_log (entity, entity_id, action, actor_id, actor_role, request_id, at, after)
SELECT entity, CASE entity WHEN 'lead' THEN lead_id WHEN 'user_account' THEN customer_id ELSE quotation_ref END, 'insert',
    coalesce(assigned_to, created_by), 'CP', md5(lead_id), created_at,
    jsonb_build_object('status', status, 'requirements', requirements, 'remarks', remarks, 'customer_name', customer_name)
FROM lead l CROSS JOIN LATERAL pg_temp.often('{lead,user_account}') entity WHERE id_number(lead_id) >= %(first)s
ORDER BY created_at;

INSERT INTO notification (id, user_id, type, title, message, severity, data, read_at, created_at)
SELECT 'NOTIF-' || %(first)s - 1 + row_number() OVER (ORDER BY created_at), told, 'leadStatus', 'A lead moved',
    'Lead ' || lead_id || ' is now ' || status || '.', 'info', jsonb_build_object('leadId', lead_id),
    CASE WHEN random() < 0.8 THEN created_at END, created_at
FROM lead CROSS JOIN LATERAL (VALUES (assigned_to), ('ADM-' || %(first)s)) t (told)
WHERE id_number(lead_id) >= %(first)s AND told IS NOT NULL AND mod(hashtext(lead_id || told), 2) = 0;

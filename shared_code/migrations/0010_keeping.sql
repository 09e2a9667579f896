-- The audit is found quickly, a digest is told once a day, and a person is erased on its wish (rules.md 7, 8).

DROP INDEX audit_log_entity;
CREATE INDEX audit_log_at ON audit_log (at, id);
CREATE INDEX audit_log_entity ON audit_log (entity, at, id);
CREATE INDEX audit_log_entity_id ON audit_log (entity_id, at, id);
CREATE INDEX audit_log_actor ON audit_log (actor_id, at, id);
CREATE INDEX audit_log_former_customer ON audit_log ((before ->> 'customer_id')) WHERE entity = 'lead' AND before ? 'customer_id';

CREATE UNIQUE INDEX overdue_told_once_a_day ON notification (user_id, india_day(created_at)) WHERE type = 'followUpsOverdue';

-- Erasing -----------------------------------------------------------------------------------------------------

-- Who was erased signs in with nothing, and nothing of it comes back.
ALTER TABLE user_account ADD COLUMN erased_at timestamptz;
ALTER TABLE user_account DROP CONSTRAINT signs_in_with;
ALTER TABLE user_account ADD CONSTRAINT signs_in_with CHECK (erased_at IS NOT NULL OR
    CASE WHEN role IN ('CP', 'Customer') THEN phone IS NOT NULL ELSE email IS NOT NULL END);
ALTER TABLE user_account ADD CONSTRAINT erased_for_good CHECK (erased_at IS NULL OR
    status = 'deactivated' AND name IS NOT DISTINCT FROM '[erased]'
    AND num_nonnulls(phone, email, address, city, pin_code, password_hash) = 0);

CREATE FUNCTION erased(given text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN given IS NOT NULL THEN '[erased]' END $$;

-- The same object, without what stood under these keys.
CREATE FUNCTION erased(given jsonb, keys text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(key, CASE WHEN key = ANY (keys) AND value <> 'null' THEN '"[erased]"' ELSE value END), given)
    FROM jsonb_each(given)
$$;

-- Whether everything is as it was, or `[erased]`.
CREATE FUNCTION only_erased(was jsonb, becomes jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN jsonb_typeof(was) = 'object' AND jsonb_typeof(becomes) = 'object' THEN
            ARRAY(SELECT jsonb_object_keys(was)) = ARRAY(SELECT jsonb_object_keys(becomes))
            AND NOT EXISTS (SELECT FROM jsonb_each(was) WHERE NOT only_erased(value, becomes -> key))
        ELSE becomes IN (was, '"[erased]"') END
$$;

-- The one change that a log admits: by the owner, under the setting that erase_person switches on, and to that word alone.
CREATE FUNCTION is_erasure(was jsonb, becomes jsonb) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN current_setting('solarium.erasing', true) = 'on' THEN
        pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'audit_log'::regclass), 'USAGE')
        AND only_erased(was, becomes) ELSE false END
$$;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY '{timeline_entry, commission_event, kyc_event, audit_log}'::text[] LOOP
        EXECUTE format('DROP TRIGGER immutable ON %I', name);
        EXECUTE format('CREATE TRIGGER immutable BEFORE UPDATE ON %I FOR EACH ROW'
                       ' WHEN (NOT is_erasure(to_jsonb(OLD), to_jsonb(NEW))) EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('CREATE TRIGGER kept BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
END $$;
DROP TRIGGER guarded ON commission;
CREATE TRIGGER guarded BEFORE UPDATE ON commission FOR EACH ROW
    WHEN (NOT is_erasure(to_jsonb(OLD), to_jsonb(NEW))) EXECUTE FUNCTION guard_commission();

-- Stops where the law, or the work, still needs the person. Locks what could change that, in the order of the app.
CREATE FUNCTION check_may_be_erased(person text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    standing user_account;
    kept record;
BEGIN
    PERFORM FROM session WHERE user_id = person ORDER BY session_id FOR UPDATE;
    PERFORM FROM lead WHERE customer_id = person ORDER BY lead_id FOR UPDATE;
    PERFORM FROM user_account WHERE user_id = person OR role = 'Admin' AND person LIKE 'ADM-%' ORDER BY user_id FOR UPDATE;
    PERFORM FROM customer WHERE customer_id = person FOR UPDATE;
    SELECT * INTO standing FROM user_account WHERE user_id = person;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no person %', person USING ERRCODE = 'no_data_found';
    END IF;
    SELECT what, india_day(since + interval '7 years') AS until INTO kept FROM (
        SELECT quotation_reference AS what, accepted_at AS since FROM quotation WHERE customer_id = person AND status = 'Accepted'
        UNION ALL
        SELECT m.commission_id, greatest(m.created_at, m.approved_at, m.paid_at)
        FROM commission m JOIN lead l USING (lead_id) JOIN quotation q ON q.quotation_reference = m.quotation_ref
        WHERE person IN (m.cp_id, l.customer_id, q.customer_id)) duty
    WHERE since > now() - interval '7 years' ORDER BY since DESC LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% is not erased: % has to be kept until %', person, kept.what, kept.until USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM lead WHERE assigned_to = person AND status NOT IN ('Executed', 'Not Responding', 'Not Interested', 'Other Territory')) THEN
        RAISE EXCEPTION '% is not erased: it has open leads, give them to another partner first', person USING ERRCODE = 'restrict_violation';
    END IF;
    IF standing.role = 'Admin' AND standing.status = 'active' AND NOT standing.blocked AND NOT EXISTS (
        SELECT FROM user_account WHERE role = 'Admin' AND status = 'active' AND NOT blocked AND user_id <> person) THEN
        RAISE EXCEPTION '% is not erased: it is the last active Admin', person USING ERRCODE = 'restrict_violation';
    END IF;
END $$;

-- The phones (key `phone`) or addresses (`email`, in lower case) that the person ever had and that are nobody else's now.
CREATE FUNCTION ever_known_by(person text, key text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(
        SELECT lower(value) FROM audit_log, unnest(ARRAY[before ->> key, after ->> key]) value
        WHERE entity = 'user_account' AND entity_id = person AND value IS NOT NULL
        EXCEPT SELECT lower(unnest(ARRAY[phone, email])) FROM user_account WHERE user_id <> person)
$$;

-- Messages, codes, sessions: what the person needs no more.
CREATE FUNCTION erase_traces(person text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    phones text[] := ever_known_by(person, 'phone');
    emails text[] := ever_known_by(person, 'email');
BEGIN
    DELETE FROM outbox_message WHERE lower(recipient) = ANY (phones || emails) OR params ->> 'userId' = person;
    DELETE FROM otp_challenge WHERE phone = ANY (phones);
    DELETE FROM otp_guard WHERE phone = ANY (phones);
    DELETE FROM password_guard WHERE email = ANY (emails);
    DELETE FROM password_reset WHERE user_id = person;
    DELETE FROM second_factor WHERE user_id = person;
    DELETE FROM session WHERE user_id = person;
    DELETE FROM idempotency_key WHERE user_id = person
        OR strpos(convert_from(body, 'UTF8'), '"' || person || '"') > 0;  -- an answer about the person that another was given
    DELETE FROM notification WHERE user_id = person;
END $$;

-- The person's own rows, and its name where it acted.
CREATE FUNCTION erase_account(person text) RETURNS void LANGUAGE sql AS $$
    UPDATE user_account SET name = '[erased]', phone = NULL, email = NULL, address = NULL, city = NULL, pin_code = NULL,
        password_hash = NULL, status = 'deactivated', erased_at = coalesce(erased_at, now()), updated_at = now()
    WHERE user_id = person;
    UPDATE channel_partner SET organization_name = erased(organization_name), gstin = NULL WHERE cp_id = person;
    UPDATE timeline_entry SET actor_name = erased(actor_name) WHERE actor_id = person;
    UPDATE kyc_event SET actor_name = erased(actor_name) WHERE actor_id = person;
    UPDATE commission_event SET actor_name = erased(actor_name) WHERE actor_id = person;
$$;

-- What hangs on a customer, and on a lead while it was the customer's: another phone gives a lead to another customer.
CREATE FUNCTION erase_leads(person text, leads text[], docs text[], commissions text[]) RETURNS void LANGUAGE sql AS $$
    UPDATE lead SET customer_name = '[erased]', phone = '[erased]', email = NULL, address = '[erased]', city = NULL, pin_code = '[erased]',
        requirements = erased(requirements), remarks = erased(remarks), version = version + 1, updated_at = now()
    WHERE customer_id = person;
    UPDATE timeline_entry t SET
        before = CASE WHEN was_of = person THEN erased(before, keys) ELSE before END,
        after = CASE WHEN is_of = person THEN erased(after, keys) ELSE after END,
        remarks = erased(remarks), reason = erased(reason)
    FROM (
        SELECT lead_id, entry,
            coalesce((SELECT n.before ->> 'customerId' FROM timeline_entry n WHERE n.lead_id = e.lead_id AND n.entry >= e.entry
                AND n.before ? 'customerId' ORDER BY n.entry LIMIT 1), l.customer_id) AS was_of,
            coalesce((SELECT n.before ->> 'customerId' FROM timeline_entry n WHERE n.lead_id = e.lead_id AND n.entry > e.entry
                AND n.before ? 'customerId' ORDER BY n.entry LIMIT 1), l.customer_id) AS is_of,
            '{customerName, phone, email, address, city, pinCode, requirements, remarks, docType}'::text[] AS keys
        FROM timeline_entry e JOIN lead l USING (lead_id) WHERE lead_id = ANY (leads)) whose
    WHERE t.lead_id = whose.lead_id AND t.entry = whose.entry AND person IN (was_of, is_of);
    UPDATE document SET state = 'Deleted', doc_type = CASE WHEN lead_id IS NULL THEN doc_type ELSE '[erased]' END,
        review_reason = erased(review_reason)
    WHERE doc_id = ANY (docs);
    UPDATE document_version SET file_name = erased(file_name), reason = erased(reason) WHERE doc_id = ANY (docs);
    UPDATE kyc_event SET reason = erased(reason) WHERE customer_id = person;
    UPDATE commission SET notes = erased(notes) WHERE commission_id = ANY (commissions);
    UPDATE commission_event SET notes = erased(notes) WHERE commission_id = ANY (commissions);
    UPDATE notification SET message = '[erased]'
    WHERE data ->> 'docId' = ANY (docs) OR person IN (data ->> 'customerId', data ->> 'cpId', data ->> 'kamId');
$$;

-- The audit of all that, the erasing itself included.
CREATE FUNCTION erase_audit(person text, leads text[], docs text[], commissions text[]) RETURNS void LANGUAGE sql AS $$
    UPDATE audit_log a SET before = erased(before, keys), after = erased(after, keys)
    FROM (VALUES ('user_account', ARRAY[person], '{name, phone, email, address, city, pin_code, note}'::text[]),
                 ('channel_partner', ARRAY[person], '{organization_name, gstin}'),
                 ('document', docs, '{doc_type, review_reason}'),
                 ('document_version', docs, '{file_name, reason}'),
                 ('commission', commissions, '{notes}')) personal (entity, ids, keys)
    WHERE a.entity = personal.entity AND entity_id = ANY (ids) AND after ->> 'note' IS DISTINCT FROM 'erased';
    UPDATE audit_log a SET
        before = CASE WHEN was_of = person THEN erased(before, keys) ELSE before END,
        after = CASE WHEN is_of = person THEN erased(after, keys) ELSE after END
    FROM (
        SELECT id,
            coalesce((SELECT n.before ->> 'customer_id' FROM audit_log n WHERE n.entity = 'lead' AND n.entity_id = e.entity_id AND n.id >= e.id
                AND n.before ? 'customer_id' ORDER BY n.id LIMIT 1), l.customer_id) AS was_of,
            coalesce((SELECT n.before ->> 'customer_id' FROM audit_log n WHERE n.entity = 'lead' AND n.entity_id = e.entity_id AND n.id > e.id
                AND n.before ? 'customer_id' ORDER BY n.id LIMIT 1), l.customer_id) AS is_of,
            '{customer_name, phone, email, address, city, pin_code, requirements, remarks}'::text[] AS keys
        FROM audit_log e JOIN lead l ON l.lead_id = e.entity_id WHERE e.entity = 'lead' AND e.entity_id = ANY (leads)) whose
    WHERE a.id = whose.id AND person IN (was_of, is_of);
$$;

-- Replaces what is personal of an Admin, KAM, partner or customer, for ever; again is fine. Refuses while a duty to keep runs.
CREATE FUNCTION erase_person(person text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    leads text[];
    docs text[];
    commissions text[];
BEGIN
    PERFORM set_config('solarium.actor', 'operator', true), set_config('solarium.role', 'System', true),
        set_config('solarium.request', 'erase_person', true);
    PERFORM check_may_be_erased(person);
    leads := ARRAY(SELECT lead_id FROM lead WHERE customer_id = person UNION
                   SELECT entity_id FROM audit_log WHERE entity = 'lead' AND before ? 'customer_id' AND before ->> 'customer_id' = person);
    docs := ARRAY(SELECT doc_id FROM document WHERE customer_id = person UNION
                  SELECT doc_id FROM document JOIN lead USING (lead_id) WHERE lead.customer_id = person);
    commissions := ARRAY(SELECT commission_id FROM commission JOIN lead USING (lead_id) WHERE person IN (cp_id, customer_id));
    PERFORM set_config('solarium.erasing', 'on', true);
    PERFORM erase_traces(person);
    PERFORM erase_account(person);
    PERFORM erase_leads(person, leads, docs, commissions);
    PERFORM erase_audit(person, leads, docs, commissions);
    PERFORM set_config('solarium.erasing', '', true);
    PERFORM audit_note('user_account', person, 'erased');
END $$;

REVOKE EXECUTE ON FUNCTION check_may_be_erased, ever_known_by, erase_traces, erase_account, erase_leads, erase_audit, erase_person FROM PUBLIC;

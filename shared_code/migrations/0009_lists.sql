-- Lists, searches and sums that stay fast with 200 000 leads, also for an Admin, who sees them all (api.md 1, Lists).

-- Search -------------------------------------------------------------------------------------------------------

-- The pieces of three letters that a text consists of, words parted by blanks: of ' om rao' they are '  o', ' om', '  r',
-- ' ra' and 'rao'. A text has all pieces of its parts, so an index of pieces finds what has a part (decision 0012). ASCII
-- signs that are no letters or digits are words of their own, whatever the locale. Its cost is measured.
CREATE FUNCTION pieces(given text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
DECLARE
    spaced text := regexp_replace(given, '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]', '  \&  ', 'g');
    found text[] := '{}';
BEGIN
    FOR place IN 3 .. length(spaced) LOOP
        IF substr(spaced, place, 1) > ' ' COLLATE "C" THEN
            found := found || substr(spaced, place - 2, 3);
        END IF;
    END LOOP;
    RETURN found;
END $$;

-- Without a list of what is still to be added, which every search would read and some write would have to add.
CREATE INDEX lead_search ON lead USING gin (
    pieces((' ' || lower(customer_name)) COLLATE "C"), pieces((' ' || phone) COLLATE "C")) WITH (fastupdate = off);
CREATE INDEX user_account_search ON user_account USING gin (
    pieces((' ' || lower(name)) COLLATE "C"), pieces((' ' || phone) COLLATE "C")) WITH (fastupdate = off);

-- Leads --------------------------------------------------------------------------------------------------------

DROP INDEX lead_newest, lead_partner, lead_customer;
CREATE INDEX lead_newest ON lead (created_at DESC, id_number(lead_id) DESC) INCLUDE (lead_id);
CREATE INDEX lead_updated ON lead (updated_at DESC, id_number(lead_id) DESC) INCLUDE (lead_id);
CREATE INDEX lead_due ON lead (follow_up_date, id_number(lead_id) DESC) INCLUDE (lead_id);
CREATE INDEX lead_due_last ON lead (follow_up_date DESC NULLS LAST, id_number(lead_id) DESC) INCLUDE (lead_id);
CREATE INDEX lead_name ON lead (lower(customer_name), id_number(lead_id) DESC) INCLUDE (lead_id);
CREATE INDEX lead_customer ON lead (customer_id, assigned_to, status);
-- What filters ask for, to be counted without a look at the leads themselves.
CREATE INDEX lead_traits ON lead (status, state, origin, source, follow_up_date, created_at) INCLUDE (lead_id);
-- All that the lists of a partner, and of the KAM of some, are chosen and sorted by.
CREATE INDEX lead_partner ON lead (assigned_to, status)
    INCLUDE (follow_up_date, created_at, updated_at, state, origin, source, customer_name, lead_id, customer_id);

-- People -------------------------------------------------------------------------------------------------------

DROP INDEX user_account_role;
CREATE INDEX user_account_newest ON user_account (role, created_at DESC, id_number(user_id) DESC) INCLUDE (user_id);
CREATE INDEX user_account_updated ON user_account (role, updated_at DESC, id_number(user_id) DESC) INCLUDE (user_id);
CREATE INDEX user_account_status ON user_account (role, status, id_number(user_id) DESC) INCLUDE (user_id);
CREATE INDEX user_account_status_down ON user_account (role, status DESC, id_number(user_id) DESC) INCLUDE (user_id);
CREATE INDEX user_account_role ON user_account (role, status);  -- small, to count

-- Quotations, commissions --------------------------------------------------------------------------------------

DROP INDEX quotation_newest, commission_partner;
CREATE INDEX quotation_newest ON quotation (created_at DESC, id_number(quotation_reference) DESC) INCLUDE (quotation_reference);
CREATE INDEX quotation_status ON quotation (status, id_number(quotation_reference) DESC) INCLUDE (quotation_reference);
CREATE INDEX quotation_partner ON quotation (cp_id, status, shared_with_customer, system_kw, created_at)
    INCLUDE (lead_id, quotation_reference);

CREATE INDEX commission_newest ON commission (created_at DESC, id_number(commission_id) DESC) INCLUDE (commission_id);
CREATE INDEX commission_sums ON commission (status, created_at) INCLUDE (amount, approved_amount);
CREATE INDEX commission_partner ON commission (cp_id, status)
    INCLUDE (created_at, lead_id, commission_id, amount, approved_amount);

-- Notifications ------------------------------------------------------------------------------------------------

DROP INDEX notification_user, notification_unread;
CREATE INDEX notification_user ON notification (user_id, created_at DESC, id_number(id) DESC) INCLUDE (id);
CREATE INDEX notification_unread ON notification (user_id, created_at DESC, id_number(id) DESC) INCLUDE (id)
    WHERE read_at IS NULL;

-- Upkeep -------------------------------------------------------------------------------------------------------

-- To count from an index alone, PostgreSQL must know which pages are settled: it looks after a hundredth has changed, not
-- after a fifth.
ALTER TABLE lead SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01);
ALTER TABLE user_account SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01);
ALTER TABLE quotation SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01);
ALTER TABLE commission SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01);
ALTER TABLE notification SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01);

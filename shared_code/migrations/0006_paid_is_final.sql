-- What rules.md 4 says of a commission holds in SQL too: Paid is final, one per lead for ever, its calculation changes only
-- when a cancelled one is revived, what was approved only when it is approved.
CREATE FUNCTION guard_commission() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.status = 'Paid'
        OR (OLD.commission_id, OLD.lead_id, OLD.created_at) IS DISTINCT FROM (NEW.commission_id, NEW.lead_id, NEW.created_at)
        OR OLD.status <> 'Cancelled' AND
            (OLD.quotation_ref, OLD.cp_id, OLD.system_kw, OLD.project_amount, OLD.dealer_add_on_per_kw, OLD.amount)
            IS DISTINCT FROM
            (NEW.quotation_ref, NEW.cp_id, NEW.system_kw, NEW.project_amount, NEW.dealer_add_on_per_kw, NEW.amount)
        OR OLD.status = 'Approved' AND
            (OLD.approved_amount, OLD.approved_at, OLD.approved_by) IS DISTINCT FROM (NEW.approved_amount, NEW.approved_at, NEW.approved_by)
    THEN
        RAISE EXCEPTION 'a commission that is % does not change this way', OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guarded BEFORE UPDATE ON commission FOR EACH ROW EXECUTE FUNCTION guard_commission();
CREATE TRIGGER immutable BEFORE DELETE ON commission FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A temporary table of the same name would stand before ours.
DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;
ALTER FUNCTION belongs_to_known() SET search_path = public, pg_temp;

-- The ground every table stands on: the app's role, small functions, the audit that no code path can forget.

-- The app signs in as a member of this role. It owns nothing and gets, table by table, what it needs.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'solarium_app') THEN
        CREATE ROLE solarium_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server was faster
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO solarium_app;

-- An instant as it stands on the wire (api.md 1, Times).
CREATE FUNCTION iso(at timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

-- The number in an id: 1001 of LEAD-1001. Ids sort by it, not by their text.
CREATE FUNCTION id_number(id text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT split_part(id, '-', 2)::bigint $$;

-- The business day: the calendar day in India (api.md 1, Times).
CREATE FUNCTION india_day(at timestamptz) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT (at AT TIME ZONE 'Asia/Kolkata')::date $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows never change', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TABLE audit_log (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entity      text NOT NULL,
    entity_id   text NOT NULL,
    action      text NOT NULL CHECK (action IN ('insert', 'update', 'delete', 'note')),
    actor_id    text,
    actor_role  text,
    request_id  text,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    before      jsonb,
    after       jsonb
);
CREATE INDEX audit_log_entity ON audit_log (entity, entity_id, id);
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER immutable_whole BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT ON audit_log TO solarium_app;

-- Writes what changed into audit_log. The trigger's argument names the id column. It runs as the owner, so the
-- app's role needs no right to write the log; hashes never enter it (data.md, Entities).
CREATE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - 'password_hash' END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - 'password_hash' END;
    changed text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(key) INTO changed FROM jsonb_each(new_row) WHERE value IS DISTINCT FROM old_row -> key;
        IF changed IS NULL AND OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO audit_log (entity, entity_id, action, actor_id, actor_role, request_id, before, after)
    VALUES (TG_TABLE_NAME, coalesce(new_row, old_row) ->> TG_ARGV[0], lower(TG_OP),
            nullif(current_setting('solarium.actor', true), ''),
            nullif(current_setting('solarium.role', true), ''),
            nullif(current_setting('solarium.request', true), ''),
            CASE WHEN TG_OP <> 'UPDATE' THEN old_row
                 ELSE (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(old_row) WHERE key = ANY (changed)) END,
            CASE WHEN TG_OP <> 'UPDATE' THEN new_row
                 ELSE (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(new_row) WHERE key = ANY (changed)) END);
    RETURN NULL;
END $$;

-- A note for whoever reads the audit later, where nothing was written that the audit would show.
CREATE FUNCTION audit_note(entity text, entity_id text, note text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO audit_log (entity, entity_id, action, actor_id, actor_role, request_id, after)
    VALUES (entity, entity_id, 'note', nullif(current_setting('solarium.actor', true), ''),
            nullif(current_setting('solarium.role', true), ''), nullif(current_setting('solarium.request', true), ''),
            jsonb_build_object('note', note))
$$;
REVOKE EXECUTE ON FUNCTION audit_note FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_note TO solarium_app;

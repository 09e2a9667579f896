-- Passwords that are set by mail, the second factor of Admins and KAMs, and more reasons why a session ended.

-- The newest link with which a person sets its password: an older one is dead, a used one has no hash any more.
CREATE TABLE password_reset (
    user_id     text COLLATE "C" PRIMARY KEY REFERENCES user_account,
    token_hash  bytea UNIQUE,  -- SHA-256
    expires_at  timestamptz NOT NULL,
    mailed_at   timestamptz[] NOT NULL DEFAULT '{}'  -- of the last hour (rules.md 5.2)
);

-- A second factor is on when it has a secret. `pending` waits to be confirmed; until then the former secret stays good.
CREATE TABLE second_factor (
    user_id          text COLLATE "C" PRIMARY KEY REFERENCES user_account,
    secret           bytea,  -- encrypted by the app
    pending          bytea,  -- likewise
    last_step        bigint NOT NULL DEFAULT 0,  -- of the code used last: it and those before it are dead
    recovery_hashes  bytea[] NOT NULL DEFAULT '{}'  -- keyed; a used one is taken out
);

-- The audit learns that a second factor was switched on or off and that a recovery code was used, and nothing of them.
CREATE FUNCTION audit_second_factor() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    had bytea := CASE WHEN TG_OP <> 'INSERT' THEN OLD.secret END;
    has bytea := CASE WHEN TG_OP <> 'DELETE' THEN NEW.secret END;
BEGIN
    IF has IS DISTINCT FROM had THEN
        PERFORM audit_note('user_account', coalesce(NEW.user_id, OLD.user_id),
                           CASE WHEN has IS NULL THEN 'second factor switched off' ELSE 'second factor switched on' END);
    ELSIF TG_OP = 'UPDATE' AND cardinality(NEW.recovery_hashes) < cardinality(OLD.recovery_hashes) THEN
        PERFORM audit_note('user_account', NEW.user_id, 'recovery code used');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON second_factor FOR EACH ROW EXECUTE FUNCTION audit_second_factor();

GRANT SELECT, INSERT, UPDATE, DELETE ON password_reset, second_factor TO solarium_app;

ALTER TABLE session DROP CONSTRAINT session_ended_by_check;
ALTER TABLE session ADD CONSTRAINT session_ended_by_check
    CHECK (ended_by IN ('logout', 'reuse', 'account', 'password', 'admin'));

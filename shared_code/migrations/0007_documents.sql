-- Documents with versions, and a log of who was given a link to read one (rules.md 6.6, 6.8).

-- A version that was restored, or that came through the app itself, was never in quarantine.
ALTER TABLE document_version ALTER upload_blob DROP NOT NULL, ALTER expires_at DROP NOT NULL;
ALTER TABLE document_version ADD CONSTRAINT quarantined CHECK (
    state NOT IN ('Reserved', 'Checking') OR num_nonnulls(upload_blob, expires_at) = 2);

-- What was accepted is what is served, for ever.
CREATE TRIGGER immutable BEFORE UPDATE ON document_version FOR EACH ROW
WHEN (OLD.state = 'Accepted' AND (OLD.doc_id, OLD.version, OLD.state, OLD.content_type, OLD.blob_name, OLD.size_bytes, OLD.sha256)
      IS DISTINCT FROM (NEW.doc_id, NEW.version, NEW.state, NEW.content_type, NEW.blob_name, NEW.size_bytes, NEW.sha256))
EXECUTE FUNCTION refuse_change();

CREATE INDEX document_version_checking ON document_version (checking_at) WHERE state = 'Checking';

CREATE TABLE document_access (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    doc_id   text COLLATE "C" NOT NULL,
    version  integer NOT NULL,
    user_id  text COLLATE "C" NOT NULL REFERENCES user_account,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (doc_id, version) REFERENCES document_version
);
CREATE INDEX document_access_of ON document_access (doc_id, id DESC);
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON document_access FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER immutable_whole BEFORE TRUNCATE ON document_access FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON document_access TO solarium_app;

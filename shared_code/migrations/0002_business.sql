-- People, leads, quotations, commissions, documents, and what the edge needs to serve them.

-- People ------------------------------------------------------------------------------------------------------

CREATE SEQUENCE admin_number START 1001;
CREATE SEQUENCE kam_number START 1001;
CREATE SEQUENCE cp_number START 1001;
CREATE SEQUENCE customer_number START 1001;

CREATE TABLE user_account (
    user_id        text COLLATE "C" PRIMARY KEY CHECK (user_id ~ '^(ADM|KAM|CP|CUST)-[0-9]+$'),
    role           text NOT NULL CHECK (role IN ('Admin', 'KAM', 'CP', 'Customer')),
    name           text,
    phone          text CHECK (phone ~ '^[6-9][0-9]{9}$'),
    email          text,
    password_hash  text,
    status         text NOT NULL DEFAULT 'active' CHECK (status IN ('pending', 'active', 'deactivated')),
    blocked        boolean NOT NULL DEFAULT false,
    address        text,
    city           text,
    state          text,
    pin_code       text CHECK (pin_code ~ '^[1-9][0-9]{5}$'),
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT signs_in_with CHECK (CASE WHEN role IN ('CP', 'Customer') THEN phone IS NOT NULL ELSE email IS NOT NULL END)
);
CREATE UNIQUE INDEX phone_taken ON user_account (phone) WHERE role IN ('CP', 'Customer');
CREATE UNIQUE INDEX email_taken ON user_account (lower(email)) WHERE role IN ('Admin', 'KAM');
CREATE INDEX user_account_role ON user_account (role, created_at);

-- What only a KAM, a partner, a customer has; and the target of references that mean one of them and nobody else.
CREATE TABLE kam (kam_id text COLLATE "C" PRIMARY KEY REFERENCES user_account);
CREATE TABLE customer (customer_id text COLLATE "C" PRIMARY KEY REFERENCES user_account);
CREATE TABLE channel_partner (
    cp_id              text COLLATE "C" PRIMARY KEY REFERENCES user_account,
    kam_id             text COLLATE "C" REFERENCES kam,
    organization_name  text,
    gstin              text
);
CREATE INDEX channel_partner_kam ON channel_partner (kam_id);

-- Sign-in -----------------------------------------------------------------------------------------------------

-- A session is one sign-in. Its refresh tokens are signed and carry a generation: only the current one is live (I3).
CREATE TABLE session (
    session_id     text COLLATE "C" PRIMARY KEY,
    user_id        text COLLATE "C" NOT NULL REFERENCES user_account,
    generation     integer NOT NULL DEFAULT 1,
    rotated_from   integer,
    rotated_at     timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    last_seen_at   timestamptz NOT NULL DEFAULT now(),
    ended_at       timestamptz,
    ended_by       text CHECK (ended_by IN ('logout', 'reuse', 'account'))
);
CREATE INDEX session_live ON session (user_id) WHERE ended_at IS NULL;

CREATE TABLE otp_challenge (
    phone        text NOT NULL,
    purpose      text NOT NULL CHECK (purpose IN ('signIn', 'register')),
    code_hash    bytea NOT NULL,
    issued_at    timestamptz NOT NULL,
    used_at      timestamptz,
    PRIMARY KEY (phone, purpose)
);

-- Wrong tries and sent codes of one phone, across all its codes (rules.md 5.2). Its row is the lock of that phone.
CREATE TABLE otp_guard (
    phone            text PRIMARY KEY,
    wrong_tries      integer NOT NULL DEFAULT 0,
    first_wrong_at   timestamptz,
    last_wrong_at    timestamptz,
    last_wrong_hash  bytea,
    locked_until     timestamptz,
    sent_at          timestamptz[] NOT NULL DEFAULT '{}'
);

-- Failed passwords of one e-mail address, known or not (rules.md 5.3).
CREATE TABLE password_guard (
    email           text PRIMARY KEY,
    failures        integer NOT NULL DEFAULT 0,
    last_failed_at  timestamptz,
    locked_until    timestamptz
);

-- Leads -------------------------------------------------------------------------------------------------------

CREATE SEQUENCE lead_number START 1001;
CREATE TABLE lead (
    lead_id         text COLLATE "C" PRIMARY KEY DEFAULT 'LEAD-' || nextval('lead_number'),
    customer_id     text COLLATE "C" NOT NULL REFERENCES customer,
    customer_name   text NOT NULL,
    phone           text NOT NULL,
    email           text,
    address         text NOT NULL,
    city            text,
    state           text NOT NULL,
    pin_code        text NOT NULL,
    status          text NOT NULL DEFAULT 'New Lead' CHECK (status IN (
                        'New Lead', 'In Discussion', 'Physical Meeting Assigned', 'Customer Accepted', 'Won',
                        'Pending at Solarium', 'Under Execution', 'Executed',
                        'Not Responding', 'Not Interested', 'Other Territory')),
    origin          text NOT NULL CHECK (origin IN ('CP', 'Customer', 'KAM', 'Admin')),
    source          text,
    services        text[] NOT NULL DEFAULT '{}',
    requirements    text,
    remarks         text,
    follow_up_date  date,
    quotation_ref   text COLLATE "C",
    token_number    text,
    assigned_to     text COLLATE "C" REFERENCES channel_partner,
    version         integer NOT NULL DEFAULT 1,
    last_entry      integer NOT NULL DEFAULT 0,
    created_by      text COLLATE "C" NOT NULL REFERENCES user_account,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX lead_newest ON lead (created_at DESC, id_number(lead_id) DESC);
CREATE INDEX lead_partner ON lead (assigned_to, created_at DESC, id_number(lead_id) DESC);
CREATE INDEX lead_customer ON lead (customer_id, created_at DESC);

-- What happened to a lead, for ever. Numbered under the lead's row lock, so the order is the order of the changes (I6).
CREATE TABLE timeline_entry (
    lead_id      text COLLATE "C" NOT NULL REFERENCES lead,
    entry        integer NOT NULL,
    version      integer NOT NULL,
    action       text NOT NULL CHECK (action IN (
                     'created', 'edited', 'status', 'override', 'reassigned', 'quotationCreated', 'quotationShared',
                     'quotationAccepted', 'quotationRejected', 'documentAdded', 'documentReplaced', 'documentRestored',
                     'documentDeleted', 'commissionOpened', 'commissionApproved', 'commissionPaid', 'commissionCancelled')),
    actor_id     text COLLATE "C",
    actor_name   text,
    actor_role   text,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    before       jsonb NOT NULL DEFAULT '{}',
    after        jsonb NOT NULL DEFAULT '{}',
    remarks      text,
    override     boolean NOT NULL DEFAULT false,
    reason       text,
    PRIMARY KEY (lead_id, entry)
);

-- Quotations --------------------------------------------------------------------------------------------------

CREATE SEQUENCE quotation_number START 1001;
CREATE TABLE quotation (
    quotation_reference    text COLLATE "C" PRIMARY KEY,
    lead_id                text COLLATE "C" NOT NULL REFERENCES lead,
    customer_id            text COLLATE "C" NOT NULL REFERENCES customer,
    cp_id                  text COLLATE "C" REFERENCES channel_partner,
    status                 text NOT NULL CHECK (status IN ('Created', 'Shared', 'Accepted', 'Rejected')),
    shared_with_customer   boolean NOT NULL DEFAULT false,
    system_kw              numeric(8, 2) NOT NULL,
    phase                  text NOT NULL,
    state                  text NOT NULL,
    discom                 text NOT NULL,
    system_price           numeric(14, 2) NOT NULL,
    final_price            numeric(14, 2) NOT NULL,
    dealer_add_on_per_kw   numeric(14, 2) NOT NULL,
    dealer_add_on_total    numeric(14, 2) NOT NULL,
    inputs                 jsonb NOT NULL,  -- every input it was priced with (rules.md 3.6)
    offer                  jsonb NOT NULL,  -- configuration and figures a customer may see, as on the wire
    breakdown              jsonb NOT NULL,  -- the lines only A, K and P see
    valid_until            date NOT NULL,
    pdf_blob               text NOT NULL,
    pdf_sha256             text NOT NULL CHECK (pdf_sha256 ~ '^[0-9a-f]{64}$'),
    pdf_size               integer NOT NULL,
    created_by             text COLLATE "C" NOT NULL REFERENCES user_account,
    created_at             timestamptz NOT NULL,
    shared_at              timestamptz,
    accepted_at            timestamptz,
    rejected_at            timestamptz
);
CREATE UNIQUE INDEX quotation_one_accepted ON quotation (lead_id) WHERE status = 'Accepted';
CREATE INDEX quotation_lead ON quotation (lead_id);
CREATE INDEX quotation_newest ON quotation (created_at DESC, id_number(quotation_reference) DESC);
ALTER TABLE lead ADD CONSTRAINT lead_quotation FOREIGN KEY (quotation_ref) REFERENCES quotation;

-- Nothing but status, sharing and their times changes after creation, whoever asks (rules.md 3.8).
CREATE FUNCTION keep_quotation_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := '{status, shared_with_customer, shared_at, accepted_at, rejected_at}';
BEGIN
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'quotation % is frozen', OLD.quotation_reference USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE ON quotation FOR EACH ROW EXECUTE FUNCTION keep_quotation_frozen();
CREATE TRIGGER immutable BEFORE DELETE ON quotation FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Commissions -------------------------------------------------------------------------------------------------

CREATE SEQUENCE commission_number START 1001;
CREATE TABLE commission (
    commission_id         text COLLATE "C" PRIMARY KEY DEFAULT 'COMM-' || nextval('commission_number'),
    lead_id               text COLLATE "C" NOT NULL REFERENCES lead,
    quotation_ref         text COLLATE "C" NOT NULL REFERENCES quotation,
    cp_id                 text COLLATE "C" NOT NULL REFERENCES channel_partner,
    status                text NOT NULL DEFAULT 'Pending' CHECK (status IN ('Pending', 'Approved', 'Paid', 'Cancelled')),
    system_kw             numeric(8, 2) NOT NULL,
    project_amount        numeric(14, 2) NOT NULL,
    dealer_add_on_per_kw  numeric(14, 2) NOT NULL,
    amount                numeric(14, 2) NOT NULL CHECK (amount >= 0),
    approved_amount       numeric(14, 2) CHECK (approved_amount >= 0),
    approved_at           timestamptz,
    approved_by           text COLLATE "C" REFERENCES user_account,
    utr                   text CHECK (utr ~ '^[A-Z0-9]{12,22}$'),
    paid_on               date,
    method                text CHECK (method IN ('NEFT', 'RTGS', 'IMPS', 'UPI', 'Cheque')),
    paid_at               timestamptz,
    paid_by               text COLLATE "C" REFERENCES user_account,
    notes                 text,
    version               integer NOT NULL DEFAULT 1,
    created_at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT commission_one_per_lead UNIQUE (lead_id),
    CONSTRAINT utr_taken UNIQUE (utr),
    CONSTRAINT approved_whole CHECK (status NOT IN ('Approved', 'Paid') OR (approved_amount IS NOT NULL AND approved_at IS NOT NULL)),
    CONSTRAINT paid_whole CHECK ((status = 'Paid') = (utr IS NOT NULL AND paid_on IS NOT NULL AND method IS NOT NULL AND paid_at IS NOT NULL))
);
CREATE INDEX commission_partner ON commission (cp_id, created_at DESC);

CREATE TABLE commission_event (
    commission_id  text COLLATE "C" NOT NULL REFERENCES commission,
    version        integer NOT NULL,
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_id       text COLLATE "C",
    actor_name     text,
    from_status    text,
    to_status      text NOT NULL,
    amount         numeric(14, 2) NOT NULL,
    notes          text,
    PRIMARY KEY (commission_id, version)
);

-- Documents ---------------------------------------------------------------------------------------------------

CREATE SEQUENCE document_number START 1001;
CREATE TABLE document (
    doc_id           text COLLATE "C" PRIMARY KEY DEFAULT 'DOC-' || nextval('document_number'),
    lead_id          text COLLATE "C" REFERENCES lead,
    customer_id      text COLLATE "C" REFERENCES customer,
    doc_type         text NOT NULL,
    state            text NOT NULL DEFAULT 'Reserved' CHECK (state IN ('Reserved', 'Checking', 'Accepted', 'Rejected', 'Expired', 'Deleted')),
    review_status    text CHECK (review_status IN ('Pending Review', 'Approved', 'Rejected')),
    review_reason    text,
    current_version  integer,
    created_by       text COLLATE "C" NOT NULL REFERENCES user_account,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT belongs_to_one CHECK (num_nonnulls(lead_id, customer_id) = 1)
);
CREATE INDEX document_lead ON document (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX document_customer ON document (customer_id) WHERE customer_id IS NOT NULL;
CREATE UNIQUE INDEX kyc_one_per_type ON document (customer_id, doc_type)
    WHERE customer_id IS NOT NULL AND doc_type <> 'Other' AND state NOT IN ('Expired', 'Deleted');

CREATE TABLE document_version (
    doc_id        text COLLATE "C" NOT NULL REFERENCES document,
    version       integer NOT NULL,
    state         text NOT NULL DEFAULT 'Reserved' CHECK (state IN ('Reserved', 'Checking', 'Accepted', 'Rejected', 'Expired')),
    file_name     text,
    content_type  text,
    declared_size bigint,
    upload_blob   text NOT NULL,
    expires_at    timestamptz NOT NULL,
    checking_at   timestamptz,
    blob_name     text,
    size_bytes    bigint,
    sha256        text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    reason_code   text,
    reason        text,
    uploaded_by   text COLLATE "C" NOT NULL REFERENCES user_account,
    uploaded_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (doc_id, version),
    CONSTRAINT upload_blob_once UNIQUE (upload_blob),
    CONSTRAINT accepted_whole CHECK (state <> 'Accepted' OR (blob_name IS NOT NULL AND sha256 IS NOT NULL AND size_bytes IS NOT NULL))
);
CREATE INDEX document_version_open ON document_version (expires_at) WHERE state IN ('Reserved', 'Checking');

CREATE TABLE kyc_event (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id  text COLLATE "C" NOT NULL REFERENCES customer,
    doc_id       text COLLATE "C" NOT NULL REFERENCES document,
    doc_type     text NOT NULL,
    version      integer,
    action       text NOT NULL CHECK (action IN ('uploaded', 'replaced', 'restored', 'approved', 'rejected', 'deleted')),
    actor_id     text COLLATE "C",
    actor_name   text,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    reason       text
);
CREATE INDEX kyc_event_customer ON kyc_event (customer_id, id DESC);

-- Messages ----------------------------------------------------------------------------------------------------

CREATE SEQUENCE notification_number START 1001;
CREATE TABLE notification (
    id          text COLLATE "C" PRIMARY KEY DEFAULT 'NOTIF-' || nextval('notification_number'),
    user_id     text COLLATE "C" NOT NULL REFERENCES user_account,
    type        text NOT NULL,
    title       text NOT NULL,
    message     text NOT NULL,
    severity    text NOT NULL CHECK (severity IN ('info', 'success', 'warning', 'error')),
    data        jsonb NOT NULL DEFAULT '{}',
    read_at     timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notification_user ON notification (user_id, created_at DESC, id_number(id) DESC);
CREATE INDEX notification_unread ON notification (user_id) WHERE read_at IS NULL;

CREATE TABLE outbox_message (
    message_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel          text NOT NULL CHECK (channel IN ('sms', 'email')),
    template         text NOT NULL,
    recipient        text NOT NULL,
    params           jsonb NOT NULL DEFAULT '{}',
    state            text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'givenUp')),
    attempts         integer NOT NULL DEFAULT 0,
    next_attempt_at  timestamptz NOT NULL DEFAULT now(),
    last_error       text,
    request_id       text,
    created_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_message_due ON outbox_message (next_attempt_at) WHERE state = 'waiting';

-- The edge ----------------------------------------------------------------------------------------------------

CREATE TABLE idempotency_key (
    user_id       text COLLATE "C" NOT NULL,
    key           text COLLATE "C" NOT NULL,
    fingerprint   bytea NOT NULL,  -- SHA-256 of method, path and body
    status        smallint,
    headers       json,
    body          bytea,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);

CREATE UNLOGGED TABLE rate_window (
    key         text COLLATE "C" PRIMARY KEY,
    started_at  timestamptz NOT NULL,
    count       integer NOT NULL
);

-- Who may do what ---------------------------------------------------------------------------------------------

DO $$
DECLARE
    business text[][] := '{{user_account, user_id}, {kam, kam_id}, {customer, customer_id}, {channel_partner, cp_id}, {lead, lead_id},
                           {quotation, quotation_reference}, {commission, commission_id}, {document, doc_id}, {document_version, doc_id}}';
    append_only text[] := '{timeline_entry, commission_event, kyc_event}';
    name text;
    pair text[];
BEGIN
    FOREACH pair SLICE 1 IN ARRAY business LOOP
        EXECUTE format('CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION audit_row(%L)', pair[1], pair[2]);
        EXECUTE format('CREATE TRIGGER immutable_whole BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', pair[1]);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO solarium_app', pair[1]);
    END LOOP;
    FOREACH name IN ARRAY append_only LOOP
        EXECUTE format('CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('CREATE TRIGGER immutable_whole BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO solarium_app', name);
    END LOOP;
END $$;

GRANT UPDATE ON user_account, channel_partner, lead, commission, document, document_version TO solarium_app;
GRANT UPDATE (status, shared_with_customer, shared_at, accepted_at, rejected_at) ON quotation TO solarium_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON session, otp_challenge, otp_guard, password_guard, notification, outbox_message,
    idempotency_key, rate_window TO solarium_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO solarium_app;

-- Master data: what a quotation is priced with. Each row is one period of one thing; a change closes the running row
-- and opens the next, so that the past can be read again (rules.md 3.6).

CREATE DOMAIN rupees AS numeric(12, 2) CHECK (VALUE >= 0);
CREATE DOMAIN percent AS numeric(5, 2) CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN phase AS text CHECK (VALUE IN ('Single', 'Three'));
CREATE DOMAIN subsidy_type AS text CHECK (VALUE IN ('S1', 'S2', 'S3'));

-- gist knows no equality of texts without an extension, but it knows overlapping ranges: of two ranges that hold one
-- text each, overlapping means equal.
CREATE TYPE text_range AS RANGE (subtype = text, collation = "C");
CREATE FUNCTION exactly(value text) RETURNS text_range LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN text_range(value, value, '[]');

CREATE FUNCTION exactly(value numeric) RETURNS numrange LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN numrange(value, value, '[]');

-- What the rows of every kind have. The overlap constraints below are checked at the end of a statement, so that one
-- statement can close a period and open the next.
CREATE TABLE dated (
    is_active   boolean NOT NULL DEFAULT true,
    valid_from  timestamptz NOT NULL DEFAULT now(),
    valid_to    timestamptz,  -- exclusive
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT period_not_empty CHECK (valid_to > valid_from)
);

CREATE SEQUENCE panel_number;
CREATE TABLE panel (
    panel_id        text COLLATE "C" DEFAULT 'PNL' || to_char(nextval('panel_number'), 'FM999999000') CHECK (panel_id ~ '^PNL[0-9]{3,9}$'),
    make            text NOT NULL,
    variant         text NOT NULL,
    wattage         integer NOT NULL CHECK (wattage > 0),
    is_dcr          boolean NOT NULL,
    unit_price      rupees NOT NULL,
    is_recommended  boolean NOT NULL DEFAULT false,
    LIKE dated INCLUDING ALL,
    PRIMARY KEY (panel_id, valid_from),
    CONSTRAINT panel_overlap EXCLUDE USING gist (exactly(panel_id) WITH &&, tstzrange(valid_from, valid_to) WITH &&) DEFERRABLE
);

CREATE SEQUENCE inverter_number;
CREATE TABLE inverter (
    inverter_id     text COLLATE "C" DEFAULT 'INV' || to_char(nextval('inverter_number'), 'FM999999000') CHECK (inverter_id ~ '^INV[0-9]{3,9}$'),
    make            text NOT NULL,
    model           text NOT NULL,
    capacity_kw     numeric(8, 2) NOT NULL CHECK (capacity_kw > 0),
    phase           phase NOT NULL,
    unit_price      rupees NOT NULL,
    is_recommended  boolean NOT NULL DEFAULT false,
    LIKE dated INCLUDING ALL,
    PRIMARY KEY (inverter_id, valid_from),
    CONSTRAINT inverter_overlap EXCLUDE USING gist (exactly(inverter_id) WITH &&, tstzrange(valid_from, valid_to) WITH &&) DEFERRABLE
);

CREATE SEQUENCE bom_item_number;
CREATE TABLE bom_item (
    item_id     text COLLATE "C" DEFAULT 'BOM' || to_char(nextval('bom_item_number'), 'FM999999000') CHECK (item_id ~ '^BOM[0-9]{3,9}$'),
    name        text NOT NULL,
    type        text NOT NULL CHECK (type IN ('Cable', 'Structure', 'Accessory')),
    cable_type  text CHECK (cable_type IN ('Standard', 'Polycab')),
    unit        text NOT NULL,
    unit_price  rupees NOT NULL,
    per_kw      boolean NOT NULL DEFAULT false,
    included    boolean NOT NULL DEFAULT false,
    LIKE dated INCLUDING ALL,
    PRIMARY KEY (item_id, valid_from),
    CONSTRAINT cable_has_its_type CHECK ((type = 'Cable') = (cable_type IS NOT NULL)),
    CONSTRAINT bom_item_overlap EXCLUDE USING gist (exactly(item_id) WITH &&, tstzrange(valid_from, valid_to) WITH &&) DEFERRABLE
);

CREATE SEQUENCE structure_number;
CREATE TABLE structure (
    structure_id  text COLLATE "C" DEFAULT 'STR' || to_char(nextval('structure_number'), 'FM999999000') CHECK (structure_id ~ '^STR[0-9]{3,9}$'),
    height        numeric(3, 1) NOT NULL CHECK (height IN (0.5, 1, 1.5, 2)),  -- m
    price         rupees NOT NULL,
    LIKE dated INCLUDING ALL,
    PRIMARY KEY (structure_id, valid_from),
    CONSTRAINT structure_overlap EXCLUDE USING gist (exactly(structure_id) WITH &&, tstzrange(valid_from, valid_to) WITH &&) DEFERRABLE,
    CONSTRAINT structure_height_overlap EXCLUDE USING gist
        (exactly(height) WITH &&, tstzrange(valid_from, valid_to) WITH &&) WHERE (is_active) DEFERRABLE
);

CREATE TABLE state (
    state_code    text COLLATE "C" CHECK (state_code ~ '^[A-Z]{2}$'),
    name          text NOT NULL,
    subsidy_type  subsidy_type NOT NULL,
    LIKE dated INCLUDING ALL,
    PRIMARY KEY (state_code, valid_from),
    CONSTRAINT state_overlap EXCLUDE USING gist (exactly(state_code) WITH &&, tstzrange(valid_from, valid_to) WITH &&) DEFERRABLE,
    CONSTRAINT state_name_overlap EXCLUDE USING gist
        (exactly(lower(name)) WITH &&, tstzrange(valid_from, valid_to) WITH &&) WHERE (is_active) DEFERRABLE
);

CREATE SEQUENCE discom_number;
CREATE TABLE discom (
    discom_id            text COLLATE "C" DEFAULT 'DIS' || to_char(nextval('discom_number'), 'FM999999000') CHECK (discom_id ~ '^DIS[0-9]{3,9}$'),
    name                 text NOT NULL,
    state_code           text COLLATE "C" NOT NULL,
    phases               text[] NOT NULL CHECK (phases <> '{}' AND phases <@ '{Single, Three}'),
    smart_meter_options  boolean[] NOT NULL CHECK (smart_meter_options <> '{}' AND array_position(smart_meter_options, NULL) IS NULL),
    subsidy_type         subsidy_type,
    LIKE dated INCLUDING ALL,
    PRIMARY KEY (discom_id, valid_from),
    CONSTRAINT discom_overlap EXCLUDE USING gist (exactly(discom_id) WITH &&, tstzrange(valid_from, valid_to) WITH &&) DEFERRABLE,
    CONSTRAINT discom_name_overlap EXCLUDE USING gist
        (exactly(state_code) WITH &&, exactly(lower(name)) WITH &&, tstzrange(valid_from, valid_to) WITH &&) WHERE (is_active) DEFERRABLE
);

CREATE SEQUENCE fee_number;
CREATE TABLE fee (
    fee_id        text COLLATE "C" DEFAULT 'FEE' || to_char(nextval('fee_number'), 'FM999999000') CHECK (fee_id ~ '^FEE[0-9]{3,9}$'),
    state_code    text COLLATE "C" NOT NULL,
    discom_id     text COLLATE "C" NOT NULL,
    phase         phase NOT NULL,
    smart_meter   boolean NOT NULL,
    discom_fee    rupees NOT NULL,
    discom_misc   rupees NOT NULL,
    installation  rupees NOT NULL,
    meter         rupees NOT NULL,
    modem_box     rupees NOT NULL,
    LIKE dated INCLUDING ALL,
    PRIMARY KEY (fee_id, valid_from),
    CONSTRAINT fee_overlap EXCLUDE USING gist (exactly(fee_id) WITH &&, tstzrange(valid_from, valid_to) WITH &&) DEFERRABLE,
    CONSTRAINT fee_combination_overlap EXCLUDE USING gist
        (exactly(discom_id) WITH &&, exactly(phase) WITH &&, exactly(smart_meter::int) WITH &&, tstzrange(valid_from, valid_to) WITH &&)
        WHERE (is_active) DEFERRABLE
);

CREATE SEQUENCE other_charge_number;
CREATE TABLE other_charge (
    charge_id  text COLLATE "C" DEFAULT 'CHG' || to_char(nextval('other_charge_number'), 'FM999999000') CHECK (charge_id ~ '^CHG[0-9]{3,9}$'),
    name       text NOT NULL,
    basis      text NOT NULL CHECK (basis IN ('fixed', 'perKw')),
    amount     rupees NOT NULL,
    LIKE dated INCLUDING ALL,
    PRIMARY KEY (charge_id, valid_from),
    CONSTRAINT other_charge_overlap EXCLUDE USING gist (exactly(charge_id) WITH &&, tstzrange(valid_from, valid_to) WITH &&) DEFERRABLE
);

CREATE SEQUENCE subsidy_scheme_number;
CREATE TABLE subsidy_scheme (
    scheme_id     text COLLATE "C" DEFAULT 'SCH' || to_char(nextval('subsidy_scheme_number'), 'FM999999000') CHECK (scheme_id ~ '^SCH[0-9]{3,9}$'),
    kind          text NOT NULL CHECK (kind IN ('central', 'S1', 'S2', 'S3')),
    requires_dcr  boolean NOT NULL,
    tiers         jsonb NOT NULL CHECK (jsonb_typeof(tiers) = 'array'),  -- [{fromKw, amount, perKw}]
    LIKE dated INCLUDING ALL,
    PRIMARY KEY (scheme_id, valid_from),
    CONSTRAINT subsidy_scheme_overlap EXCLUDE USING gist (exactly(scheme_id) WITH &&, tstzrange(valid_from, valid_to) WITH &&) DEFERRABLE,
    CONSTRAINT subsidy_scheme_kind_overlap EXCLUDE USING gist
        (exactly(kind) WITH &&, tstzrange(valid_from, valid_to) WITH &&) WHERE (is_active) DEFERRABLE
);

CREATE SEQUENCE gst_rate_number;
CREATE TABLE gst_rate (
    rate_id        text COLLATE "C" DEFAULT 'GST' || to_char(nextval('gst_rate_number'), 'FM999999000') CHECK (rate_id ~ '^GST[0-9]{3,9}$'),
    goods_share    percent NOT NULL,  -- the rest of the value is services
    goods_rate     percent NOT NULL,
    services_rate  percent NOT NULL,
    LIKE dated INCLUDING ALL,
    PRIMARY KEY (rate_id, valid_from),
    CONSTRAINT gst_rate_overlap EXCLUDE USING gist (exactly(rate_id) WITH &&, tstzrange(valid_from, valid_to) WITH &&) DEFERRABLE,
    CONSTRAINT gst_rate_one_overlap EXCLUDE USING gist (tstzrange(valid_from, valid_to) WITH &&) WHERE (is_active) DEFERRABLE
);

CREATE TABLE setting (
    name   text COLLATE "C" CHECK (name IN (
               'inflationPercent', 'dealerAddOnMin', 'dealerAddOnMax', 'dealerAddOnDefault', 'quotationValidityDays',
               'warrantyText', 'paymentTermsText', 'company')),
    value  jsonb NOT NULL,
    LIKE dated INCLUDING ALL,
    PRIMARY KEY (name, valid_from),
    CONSTRAINT setting_overlap EXCLUDE USING gist (exactly(name) WITH &&, tstzrange(valid_from, valid_to) WITH &&) DEFERRABLE
);
ALTER TABLE setting DROP is_active;  -- a setting always has a value
DROP TABLE dated;

-- A foreign key cannot point at a thing that has a row per period. As rows are never deleted, looking once is enough.
CREATE FUNCTION belongs_to_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'discom' AND NOT EXISTS (SELECT FROM state WHERE state_code = NEW.state_code) THEN
        RAISE EXCEPTION 'there is no state %', NEW.state_code USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'discom_state';
    ELSIF TG_TABLE_NAME = 'fee' AND NOT EXISTS (SELECT FROM discom WHERE discom_id = NEW.discom_id AND state_code = NEW.state_code) THEN
        RAISE EXCEPTION 'there is no DISCOM % in %', NEW.discom_id, NEW.state_code USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fee_discom';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER discom_state BEFORE INSERT ON discom FOR EACH ROW EXECUTE FUNCTION belongs_to_known();
CREATE TRIGGER fee_discom BEFORE INSERT ON fee FOR EACH ROW EXECUTE FUNCTION belongs_to_known();

-- The app reads, opens a period, closes one, and nothing else.
DO $$
DECLARE
    kinds text[][] := '{{panel, panel_id}, {inverter, inverter_id}, {bom_item, item_id}, {structure, structure_id}, {state, state_code},
                        {discom, discom_id}, {fee, fee_id}, {other_charge, charge_id}, {subsidy_scheme, scheme_id}, {gst_rate, rate_id},
                        {setting, name}}';
    pair text[];
BEGIN
    FOREACH pair SLICE 1 IN ARRAY kinds LOOP
        EXECUTE format('CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION audit_row(%L)', pair[1], pair[2]);
        EXECUTE format('CREATE TRIGGER immutable_whole BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', pair[1]);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE (valid_to) ON %I TO solarium_app', pair[1]);
    END LOOP;
END $$;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO solarium_app;

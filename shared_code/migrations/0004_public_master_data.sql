-- The master data that is public: states and their DISCOMs, subsidy schemes, GST rates, and the settings to start with.
-- Ids stand here because a catalogue's fees name DISCOMs by them.

INSERT INTO state (state_code, name, subsidy_type, valid_from)
SELECT *, timestamptz '2025-01-01 00:00+05:30' FROM (VALUES
    ('DL', 'Delhi',          'S2'),
    ('GJ', 'Gujarat',        'S1'),
    ('KA', 'Karnataka',      'S1'),
    ('MH', 'Maharashtra',    'S1'),
    ('MP', 'Madhya Pradesh', 'S1'),
    ('RJ', 'Rajasthan',      'S1'),
    ('UP', 'Uttar Pradesh',  'S3')
) AS public_data;

INSERT INTO discom (discom_id, name, state_code, phases, smart_meter_options, valid_from)
SELECT discom_id, name, state_code, '{Single, Three}', smart_meter_options::boolean[], timestamptz '2025-01-01 00:00+05:30' FROM (VALUES
    ('DIS001', 'DGVCL',                      'GJ', '{false, true}'),
    ('DIS002', 'MGVCL',                      'GJ', '{false, true}'),
    ('DIS003', 'PGVCL',                      'GJ', '{false, true}'),
    ('DIS004', 'UGVCL',                      'GJ', '{false, true}'),
    ('DIS005', 'Torrent Power',              'GJ', '{false, true}'),
    ('DIS006', 'MSEDCL',                     'MH', '{false, true}'),
    ('DIS007', 'Adani Electricity Mumbai',   'MH', '{false, true}'),
    ('DIS008', 'BEST',                       'MH', '{false}'),
    ('DIS009', 'JVVNL',                      'RJ', '{false, true}'),
    ('DIS010', 'AVVNL',                      'RJ', '{false, true}'),
    ('DIS011', 'MPPKVVCL',                   'MP', '{false, true}'),
    ('DIS012', 'MPMKVVCL',                   'MP', '{false, true}'),
    ('DIS013', 'BSES Rajdhani',              'DL', '{false, true}'),
    ('DIS014', 'Tata Power Delhi',           'DL', '{false, true}'),
    ('DIS015', 'MVVNL',                      'UP', '{true}'),
    ('DIS016', 'PVVNL',                      'UP', '{true}'),
    ('DIS017', 'Noida Power',                'UP', '{false, true}'),
    ('DIS018', 'BESCOM',                     'KA', '{false, true}'),
    ('DIS019', 'MESCOM',                     'KA', '{false}')
) AS public_data (discom_id, name, state_code, smart_meter_options);
SELECT setval('discom_number', 19);

-- rules.md 3.3 and 3.4. The central scheme, PM Surya Ghar, was announced on 13 February 2024.
INSERT INTO subsidy_scheme (scheme_id, kind, requires_dcr, tiers, valid_from)
SELECT scheme_id, kind, true, tiers::jsonb, timestamptz '2024-02-13 00:00+05:30' FROM (VALUES
    ('SCH001', 'central', '[{"fromKw": 0, "amount": 0, "perKw": 0}, {"fromKw": 1, "amount": 30000, "perKw": 30000},
                            {"fromKw": 2, "amount": 60000, "perKw": 18000}, {"fromKw": 3, "amount": 78000, "perKw": 0}]'),
    ('SCH002', 'S1',      '[{"fromKw": 0, "amount": 0, "perKw": 0}]'),
    ('SCH003', 'S2',      '[{"fromKw": 0, "amount": 0, "perKw": 2000}, {"fromKw": 5, "amount": 10000, "perKw": 0}]'),
    ('SCH004', 'S3',      '[{"fromKw": 0, "amount": 0, "perKw": 15000}, {"fromKw": 2, "amount": 30000, "perKw": 0}]')
) AS public_data (scheme_id, kind, tiers);
SELECT setval('subsidy_scheme_number', 4);

-- rules.md 3.5.
INSERT INTO gst_rate (rate_id, goods_share, goods_rate, services_rate, valid_from, valid_to) VALUES
    ('GST001', 70, 12, 18, '2021-10-01 00:00+05:30', '2025-09-22 00:00+05:30'),
    ('GST002', 70, 5, 18, '2025-09-22 00:00+05:30', NULL);
SELECT setval('gst_rate_number', 2);

INSERT INTO setting (name, value, valid_from)
SELECT name, value, timestamptz '2025-01-01 00:00+05:30' FROM (VALUES
    ('inflationPercent', jsonb '10'),
    ('dealerAddOnMin', '0'),
    ('dealerAddOnMax', '2000'),
    ('dealerAddOnDefault', '1800'),
    ('quotationValidityDays', '15'),
    ('company', '{"name": "Solarium Green Energy",
                  "address": "4th Floor, Solarium House, S G Highway, Ahmedabad 380054, Gujarat",
                  "gstin": "24AAXCS0000A1ZZ", "phone": "7940000000", "email": "care@solarium.example"}'),
    ('warrantyText', to_jsonb($$Solar panels: 12 years against defects of material and workmanship, and 25 years on output: at least 90 % of the rated power after 10 years and 80 % after 25 years, as warranted by the manufacturer.
Inverter: 8 years, as warranted by the manufacturer, extendable to 10 years at extra cost.
Mounting structure: 10 years against corrosion and structural failure.
Cables, distribution boxes, earthing and lightning protection: 5 years.
Workmanship: 5 years, with one free inspection and cleaning advice visit in each of them.
Not covered: damage by storm, flood, lightning beyond the design limits, fire, theft, animals or people; work on the system by anyone we have not authorised; a grid outside the voltage and frequency limits of the inverter; loss of output by shade or dirt.$$::text)),
    ('paymentTermsText', to_jsonb($$20 % with the order, 70 % before the material leaves our warehouse, 10 % on commissioning.
Payment by NEFT, RTGS, IMPS, UPI or account payee cheque in favour of Solarium Green Energy only. Please pay no cash to anybody.
Central and state subsidy are credited by the authorities to the customer's own bank account after commissioning and inspection; whether, how much and when is for them to decide.
The price includes GST, transport, installation and DISCOM charges. It does not include civil work, a change of sanctioned load or of the name on the electricity bill, or arrears with the DISCOM.
Installation normally takes 30 days from the second payment, the net meter as long as the DISCOM needs. Material stays our property until it is paid in full.$$::text))
) AS public_data (name, value);

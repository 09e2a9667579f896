-- What a quotation's expected generation and saving are estimated with is set like everything else that is printed on
-- it: what a kW yields in a year in most of India (4 kWh a day), and an average household's price of a kWh in rupees.
ALTER TABLE setting DROP CONSTRAINT setting_name_check;
ALTER TABLE setting ADD CONSTRAINT setting_name_check CHECK (name IN (
    'inflationPercent', 'dealerAddOnMin', 'dealerAddOnMax', 'dealerAddOnDefault', 'quotationValidityDays',
    'yearlyKwhPerKw', 'tariffPerKwh', 'warrantyText', 'paymentTermsText', 'company'));
INSERT INTO setting (name, value, valid_from) VALUES
    ('yearlyKwhPerKw', '1460', '2025-01-01 00:00+05:30'),
    ('tariffPerKwh', '7.5', '2025-01-01 00:00+05:30');

-- The first company's GSTIN was none that could exist.
WITH closed AS (UPDATE setting SET valid_to = now() WHERE name = 'company' AND valid_to IS NULL RETURNING *)
INSERT INTO setting (name, value, valid_from)
SELECT name, value || '{"gstin": "24AAXCS7654A1Z1"}', valid_to FROM closed;

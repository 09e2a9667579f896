"""Documents of leads and KYC documents of customers: sent, checked, reviewed, read by links (SAS)."""

"""The business rules: values in, decisions out; no clock, no settings, no database, no network."""

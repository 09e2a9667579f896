"""Quotations: previewed, finalised, shared, answered."""

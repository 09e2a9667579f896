"""Leads: created, browsed, moved along their statuses."""

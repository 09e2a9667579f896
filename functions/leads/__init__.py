"""A lead is one customer's request for one installation: entered, browsed, moved along its statuses."""

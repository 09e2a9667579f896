"""Commissions: browsed, approved, paid."""

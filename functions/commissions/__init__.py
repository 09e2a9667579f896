"""A commission is what a partner earns with an executed lead: browsed, approved, paid."""

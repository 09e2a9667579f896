"""Channel partners, KAMs, Admins and customers; their access; and the caller's own profile."""

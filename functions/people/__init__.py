"""People: partners, KAMs and customers."""

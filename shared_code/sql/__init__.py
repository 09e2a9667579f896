"""All SQL: one module per entity, one function per statement."""

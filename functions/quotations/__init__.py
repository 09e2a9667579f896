"""A quotation is a priced, frozen offer for a lead: previewed, finalised, shared, accepted or rejected."""

"""Documents: uploaded by SAS, checked, read by SAS."""

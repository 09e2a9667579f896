"""The reference, generated from the declarations and models that run; there is no second description (api.md 2.10)."""

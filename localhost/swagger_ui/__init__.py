"""Fetches Swagger UI, which shows the reference, from its npm package (api.md 2.10); never deployed."""

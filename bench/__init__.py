"""Measurements, printed beside what they are measured against. Nothing here is asserted; see RESULTS.md."""

"""Measurements: what the system does a second, beside what it could do at best and what the usual way does."""

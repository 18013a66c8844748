"""Counterparts."""

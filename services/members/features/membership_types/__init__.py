"""Membership types."""

"""Admission types."""

"""Designations."""

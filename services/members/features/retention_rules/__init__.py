"""Retention rules."""

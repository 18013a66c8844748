"""Erasures: persons who are forgotten."""

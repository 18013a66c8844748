"""Merging two records of one organisation."""

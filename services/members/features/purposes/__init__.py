"""Purposes of using personal data."""

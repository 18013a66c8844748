"""Memberships, their terms and decisions."""

"""Registrations, the waitlist and prices."""

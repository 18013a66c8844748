"""Custom fields of events and registrations."""

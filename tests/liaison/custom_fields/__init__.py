"""Custom fields of counterparts."""

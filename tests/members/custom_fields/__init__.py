"""Custom fields of organisations and persons."""

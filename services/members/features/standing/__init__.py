"""The standing of organisations."""

"""Subject files."""

"""Members: organisations, persons, memberships."""

"""Country labels."""

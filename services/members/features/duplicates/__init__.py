"""Finding records that are likely twice."""

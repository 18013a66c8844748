"""Fields that an administrator adds to organisations, persons and sites."""

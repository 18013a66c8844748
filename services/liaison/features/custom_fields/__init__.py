"""Fields that an administrator adds to counterparts."""

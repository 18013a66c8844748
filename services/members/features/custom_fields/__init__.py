"""Fields that an administrator adds to organisations and persons."""

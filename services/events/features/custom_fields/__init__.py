"""Fields that an administrator adds to events and registrations."""

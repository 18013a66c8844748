"""Series and their yearly editions."""

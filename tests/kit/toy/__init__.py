"""A lending library: a service small enough to hold the kit by, with a corner for each thing the kit does."""

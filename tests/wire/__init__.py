"""How tests reach the real thing: a PostgreSQL server, a service's app, a caller's token."""

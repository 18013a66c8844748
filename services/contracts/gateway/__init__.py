"""What the gateway itself offers: sign-in, users, roles, API keys, and what it puts together from the services."""

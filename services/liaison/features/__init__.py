"""One folder a feature: routes, actions, queries."""

"""Rules of the house that a test holds. They walk the services and the tree, so what is new is included by itself."""

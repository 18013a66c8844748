"""The liaison service: counterparts, their contacts, what passed with them and what follows."""

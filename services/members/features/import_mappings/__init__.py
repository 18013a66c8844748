"""Import mappings."""

"""Exports: any list as a file, row by row as it is read, without a limit of rows (docs/guides/frontend.md)."""

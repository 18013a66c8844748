"""Imports: a file is read, its columns are understood, its rows become records, and may be taken back."""

"""Custom fields: defined by an administrator, held by records, asked by in lists (docs/adr/0016).

`tables` are the columns and rows a service declares, `declared` says what of a resource they are, `definitions` reads
them, `values` takes what a caller gives, `asking` what a list is asked by, `describing` tells the document.
"""

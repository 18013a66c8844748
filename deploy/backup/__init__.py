"""Backups of the local default: base backups, archived write-ahead log, files; and going back to a moment."""

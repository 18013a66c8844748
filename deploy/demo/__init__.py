"""The demo alliance: its data, how it is read, and how it is loaded through the public API."""

"""`make faults`: what was acknowledged is looked for afterwards, whatever broke in between (docs/reliability.md)."""

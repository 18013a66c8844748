"""What every process is built from. The kit knows no service."""

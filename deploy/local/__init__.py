"""The whole system on one machine: PostgreSQL and every process, started, watched and stopped together."""

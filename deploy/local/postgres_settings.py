"""What the local PostgreSQL is told at each start."""

SETTINGS = {
    "listen_addresses": "",  # the socket only
    "unix_socket_permissions": "0700",
    "max_connections": "200",  # eight processes with two pools each, psql, and air
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",  # a local disk without heads to move
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "jit": "off",  # short statements: compiling them costs more than running them
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_error_verbosity": "terse",  # details quote the rows that were refused, names and addresses included
    "log_checkpoints": "off",
    "idle_in_transaction_session_timeout": "60s",
}

ARCHIVING = {
    "archive_mode": "on",
    "archive_timeout": "60s",  # how much a lost disk may cost; a segment of little content is a few kilobytes
}

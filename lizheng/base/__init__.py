"""Facts without I/O that every room may use: the clock, roles, outcomes, configuration, logs."""

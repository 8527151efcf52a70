"""Messages as values: the one interpolation, and what a message holds."""
